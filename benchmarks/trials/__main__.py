"""Print the tables: python -m benchmarks.trials [winners] [logs] [confidence]."""

import sys

from benchmarks.trials import confidence, logs, winners

TABLES = {"winners": winners.table, "logs": logs.table, "confidence": confidence.table}

for name in sys.argv[1:] or TABLES:
    TABLES[name]()

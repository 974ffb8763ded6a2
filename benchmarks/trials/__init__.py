"""The statistics, tried on simulated worlds whose truth is known.

    python -m benchmarks.trials            every table, with standard errors (a few minutes)
    python -m benchmarks.trials winners    one of: winners, logs, confidence

The tests run the same worlds smaller. Every table has beside it what a careless method does there.
"""

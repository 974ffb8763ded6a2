"""Draw docs/images/funnel.svg: the beginning of what the terminal shows of the example's run.

    .venv/bin/python scripts/picture.py [PLACE]

The example is run for this, on a database of its own and at the moment its page names, so
the picture is what everybody sees, and the same each time.
"""

import asyncio
import contextlib
import io
import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from linkwright import migrations
from linkwright.cli.run_view import show
from linkwright.db.engine import Database
from linkwright.jobs.campaign_file import read_campaign_file
from linkwright.jobs.run import run_campaign
from linkwright.jobs.run_report import RunReport

ROOT: Final = Path(__file__).parents[1]
EXAMPLE: Final = ROOT / "examples" / "northwind-trails" / "campaign.toml"
PICTURE: Final = ROOT / "docs" / "images" / "funnel.svg"
NOW: Final = datetime(2026, 11, 16, 9, tzinfo=UTC)
WIDTH: Final = 104
LEFT_OUT_FROM: Final = "Answer: neutral"  # The rest is long, and a picture is not the place to read it.
# Without the fonts that Rich would have a reader's browser fetch from somewhere.
FORMAT: Final = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace(
    # Or some viewers drop the blanks that a piece of text begins with, and the columns with them.
    '<g class="{unique_id}-matrix">',
    '<g class="{unique_id}-matrix" xml:space="preserve">',
)


async def run_example() -> RunReport:
    """Run the example in the working directory, on a new SQLite file."""
    url = "sqlite:///example.db"
    await migrations.upgrade(url)
    database = Database(url)
    try:
        return await run_campaign(database, read_campaign_file(EXAMPLE), clock=lambda: NOW)
    finally:
        await database.close()


def draw(report: RunReport) -> str:
    """Return the beginning of what the terminal shows of a run, as SVG."""
    shown = io.StringIO()
    show(report, Console(width=WIDTH, file=shown, force_terminal=True, color_system="truecolor"))
    lines = shown.getvalue().splitlines()
    end = next(n for n, line in enumerate(lines) if LEFT_OUT_FROM in line)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor")
    console.print(Text.from_ansi("\n".join([*lines[:end], "  ..."])))
    return console.export_svg(title="linkwright run campaign.toml", code_format=FORMAT, unique_id="run")


def picture() -> str:
    """Return the picture as it should be."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        drawn = draw(asyncio.run(run_example()))
    return "\n".join(map(str.rstrip, drawn.splitlines())) + "\n"


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    place.parent.mkdir(exist_ok=True)
    place.write_text(picture())

"""Small campaigns on disk, for tests of the main job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from linkwright.db.engine import Database
from linkwright.jobs.campaign_file import read_campaign_file
from linkwright.jobs.run import run_campaign
from linkwright.jobs.run_report import RunReport

NOW = datetime(2026, 9, 15, 12, tzinfo=UTC)
EXAMPLE = Path("examples/northwind-trails/campaign.toml")
EXAMPLE_NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)

PROSPECTS = """\
url,title,contact_email,contact_name,domain_authority
https://one.example/write,One,ann@one.example,Ann Keller,50
https://two.example/write,Two,bob@two.example,,40
https://three.example/write,Three,,,60
https://four.example/write,Four,dee@four.example,Dee,10
https://five.example/write,Five,eve@five.example,Eve,
"""
FILE = """\
[campaign]
name = "{name}"
keywords = ["huts"]
user = {{ email = "mara@northwind.example", name = "Mara" }}
{campaign}
[sender]
name = "Mara"
email = "mara@northwind.example"
[qualify]
min_domain_authority = 20
[approval]
prospects = "{prospects}"
emails = "{emails}"
approved_by = "Mara"
[follow_up]
after_days = 6
give_up_after_days = 21
[[prospects]]
file = "prospects.csv"
[[templates]]
name = "first"
subject = "For {{{{ title }}}}"
body_text = "Hello {{{{ first_name|default('there') }}}}, {{{{ sender.name }}}} here."
[[templates]]
name = "second"
category = "follow_up"
subject = "Re: {{{{ previous_subject }}}}"
body_text = "Once more, {{{{ days_since }}}} days later."
{more}
"""


class Campaign:
    """A campaign file in a folder, and the runs of it."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self.database = folder, database
        folder.mkdir(exist_ok=True)
        self.write()

    def write(
        self,
        *,
        name: str = "Autumn",
        prospects: str = PROSPECTS,
        campaign: str = "",
        approve_prospects: str = "rule",
        approve_emails: str = "person",
        more: str = "",
    ) -> None:
        """Write the files anew."""
        (self.folder / "prospects.csv").write_text(prospects)
        text = FILE.format(
            name=name, campaign=campaign, prospects=approve_prospects, emails=approve_emails, more=more
        )
        (self.folder / "campaign.toml").write_text(text)

    async def run(self, *, at: datetime = NOW, dry_run: bool = False, embedding: str = "auto") -> RunReport:
        """Run it."""
        return await run_campaign(
            self.database,
            read_campaign_file(self.folder / "campaign.toml"),
            clock=lambda: at,
            embedding=embedding,
            dry_run=dry_run,
            rejects_folder=self.folder,
        )


async def run_example(database: Database, folder: Path, *, dry_run: bool = False) -> RunReport:
    """Run the example."""
    return await run_campaign(
        database,
        read_campaign_file(EXAMPLE),
        clock=lambda: EXAMPLE_NOW,
        dry_run=dry_run,
        rejects_folder=folder,
    )


def errands(report: RunReport, what: str) -> list[str]:
    """What a report says to do of one kind: who, and why."""
    return [f"{errand.who}: {errand.why}" for errand in report.errands if errand.what == what]


def without_errands(report: RunReport) -> dict[str, Any]:
    """What a report says was done."""
    return {"done": report.done, "changed": report.changed}


def names(rows: Sequence[dict[str, Any]], column: str) -> list[Any]:
    """One column of a dumped table."""
    return [row[column] for row in rows]

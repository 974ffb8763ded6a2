"""`linkwright doctor`: is the record sound, and if not, what is to be done."""

from datetime import datetime
from typing import Annotated

import typer

from linkwright.cli.ending import FAILED
from linkwright.cli.support import AsJson, DatabaseUrl, open_database, print_json, run, settings_with
from linkwright.clock import utc_now
from linkwright.monitoring.checks import SHOWN, Fault
from linkwright.monitoring.doctor import Examination, examine
from linkwright.monitoring.doctor import repair as mend
from linkwright.monitoring.upkeep import maintained_at, upkeep_hint


def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Write what was recounted over derived values that are wrong.")
    ] = False,
    rows: Annotated[int, typer.Option(min=0, help="How many rows of each fault to name.")] = SHOWN,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Recount every number, look for every broken rule, and say what to do about it.

    Counters and rates are derived, so --repair can write them anew; facts that contradict
    each other are named and left to you. The exit status is 1 while any fault remains.

    \b
    Examples:
      linkwright doctor
      linkwright doctor --repair
      linkwright doctor --json
    """

    async def work() -> tuple[Examination, datetime | None]:
        settings = settings_with(database_url)
        pepper = settings.address_pepper.get_secret_value().encode()
        async with open_database(database_url) as database:
            async with database.reading() as session:
                maintained = await maintained_at(session)
            if repair:
                mended = await mend(database, pepper=pepper, learning=settings.learning, shown=rows)
                return mended, maintained
            return await examine(database, pepper=pepper, shown=rows), maintained

    found, maintained = run(work())
    if as_json:
        print_json(facts_of(found) | {"maintained_at": maintained})
    else:
        tell(found)
        if hint := upkeep_hint(maintained, utc_now()):
            typer.echo(hint)
    if not found.sound:
        raise typer.Exit(FAILED)


def tell(found: Examination) -> None:
    """Print what the doctor found, for a person."""
    for name, number in found.mended.items():
        typer.echo(f"Mended {name}: {_count(number, 'value')} written.")
    for fault in found.faults:
        typer.echo(f"\n{fault.check}: {_count(fault.number, 'row')}. {fault.problem}")
        for row in fault.rows:
            typer.echo(f"  {row}")
        if fault.number > len(fault.rows):
            typer.echo(f"  ... and {fault.number - len(fault.rows):,} more")
        typer.echo(f"  Way out: {fault.way_out}")
    if found.sound:
        typer.echo(f"All {found.checks} checks passed.")
    else:
        typer.echo(f"\n{len(found.faults)} of {found.checks} checks found faults.")


def facts_of(found: Examination) -> dict[str, object]:
    """Return what the doctor found, for a program."""
    return {
        "sound": found.sound,
        "checks": found.checks,
        "mended": found.mended,
        "faults": [_facts(fault) for fault in found.faults],
    }


def _facts(fault: Fault) -> dict[str, object]:
    return {
        "check": fault.check,
        "problem": fault.problem,
        "way_out": fault.way_out,
        "derived": fault.derived,
        "number": fault.number,
        "rows": [{"id": row.id, **row.details} for row in fault.rows],
    }


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

"""`linkwright erase-person` and `linkwright export-person`: what somebody may ask who is in the record."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.progress import SpinnerColumn, TextColumn

from linkwright.cli.acting import DryRun, User
from linkwright.cli.ending import FAILED
from linkwright.cli.plain import plain
from linkwright.cli.progress import progress
from linkwright.cli.support import AsJson, DatabaseUrl, open_database, print_json, run, settings_with
from linkwright.db.scrubbing import Scrubbed
from linkwright.errors import InvalidInput
from linkwright.jobs.desks import Desk, desk_for
from linkwright.jobs.erase_person import Asked, Erased, PersonErasure
from linkwright.schemas.erasures import PersonData
from linkwright.services.users import Users

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="Any spelling of the person's address.")]
Names = Annotated[
    list[str] | None, typer.Option("--name", metavar="NAME", help="A full name that the record may not know.")
]
Also = Annotated[
    list[str] | None,
    typer.Option("--also", metavar="TEXT", help="Another text that names the person: a number, a profile."),
]

_USERS_AT_ONCE: Final = 500
_NOT_OURS: Final = (
    "Not reached: backups, exports and mailboxes elsewhere, and what a file system or a storage keeps of "
    "deleted files. A backup from before brings the person back when it is restored: erase again then."
)


def erase(
    address: Address,
    name: Names = None,
    also: Also = None,
    file: Annotated[
        list[Path] | None,
        typer.Option("--file", metavar="PATH", help="A file or folder of exports to go through as well."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    scrubs: Annotated[
        bool,
        typer.Option("--scrub/--no-scrub", help="Also write over what the database leaves in its files."),
    ] = True,
    dry_run: DryRun = False,
    all_users: Annotated[bool, typer.Option("--all-users", help="From the records of every user.")] = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Take a person out of the record, and see that they are never written to or imported again.

    Letters to them, answers from them and messages lose their texts; whatever else names them loses that.
    Counts and what was learned stay. So does a keyed hash of the address, under which any alias of it is
    known. Archives and lists of refused rows are gone through, too. Then the database writes over what is
    left of old rows in its files: on PostgreSQL others wait while each table is written anew. Asked
    again, it says the same. The status is 1 when files hold the person still.

    \b
    Examples:
      linkwright erase-person ann@trail-notes.example --dry-run
      linkwright erase-person ann@trail-notes.example --name "Ann Hill" --also "+44 20 7946 0000" --yes
    """
    if all_users and user is not None:
        raise InvalidInput("--all-users", "cannot be said together with --user")
    if not (yes or dry_run):
        if as_json or not sys.stdin.isatty():
            raise InvalidInput("--yes", "is required where nobody can be asked")
        typer.confirm(f"Erase {plain(address)} for good?", abort=True)
    texts: dict[str, Any] = {"names": name or (), "also": also or (), "files": file or ()}

    async def work() -> tuple[list[tuple[str, Erased]], Scrubbed | None]:
        done: list[tuple[str, Erased]] = []
        with progress(SpinnerColumn(), TextColumn("{task.description}"), what="looking", quiet=as_json):
            async with _opened(database_url, user, all_users=all_users) as (erasure, users):
                for email, user_id in users:
                    asked = Asked(user_id, address, **texts)
                    done.append((email, await (erasure.look(asked) if dry_run else erasure.run(asked))))
                scrubbed = await erasure.scrub() if scrubs and not dry_run else None
        return done, scrubbed

    done, scrubbed = run(work())
    left = sorted({path for _, one in done for path in one.left})
    if as_json:
        print_json(
            {
                "dry_run": dry_run,
                "users": [{"user": email, "removed": one.removed} for email, one in done],
                "files_left": [str(path) for path in left],
                "scrubbed": None if scrubbed is None else {"done": scrubbed.done, "left": scrubbed.left},
            }
        )
    else:
        _tell(done, scrubbed, left, dry_run=dry_run)
    if left:
        raise typer.Exit(FAILED)


def export(
    address: Address,
    name: Names = None,
    also: Also = None,
    user: User = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print, as JSON, the data that the record and its archives have on a person.

    Rows that are somebody else's and only name the person are counted.

    \b
    Examples:
      linkwright export-person ann@trail-notes.example > ann.json
    """

    async def work() -> PersonData:
        async with _opened(database_url, user, all_users=False) as (erasure, users):
            return await erasure.export(Asked(users[0][1], address, name or (), also or ()))

    found = run(work())
    print_json({"address": address, "records": found.records, "named_in": found.named_in})


@asynccontextmanager
async def _opened(
    database_url: str | None, user: str | None, *, all_users: bool
) -> AsyncIterator[tuple[PersonErasure, list[tuple[str, int]]]]:
    settings = settings_with(database_url)
    pepper = settings.address_pepper.get_secret_value().encode()
    async with open_database(database_url) as database, desk_for(database, pepper=pepper) as desk:
        if all_users:
            users = await _everybody(desk)
        else:
            user_id = await desk.user(user or settings.user)
            users = [(await desk.of(user_id).own_address(), user_id)]
        yield PersonErasure(database, settings.archive_url.get_secret_value(), pepper=pepper), users


async def _everybody(desk: Desk) -> list[tuple[str, int]]:
    users: list[tuple[str, int]] = []
    async with desk.reading() as session:
        nouns, after = Users(desk.context(session)), None
        while page := await nouns.page(limit=_USERS_AT_ONCE, after=after):
            users += [(one.email, one.id) for one in page]
            after = page[-1].id
    return users


def _tell(
    done: list[tuple[str, Erased]], scrubbed: Scrubbed | None, left: list[Path], *, dry_run: bool
) -> None:
    for email, one in done:
        if len(done) > 1:
            typer.echo(f"{plain(email)}:")
        for place, counts in one.removed.items():
            for what, number in counts.items():
                typer.echo(f"{place}: {number:,} in {plain(what)}")
        if not one.removed:
            typer.echo("Nothing of the person is in the record.")
    if dry_run:
        typer.echo("Nothing was changed.")
        return
    typer.echo("Any spelling of the address is refused from now on.")
    for line in [] if scrubbed is None else [*scrubbed.done, *(f"Left: {text}" for text in scrubbed.left)]:
        typer.echo(line)
    for path in left:
        typer.echo(f"{plain(str(path))} holds the person still: delete it, or export it anew.")
    typer.echo(_NOT_OURS)

"""One verb on several things: each in a transaction of its own, so that one's failure stops no other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Annotated, Any, TypeVar

import typer

from linkwright.cli.acting import DryRun, User, acting
from linkwright.cli.ending import FAILED, in_the_words_of_commands
from linkwright.cli.plain import plain
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run
from linkwright.errors import Conflict, NotFound
from linkwright.service import BacklinkingDatabaseService
from linkwright.unit_of_work import UnitOfWork

K = TypeVar("K", int, str)

Ids = Annotated[list[int], typer.Argument(metavar="ID...", help="Their numbers in the record.")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the history.")]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one thing: the state it is in now, or why it is not."""

    id: int | str
    status: str | None = None
    problem: str | None = None


async def do_each(
    service: BacklinkingDatabaseService,
    ids: Iterable[K],
    verb: Callable[[UnitOfWork, K], Awaitable[Any]],
    *,
    dry_run: bool = False,
) -> list[Done]:
    """Call the verb for each id, once; in a dry run each is undone at once.

    What is wrong with the call itself, such as a blank reason, ends it with the first id.
    """
    done: list[Done] = []
    for one in dict.fromkeys(ids):
        status = None
        try:
            with suppress(_UndoError):
                async with service.begin() as work:
                    status = (await verb(work, one)).status
                    if dry_run:
                        raise _UndoError
        except (Conflict, NotFound) as error:
            done.append(Done(one, problem=in_the_words_of_commands(str(error))))
        else:
            done.append(Done(one, status=status))
    return done


def tell(noun: str, done: Sequence[Done], *, as_json: bool, dry_run: bool = False) -> None:
    """Print a line for each, the failures on standard error, and leave with 1 if there are any."""
    if as_json:
        print_json([asdict(one) for one in done])
    else:
        for one in done:
            if one.problem is None:
                typer.echo(f"{noun} {plain(one.id)}: {(one.status or '').replace('_', ' ')}")
            else:
                typer.echo(f"linkwright: {one.problem}", err=True)
        if dry_run:
            typer.echo("Dry run: this is what would happen; nothing was kept.")
    if any(one.problem for one in done):
        raise typer.Exit(FAILED)


def each(
    noun: str,
    ids: Sequence[K],
    verb: Callable[[UnitOfWork, K], Awaitable[Any]],
    *,
    user: str | None,
    database_url: str | None,
    as_json: bool,
    dry_run: bool = False,
) -> None:
    """Do it for a user, and tell."""

    async def work() -> list[Done]:
        async with acting(database_url, user) as me:
            return await do_each(me.service, ids, verb, dry_run=dry_run)

    tell(noun, run(work()), as_json=as_json, dry_run=dry_run)


def command_with_reason(
    app: typer.Typer,
    noun: str,
    name: str,
    verb: Callable[[UnitOfWork, int, str | None], Awaitable[Any]],
    words: str,
) -> None:
    """Add a command that does one thing to each of several, with a reason where there is one to give."""

    def command(
        ids: Ids,
        reason: Reason = None,
        dry_run: DryRun = False,
        user: User = None,
        database_url: DatabaseUrl = None,
        as_json: AsJson = False,
    ) -> None:
        each(
            noun,
            ids,
            lambda work, one: verb(work, one, reason),
            user=user,
            database_url=database_url,
            as_json=as_json,
            dry_run=dry_run,
        )

    app.command(name, help=words)(command)


class _UndoError(Exception):
    """Undoes the transaction of a dry run."""

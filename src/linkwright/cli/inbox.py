"""`linkwright inbox`: read what came back, say what it is, find the letter it belongs to.

Answers belong to a letter and are numbered for themselves: 12. A message that belongs to none
yet has an m before its number: m12.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, NamedTuple

import typer
from rich.console import Console
from rich.text import Text

from linkwright.cli.acting import Limit, OnlyCampaign, User, acting
from linkwright.cli.each import each
from linkwright.cli.plain import plain
from linkwright.cli.removed import removed_on, why_empty
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run
from linkwright.cli.view import as_values, facts, print_words, show_list
from linkwright.errors import InvalidInput
from linkwright.schemas.inbound import InboundRead
from linkwright.schemas.responses import ResponseRead
from linkwright.unit_of_work import UnitOfWork
from linkwright.vocabulary import DataClass, ResponseType

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Read what came back, say what it is, find the letter it belongs to.",
)


class _Now(NamedTuple):
    """What a message is now, for `each` to tell."""

    status: str


_MESSAGE: Final = re.compile(r"m?(-?\d{1,30})", re.ASCII)


@app.command("list")
def list_inbox(
    campaign: OnlyCampaign = None,
    unmatched: Annotated[
        bool, typer.Option("--unmatched", help="Instead the messages that belong to no letter.")
    ] = False,
    dismissed: Annotated[
        bool, typer.Option("--dismissed", help="Instead the messages that were put away.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="With --campaign: also what somebody has looked at.")
    ] = False,
    limit: Limit = 50,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the answers that nobody has looked at, the newest first.

    \b
    Examples:
      linkwright inbox list
      linkwright inbox list -c "Trail running" --all
      linkwright inbox list --unmatched
    """
    if unmatched and dismissed:
        raise InvalidInput("--dismissed", "does not go with --unmatched, which lists what still waits")
    if (unmatched or dismissed) and (campaign is not None or everything):
        option = "--unmatched" if unmatched else "--dismissed"
        raise InvalidInput(option, "has no campaign and goes with neither --campaign nor --all")
    if everything and campaign is None:
        raise InvalidInput("--all", "goes with --campaign")

    async def work() -> tuple[list[Any], bool]:
        async with acting(database_url, user) as me:
            if unmatched:
                messages = await me.service.get_unmatched_inbound(me.user_id, limit=limit)
                return [InboundRead.model_validate(row) for row in messages], messages.after is not None
            if dismissed:
                messages = await me.service.get_dismissed_inbound(me.user_id, limit=limit)
                return [InboundRead.model_validate(row) for row in messages], messages.after is not None
            chosen = None if campaign is None else (await me.campaign(campaign)).id
            if everything and chosen is not None:
                page = await me.service.get_campaign_responses(chosen, limit=limit)
            else:
                page = await me.service.get_responses_awaiting_review(chosen, limit=limit)
            return [ResponseRead.model_validate(row) for row in page], page.after is not None

    found, cut = run(work())
    of_messages = unmatched or dismissed
    if as_json:
        print_json({"messages" if of_messages else "answers": as_values(found), "more": cut})
        return
    rows = [_message_row(one) if of_messages else _answer_row(one) for one in found]
    whole = ("id", "received", "kind")
    none = "No answers." if everything else "No answers that nobody has looked at."
    if of_messages:
        none = "No messages without a letter." if unmatched else "Nothing was put away."
    show_list((*whole, "from", "words"), rows, wide="words", whole=whole, cut=cut, none=none)


@app.command()
def show(
    item: Annotated[str, typer.Argument(metavar="ID", help="An answer, or with an m before it a message.")],
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show an answer or a message whole.

    \b
    Examples:
      linkwright inbox show 12
      linkwright inbox show m3
    """
    number, is_message = _number(item), item.startswith("m")

    async def work() -> tuple[ResponseRead | InboundRead, str | None]:
        async with acting(database_url, user) as me, me.service.reading() as reading:
            if is_message:
                message = InboundRead.model_validate(await reading.inbound.get(number))
                at = message.stripped_at
                return message, None if at is None else f"({removed_on(at)})"
            one = ResponseRead.model_validate(await reading.responses.get(number))
            of = (reading, one.campaign_id, DataClass.RESPONSE_BODIES, one.received_at)
            return one, None if one.body_text else await why_empty(*of)

    found, why = run(work())
    if as_json:
        print_json(found.model_dump())
        return
    console = Console()
    title = plain(found.subject or "no subject")
    kind = (found.response_type or "").replace("_", " ")
    console.print(Text.assemble((title, "bold"), f"  {kind}"))
    console.print(facts(_facts_of(found)))
    print_words(console, found.body_text or why)


@app.command()
def match(
    message: Annotated[
        str, typer.Argument(metavar="ID", help="The message, as `inbox list --unmatched` calls it.")
    ],
    letter: Annotated[int, typer.Argument(metavar="LETTER_ID", help="The letter that it answers.")],
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say to which letter a message belongs. It becomes an answer, with all that follows from one.

    \b
    Examples:
      linkwright inbox match m3 31
    """
    number = _number(message)

    async def work() -> ResponseRead:
        async with acting(database_url, user) as me:
            received = await me.service.assign_inbound(number, letter)
            return ResponseRead.model_validate(received.response)

    found = run(work())
    if as_json:
        print_json(found.model_dump())
    else:
        kind = (found.response_type or "").replace("_", " ")
        typer.echo(f"message m{number}: answer {found.id} to letter {found.email_id} ({kind})")


@app.command()
def dismiss(
    messages: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Messages, as `inbox list --unmatched` calls them.")
    ],
    undo: Annotated[bool, typer.Option("--undo", help="Take it back: they wait for somebody again.")] = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Put away messages that belong to no letter and need nothing. They are kept, and can be taken back.

    \b
    Examples:
      linkwright inbox dismiss m3 m4
      linkwright inbox dismiss m3 --undo
    """

    async def verb(work: UnitOfWork, message: str) -> _Now:
        if undo:
            await work.inbound.restore(_number(message))
            return _Now("waits again")
        await work.inbound.dismiss(_number(message))
        return _Now("put away")

    each(
        "message",
        [f"m{_number(one)}" for one in messages],
        verb,
        user=user,
        database_url=database_url,
        as_json=as_json,
    )


@app.command()
def review(
    answer: Annotated[str, typer.Argument(metavar="ID", help="The answer.")],
    kind: Annotated[
        ResponseType | None,
        typer.Option("--as", help="What it is, if it was read wrongly; your word stands."),
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="What there is to say about it.")
    ] = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Note that you have looked at an answer, and what it is. Another kind has its effects from now on.

    \b
    Examples:
      linkwright inbox review 12
      linkwright inbox review 12 --as positive --note "wants 1200 words by May"
    """
    number = _number(answer)
    if answer.startswith("m"):
        raise InvalidInput("ID", "must be an answer; `inbox match` and `inbox dismiss` take messages", answer)
    said: dict[str, Any] = {} if kind is None else {"response_type": kind.value}
    if note is not None:
        said["user_notes"] = note

    async def work() -> ResponseRead:
        async with acting(database_url, user) as me:
            return ResponseRead.model_validate(await me.service.review_response(number, said))

    found = run(work())
    if as_json:
        print_json(found.model_dump())
    else:
        typer.echo(f"answer {found.id}: {(found.response_type or '').replace('_', ' ')}, reviewed")


def _number(text: str) -> int:
    found = _MESSAGE.fullmatch(text)
    if found is None:
        raise InvalidInput("ID", "must be a number, with an m before it for a message", text)
    return int(found[1])


def _answer_row(one: ResponseRead) -> tuple[object, ...]:
    return one.id, one.received_at, one.response_type, one.from_email, one.body_text


def _message_row(one: InboundRead) -> tuple[object, ...]:
    who = one.from_name or one.from_address
    return f"m{one.id}", one.received_at or one.sent_at, one.response_type, who, one.body_text or one.subject


def _facts_of(one: ResponseRead | InboundRead) -> list[tuple[str, object]]:
    if isinstance(one, InboundRead):
        match_of = None if one.email_id is None else f"letter {one.email_id} (answer {one.response_id})"
        who = " ".join(filter(None, (one.from_name, f"<{one.from_address}>" if one.from_address else "")))
        return [
            ("from", who),
            ("received", one.received_at or one.sent_at),
            ("belongs to", match_of or "no letter yet"),
            ("put away", one.dismissed_at),
        ]
    intent = (one.ai_intent_classification or "").replace("_", " ")
    return [
        ("from", one.from_email),
        ("received", one.received_at),
        ("to letter", f"{one.email_id} (prospect {one.opportunity_id})"),
        ("they", intent),
        ("reviewed", one.user_reviewed),
        ("notes", one.user_notes),
    ]

"""`linkwright ai`: which AI reads and scores, whether it answers, and what it makes of one message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

import typer

from linkwright.cli.acting import User, acting
from linkwright.cli.ending import FAILED
from linkwright.cli.plain import plain
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run, settings_with
from linkwright.errors import InvalidInput
from linkwright.jobs.ai_desk import AIDesk
from linkwright.jobs.ai_readings import Readings, read_all
from linkwright.outreach.ai import AI, Answered, Brief, PageScore, ReplyReading
from linkwright.outreach.choice import LOCAL, ai_of
from linkwright.outreach.local import local_ai
from linkwright.outreach.pages import Page
from linkwright.outreach.reading import kind_of, urgency_of
from linkwright.outreach.vectors import available
from linkwright.parsing.mail import Reading, parse_message, read_messages
from linkwright.parsing.mail.quotes import new_text
from linkwright.settings import Settings
from linkwright.vocabulary import HUMAN_RESPONSES, Intent

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="See which AI reads and scores, and try it on a file."
)
Payer = Annotated[
    str | None,
    typer.Option(
        "--campaign", "-c", metavar="NAME|ID", help="The campaign that pays for a call, within its limit."
    ),
]
T = TypeVar("T")
_TRIAL = "Sounds good. Which topics would you suggest?"


@app.command()
def show(as_json: AsJson = False) -> None:
    """Say which AI is configured. Nothing is asked of it.

    \b
    Examples:
      linkwright ai show
    """
    settings = Settings.load()
    here = local_ai(settings.ai_embedding)
    told = {
        "provider": ai_of(settings).name,
        "replies_read_by": here.reader.name,
        "pages_scored_by": here.scorer.name,
        "key": "set" if settings.ai_key.get_secret_value() else "none",
        "installed": [name for name in ("minilm", "static") if available(name)],
    }
    if as_json:
        print_json(told)
        return
    typer.echo(f"Provider: {told['provider']} (key: {told['key']})")
    typer.echo(f"Replies without a provider are read by {told['replies_read_by']}.")
    typer.echo(f"Pages without a provider are scored by {told['pages_scored_by']}.")
    typer.echo(f"Small models installed: {', '.join(told['installed']) or 'none'}.")


@app.command()
def check(
    campaign: Payer = None, user: User = None, database_url: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Ask the configured AI one small question, and say how it answered. With a provider this costs a little.

    \b
    Examples:
      linkwright ai check
      linkwright ai check --campaign "Trail running"
    """
    ai = ai_of(settings_with(database_url))
    answer = _answer(ai, lambda asked: asked.classify_reply(_TRIAL), campaign, user, database_url)
    told: dict[str, Any] = {
        "provider": ai.name,
        "asked": _TRIAL,
        "intent": answer.value.intent.value,
        "confidence": answer.value.confidence,
        **{name: value for name, value in answer.call.model.items() if name != "rendered_prompt"},
    }
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{ai.name} answers. It takes {_TRIAL!r} for {told['intent']} ({told['confidence']:.2f}).")


@app.command()
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A message: .eml, or the first of a mailbox.")],
    campaign: Payer = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say what one message is and what its writer wants, with the words that it rests on.

    Nothing is kept, but that a call to a provider is a row of the ledger.

    \b
    Examples:
      linkwright ai read reply.eml
      linkwright ai read reply.eml --json
    """
    raw = next(read_messages(file, refuse=lambda _: None), None)
    if raw is None:
        raise InvalidInput("FILE", "must hold a message", str(file))
    settings, message = settings_with(database_url), parse_message(raw)
    here = local_ai(settings.ai_embedding)
    reading, decider = here.reader.read(message), here.reader.name
    ai = ai_of(settings)
    if ai.name != LOCAL and reading.kind in HUMAN_RESPONSES:
        words = new_text(message.body_text)
        answer = _answer(ai, lambda asked: asked.classify_reply(words), campaign, user, database_url)
        intent, decider = answer.value.intent, answer.call.decider
        reading = Reading(kind_of(intent), intent, answer.value.confidence, tuple(answer.value.evidence))
    told = {
        "from": message.from_address,
        "subject": message.subject,
        "kind": reading.kind.value,
        "intent": None if reading.intent is None else reading.intent.value,
        "urgency": urgency_of(reading.intent or Intent.UNCLEAR, message.reply_text).value,
        "confidence": reading.confidence,
        "evidence": list(reading.evidence),
        "decider": decider,
    }
    if as_json:
        print_json(told)
        return
    typer.echo(f"{told['kind']}, {told['intent']} ({told['confidence']:.2f}), urgency {told['urgency']}")
    for words in reading.evidence:
        typer.echo(f"  {plain(words, 200)}")
    typer.echo(f"Read by {decider}.")


@app.command()
def score(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The text of a page; its first line is the title.")
    ],
    keyword: Annotated[
        list[str], typer.Option("--keyword", "-k", help="What the campaign is about; repeat it.")
    ],
    campaign: Payer = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say how well the text of a page fits keywords.

    Nothing is kept, but that a call to a provider is a row of the ledger.

    \b
    Examples:
      linkwright ai score page.txt -k "mountain huts" -k hiking
    """
    try:
        title, _, text = file.read_text("utf-8", "replace").partition("\n")
    except OSError as error:
        raise InvalidInput("FILE", f"cannot be read: {error.strerror}", str(file)) from None
    page, brief = Page(title, text), Brief("", keyword)
    ai = ai_of(settings_with(database_url))
    answer = _answer(ai, lambda asked: asked.score_page(page, brief), campaign, user, database_url)
    if answer is None:
        raise InvalidInput("FILE", "says nothing", str(file))
    told = {**answer.value.model_dump(), "decider": answer.call.decider}
    if as_json:
        print_json(told)
    else:
        typer.echo(
            f"relevance {told['relevance']:.2f}: {'; '.join(plain(one, 200) for one in told['reasons'])}"
        )
        typer.echo(f"Scored by {told['decider']}.")


@app.command()
def replies(
    campaign: Annotated[
        str | None,
        typer.Option("--campaign", "-c", metavar="NAME|ID", help="Only those of this campaign."),
    ] = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Let the configured AI read the answers of people that neither it nor a person has read yet.

    \b
    Examples:
      linkwright ai replies
      linkwright ai replies --campaign "Trail running"
    """

    async def work() -> Readings:
        settings = settings_with(database_url)
        async with acting(database_url, user) as me:
            of = None if campaign is None else (await me.campaign(campaign)).id
            return await read_all(me.service, me.user_id, settings, campaign_id=of)

    show_readings(run(work()), as_json=as_json)


def show_readings(done: Readings, *, as_json: bool) -> None:
    """Print what came of a round, and end with a failure where answers are left that could not be read."""
    if as_json:
        print_json({"read": done.read, "failed": done.failed, "notes": done.notes})
    else:
        typer.echo(f"{done.read} answers read, {done.failed} calls failed.")
        for note in done.notes:
            typer.echo(plain(note, 500))
    if done.notes:
        raise typer.Exit(FAILED)


class Asked(Protocol):
    """Whom a command asks: an AI itself, or a desk at which its answers are paid for and kept."""

    async def classify_reply(self, text: str, /) -> Answered[ReplyReading]:
        """Say what the writer of a reply wants."""

    async def score_page(self, page: Page, brief: Brief, /) -> Answered[PageScore] | None:
        """Say how well a page fits; None where it says nothing."""


@dataclass(frozen=True, slots=True)
class _Paid:
    """A desk to ask at, and the campaign that pays."""

    desk: AIDesk
    campaign_id: str | None

    async def classify_reply(self, text: str, /) -> Answered[ReplyReading]:
        return await self.desk.classify_reply(text, campaign_id=self.campaign_id)

    async def score_page(self, page: Page, brief: Brief, /) -> Answered[PageScore] | None:
        return await self.desk.score_page(page, brief, campaign_id=self.campaign_id)


def _answer(
    ai: AI,
    question: Callable[[Asked], Awaitable[T]],
    campaign: str | None,
    user: str | None,
    database_url: str | None,
) -> T:
    """Ask the local AI at once, and a provider through the ledger of the user's record."""

    async def work() -> T:
        if ai.name == LOCAL:
            return await question(ai)
        async with acting(database_url, user) as me:
            payer = None if campaign is None else (await me.campaign(campaign)).id
            return await question(_Paid(AIDesk(me.service, me.user_id, ai), payer))

    return run(work())

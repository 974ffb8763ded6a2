"""`linkwright ai`: which AI reads and scores, whether it answers, and what it makes of one message."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from linkwright.cli.run_view import plain
from linkwright.cli.support import AsJson, print_json, run
from linkwright.errors import InvalidInput
from linkwright.outreach.ai import Brief
from linkwright.outreach.choice import ai_of
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
        "installed": [name for name in ("minilm", "wordllama") if available(name)],
    }
    if as_json:
        print_json(told)
        return
    typer.echo(f"Provider: {told['provider']} (key: {told['key']})")
    typer.echo(f"Replies without a provider are read by {told['replies_read_by']}.")
    typer.echo(f"Pages without a provider are scored by {told['pages_scored_by']}.")
    typer.echo(f"Small models installed: {', '.join(told['installed']) or 'none'}.")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Ask the configured AI one small question, and say how it answered. With a provider this costs a little.

    \b
    Examples:
      linkwright ai check
    """
    ai = ai_of(Settings.load())
    answer = run(ai.classify_reply(_TRIAL))
    told: dict[str, Any] = {
        "provider": ai.name,
        "asked": _TRIAL,
        "intent": answer.value.intent.value,
        "confidence": answer.value.confidence,
        **answer.call.model,
    }
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{ai.name} answers. It takes {_TRIAL!r} for {told['intent']} ({told['confidence']:.2f}).")


@app.command()
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A message: .eml, or the first of a mailbox.")],
    as_json: AsJson = False,
) -> None:
    """Say what one message is and what its writer wants, with the words that it rests on. Nothing is kept.

    \b
    Examples:
      linkwright ai read reply.eml
      linkwright ai read reply.eml --json
    """
    raw = next(read_messages(file, refuse=lambda _: None), None)
    if raw is None:
        raise InvalidInput("FILE", "must hold a message", str(file))
    settings, message = Settings.load(), parse_message(raw)
    here = local_ai(settings.ai_embedding)
    reading, decider = here.reader.read(message), here.reader.name
    ai = ai_of(settings)
    if ai.name != here.name and reading.kind in HUMAN_RESPONSES:
        answer = run(ai.classify_reply(new_text(message.body_text)))
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
    as_json: AsJson = False,
) -> None:
    """Say how well the text of a page fits keywords. Nothing is kept.

    \b
    Examples:
      linkwright ai score page.txt -k "mountain huts" -k hiking
    """
    try:
        title, _, text = file.read_text("utf-8", "replace").partition("\n")
    except OSError as error:
        raise InvalidInput("FILE", f"cannot be read: {error.strerror}", str(file)) from None
    answer = run(ai_of(Settings.load()).score_page(Page(title, text), Brief("", keyword)))
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

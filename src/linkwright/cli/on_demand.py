"""Commands that are loaded when they are asked for.

The database's half of the program takes a second to load, and `--help`, `--version` and a word
that is misspelt need none of it. So the menu is written down here, and a test compares
it with what the commands say of themselves.
"""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_group

from linkwright.issuer import ISSUER, issued_by


class Place(NamedTuple):
    """Where a command, or an app with a family of them, is defined, and what the menu says of it."""

    module: str
    name: str
    summary: str


MENU: Final = {
    "ai": Place("linkwright.cli.ai", "app", "See which AI reads and scores, and try it on a file."),
    "analytics": Place(
        "linkwright.cli.analytics", "app", "Bring days, weeks and months up to date; look at them."
    ),
    "archive": Place(
        "linkwright.cli.archive", "app", "Move campaigns that are over out of the database, and back."
    ),
    "attribute": Place(
        "linkwright.cli.attribute",
        "attribute",
        "Write down what came of the decisions whose windows have closed.",
    ),
    "backup": Place(
        "linkwright.cli.backup",
        "backup",
        "Write the whole database into a file, as it is at one instant, while others work on.",
    ),
    "calibration": Place(
        "linkwright.cli.calibration",
        "calibration",
        "Show how far confidences can be taken as probabilities, by kind, model and prompt.",
    ),
    "campaigns": Place("linkwright.cli.campaigns", "app", "Look at campaigns; start, pause and end them."),
    "compare": Place(
        "linkwright.cli.compare",
        "app",
        "Compare models, prompts, templates or tones by what came of their letters.",
    ),
    "db": Place("linkwright.cli.db", "app", "Make, mend and look at the database."),
    "doctor": Place(
        "linkwright.cli.doctor",
        "doctor",
        "Recount every number, look for every broken rule, and say what to do about it.",
    ),
    "erase-person": Place(
        "linkwright.cli.erase",
        "erase",
        "Take a person out of the record, and see that they are never written to or imported again.",
    ),
    "explain": Place(
        "linkwright.cli.explain",
        "app",
        "Tell why a prospect or a letter stands where it does.",
    ),
    "export": Place("linkwright.cli.export", "app", "Take a campaign out of the record."),
    "export-person": Place(
        "linkwright.cli.erase",
        "export",
        "Print, as JSON, the data that the record and its archives have on a person.",
    ),
    "import": Place("linkwright.cli.imports", "app", "Bring files into the record."),
    "inbox": Place(
        "linkwright.cli.inbox", "app", "Read what came back, say what it is, find the letter it belongs to."
    ),
    "learn": Place(
        "linkwright.cli.learn", "app", "Learn which choices earn replies, and see how well that works."
    ),
    "letters": Place(
        "linkwright.cli.letters", "app", "Read letters, approve or cancel them, say which you sent yourself."
    ),
    "maintain": Place(
        "linkwright.cli.maintain",
        "maintain",
        "Look after the database: partitions, roll-ups, retention, statistics, dead rows, indexes, checks.",
    ),
    "monitor": Place(
        "linkwright.cli.monitor",
        "monitor",
        "Show which statements are slow and why, and how the database is doing.",
    ),
    "prospects": Place(
        "linkwright.cli.prospects", "app", "Look at prospects, decide about them, note their links."
    ),
    "report": Place(
        "linkwright.cli.report", "report", "Write a campaign's report: one page, to be sent as it is."
    ),
    "restore": Place(
        "linkwright.cli.backup",
        "restore",
        "Put a backup in the place of the database: all of it or nothing, then let the doctor look.",
    ),
    "retention": Place(
        "linkwright.cli.retention", "app", "Say how long what is kept, and remove what is older."
    ),
    "run": Place(
        "linkwright.cli.run",
        "run",
        "Bring a campaign's files in, judge the prospects, draft letters, take in answers, and report.",
    ),
    "suppress": Place("linkwright.cli.suppress", "app", "Leave people alone, and look at who is left alone."),
}


class _Named(TyperGroup):
    """A group that says which of its commands was called, to who asks on whose behalf statements run."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was called."""
        with issued_by(ISSUER.get() or "linkwright"):
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that was called."""
        found = super().resolve_command(ctx, args)
        ISSUER.set(f"{ISSUER.get()} {found[0]}")
        return found


class OnDemand(_Named):
    """A group whose commands are those of the menu."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Loading()

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  (Typer's signature)
        """Write the menu, loading nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.summary) for name, place in MENU.items()])


class Family(_Named):
    """A family of commands, which says of each what its first sentence says, and not half of that."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  (Typer's signature)
        """Write each command with the first paragraph of its help."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, " ".join((command.help or "").split("\n\n")[0].split()))
                    for name, command in self.commands.items()
                ]
            )


class _Loading(MutableMapping[str, Any]):
    """The commands by name; looking one up loads it."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _load(name, MENU[name])
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(MENU)

    def __len__(self) -> int:
        return len(MENU)


def _load(name: str, place: Place) -> Any:
    """Return what Typer makes of a command or an app, as a part of ours."""
    found = getattr(import_module(place.module), place.name)
    parent = typer.Typer(add_completion=False, rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        parent.add_typer(found, name=name, cls=Family)
    else:
        parent.command(name)(found)
    return get_group(parent).commands[name]

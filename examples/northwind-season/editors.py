"""The editors of the season: their sites, their names, and what their pages are about.

All of it is invented and follows from the number of an editor, so it is the same in every season.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

_FIRST: Final = (
    "high",
    "low",
    "slow",
    "wild",
    "old",
    "far",
    "green",
    "grey",
    "north",
    "blue",
    "cold",
    "long",
)
_SECOND: Final = (
    "ridge", "valley", "path", "cairn", "larch", "barn", "stone", "river", "meadow", "lantern", "compass",
    "birch", "glen", "gate", "moor", "boot", "rope", "hill", "hearth", "map", "beck", "heron", "lake", "fox",
)  # fmt: skip
_THIRD: Final = ("notes", "weekly", "journal", "letters")
_NAMES: Final = (
    "Ada", "Ben", "Clara", "Dario", "Elin", "Farid", "Greta", "Hugo", "Iris", "Jonas", "Kaja", "Leo", "Mina",
    "Nils", "Olga", "Pavel", "Runa", "Sven", "Tove", "Viktor",
)  # fmt: skip
_FAMILIES: Final = (
    "Arnesen",
    "Bauer",
    "Costa",
    "Dietrich",
    "Evans",
    "Fournier",
    "Grieg",
    "Holm",
    "Ito",
    "Jansen",
)

_HUTS: Final = (
    "Stories from mountain huts and their wardens.",
    "Hut-to-hut hiking with a map of every stage.",
    "Which winter rooms have a stove, and who has the key.",
    "Winter walking for those who start early and sleep in a hut.",
)
_WALKS: Final = (
    "Day hikes near a railway station.",
    "Walking holidays with children.",
    "Old footpaths, bridges and a good place to eat.",
    "Letters from readers who walk on Sundays.",
)
_RUNNING: Final = (
    "Training plans for trail runners.",
    "Results of the mountain races.",
    "Shoes and watches, tried over a season.",
    "Interviews with athletes and their coaches.",
)
_TOWN: Final = (
    "Small restaurants and the people behind them.",
    "Recipes for a weeknight, and the wine with them.",
    "Knives, pans and how to keep them.",
    "What the markets of the city have this week.",
)
# What pages are about, how many of ten are, and how readily their editors answer beside the rates.
_THEMES: Final = (
    (_HUTS, 5, 1.2),
    (_WALKS, 3, 0.7),
    (_RUNNING, 1, 0.4),
    (_TOWN, 1, 0.2),
)


@dataclass(frozen=True, slots=True)
class Editor:
    """One prospect, and the person who reads what is sent there."""

    number: int
    site: str
    title: str
    name: str
    about: str
    authority: int
    readiness: float

    @property
    def address(self) -> str:
        """Where letters to this editor go."""
        return f"{self.name.split()[0].lower()}@{self.site}"

    @property
    def row(self) -> dict[str, str]:
        """The editor's row in the list of prospects."""
        return {
            "url": f"https://{self.site}/write-for-us",
            "title": self.title,
            "description": self.about,
            "contact_email": self.address,
            "contact_name": self.name,
            "domain_authority": str(self.authority),
        }


def editor(number: int) -> Editor:
    """Return one of the invented editors; no two have a site in common."""
    luck = Random(f"editor {number}")  # noqa: S311  (no secret hangs on it)
    first, rest = number % len(_FIRST), number // len(_FIRST)
    second, third = rest % len(_SECOND), rest // len(_SECOND) % len(_THIRD)
    words = (_FIRST[first], _SECOND[(second + 5 * first) % len(_SECOND)], _THIRD[third])
    theme, _, readiness = luck.choices(_THEMES, [share for _, share, _ in _THEMES])[0]
    about = [*luck.sample(theme, 2), luck.choice(_TOWN if theme is _TOWN else _WALKS)]
    return Editor(
        number,
        f"{'-'.join(words)}.example",
        " ".join(words).title(),
        f"{luck.choice(_NAMES)} {luck.choice(_FAMILIES)}",
        " ".join(dict.fromkeys(about)),
        luck.randint(15, 70),
        readiness,
    )

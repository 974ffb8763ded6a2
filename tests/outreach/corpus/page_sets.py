"""Campaigns and pages of this folder, with the frame of a site around the pages."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from linkwright.outreach.pages import Page

FOLDER: Final = Path(__file__).parent


def campaigns(name: str) -> list[tuple[list[str], list[tuple[str, str, bool]]]]:
    """Return the keywords of each campaign, and titles and texts of pages, and whether these belong to it."""
    found: list[tuple[list[str], list[tuple[str, str, bool]]]] = []
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("=== "):
            found.append(([word.strip() for word in line[4:].split(",")], []))
        elif line.startswith(("+ ", "- ", "~ ")):
            title, text = line[2:].split(" | ")
            found[-1][1].append((title, text, line.startswith("+")))
    return found


def framed(title: str, text: str, seed: int, frame: str) -> Page:
    """Return a page with a menu above it, notices and a footer below."""
    lines = (FOLDER / f"{frame}.txt").read_text("utf-8").splitlines()
    chance = Random(f"{seed}{title}")
    chance.shuffle(lines)
    return Page(title, "\n".join([*lines[:3], text, *lines[3:7]]))


def area(scored: list[tuple[float, bool]]) -> float:
    """Return how often a page that belongs scores above one that does not (the area under the ROC curve)."""
    mine = [score for score, belongs in scored if belongs]
    others = [score for score, belongs in scored if not belongs]
    won = sum((one > other) + 0.5 * (one == other) for one in mine for other in others)
    return won / (len(mine) * len(others))

"""Pictures: the same numbers give the same file, and what cannot be drawn is said."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.trials.confidence import BOASTING, OVERCONFIDENT
from linkwright import InvalidInput
from linkwright.plots.reliability import MOST_PANELS, draw_reliability, drawable
from linkwright.schemas.calibration import CalibrationRead
from linkwright.services.calibration_groups import Pairs
from linkwright.services.calibration_reports import measures, told_later


def group(count: int, model: str | None = "m", prompt: str | None = None, **columns: Any) -> CalibrationRead:
    world = BOASTING if model == "m" else OVERCONFIDENT
    raw, happened = world.outcomes(count, np.random.default_rng(count))
    pairs = Pairs(raw.tolist(), happened.tolist())
    later, mended = told_later(pairs)
    return CalibrationRead(
        kind="classify",
        model=model,
        prompt=prompt,
        outcome="agreement",
        raw=measures(pairs),
        later=later,
        mended=mended,
        **columns,
    )


@pytest.mark.parametrize(("name", "start"), [("a.svg", b"<?xml"), ("a.PNG", b"\x89PNG")])
def test_the_same_numbers_are_the_same_file(tmp_path: Path, name: str, start: bytes) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        draw_reliability([group(600), group(900, "n")], tmp_path / folder / name)

    drawn = (tmp_path / "one" / name).read_bytes()
    assert drawn.startswith(start)
    assert drawn == (tmp_path / "two" / name).read_bytes()


def test_nothing_to_draw_is_said_in_the_picture(tmp_path: Path) -> None:
    draw_reliability([group(20)], tmp_path / "a.svg")

    assert (tmp_path / "a.svg").exists()


def test_a_group_that_is_all_of_a_larger_one_stands_for_both() -> None:
    groups = [group(600, None), group(600, "m"), group(600, "m", "reply@1"), group(700, "n")]
    groups[0] = groups[0].model_copy(update={"raw": groups[1].raw})

    assert [(one.model, one.prompt) for one in drawable(groups)] == [("n", None), ("m", "reply@1")]
    assert len(drawable([group(500 + place) for place in range(12)])) == MOST_PANELS


def test_without_the_library_that_draws_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(InvalidInput, match=r'pip install "linkwright\[report\]"'):
        draw_reliability([group(600)], tmp_path / "a.svg")

"""`linkwright compare` and `linkwright calibration`: what a person reads, and what a program gets."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks.trials.confidence import BOASTING
from linkwright import BacklinkingDatabaseService
from tests.cli.command import linkwright
from tests.cli.office import ME, OTHER, Office
from tests.support.ledger import draws, readings, remember

CLOSED = datetime.now(UTC) - timedelta(days=22)


def bring(office: Office, past: tuple[list[dict[str, Any]], list[float]], outcome: str) -> None:
    async def work() -> None:
        async with await BacklinkingDatabaseService.open(office.url) as service:
            me = await service.get_user_by_email(ME)
            async with service.begin() as unit:
                rows, values = past
                await remember(unit.context.session, me.id, rows, outcome=outcome, values=values)

    asyncio.run(work())


class TestCompare:
    def test_names_the_winner_of_an_experiment(self, office: Office) -> None:
        rates = {"short": 0.03, "long": 0.20}
        bring(office, draws(rates, days=40, a_day=40, until=CLOSED), "human_reply")

        said = office("compare", "templates", "--baseline", "short")

        assert said.status == 0, said.err
        assert "Drawn evenly: an experiment" in said.out
        assert "long does better than short, as has shown since " in said.out
        [traffic] = office("compare", "templates", "--json").json["traffic"]
        assert [arm["sent"] for arm in traffic["arms"]] == sorted(
            (arm["sent"] for arm in traffic["arms"]), reverse=True
        )
        assert not traffic["mismatch"]["alarming"]

    def test_says_that_history_is_not_comparable(self, office: Office) -> None:
        rows, values = draws({"formal": 0.1, "casual": 0.2}, days=5, a_day=10, until=CLOSED, factor="tone")
        bring(office, ([row | {"propensity_kind": "deterministic"} for row in rows], values), "human_reply")

        said = office("compare", "tones")

        assert "Not comparable" in said.out
        assert "does better" not in said.out

    def test_says_first_that_letters_are_missing(self, office: Office) -> None:
        rows, values = draws({"a": 0.1, "b": 0.1}, days=40, a_day=40, until=CLOSED)
        kept = [place for place, row in enumerate(rows) if row["action"] == "a" or place % 3]
        bring(office, ([rows[place] for place in kept], [values[place] for place in kept]), "human_reply")

        said = office("compare", "templates").out.splitlines()

        assert said[3].startswith("Sample-ratio mismatch: ")
        assert "a beside b: cannot tell." in said or "b beside a: cannot tell." in said

    def test_of_nothing_says_so(self, office: Office) -> None:
        assert "no letter has left under a chosen model" in office("compare", "models").out
        assert office("compare", "models", "-c", "Autumn", "--json").json["traffic"] == []

    def test_of_another_user_finds_nothing(self, office: Office) -> None:
        bring(office, draws({"a": 0.1, "b": 0.1}, days=5, a_day=10, until=CLOSED), "human_reply")

        assert office("compare", "templates", "--json", user=OTHER).json["traffic"] == []

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("--baseline", "nobody"), "baseline: must be an arm of letters that left"),
            (("--matters", "2"), "matters: "),
            (("-c", "Winter"), "campaign: must be a campaign of this user"),
            (("--by", "applause"), "applause"),
        ],
    )
    def test_refuses_in_one_line(self, office: Office, words: tuple[str, ...], said: str) -> None:
        done = office("compare", "templates", *words)

        assert done.status in {1, 2}
        assert said in done.err
        assert "Traceback" not in done.err

    @pytest.mark.parametrize("name", ["models", "prompts", "templates", "tones"])
    def test_help_has_examples(self, name: str) -> None:
        assert f"linkwright compare {name} -c" in linkwright("compare", name, "--help").out


class TestCalibration:
    def test_prints_the_table_and_draws_the_curve(self, office: Office) -> None:
        bring(office, readings(BOASTING, 700, until=CLOSED), "agreement")

        said = office("calibration", "--plot", "curve.svg")

        assert said.status == 0, said.err
        assert "> m " in said.out
        assert "--learn" in said.out
        assert (office.folder / "curve.svg").read_text().startswith("<?xml")

    def test_learns_when_told_to(self, office: Office) -> None:
        bring(office, readings(BOASTING, 400, until=CLOSED), "agreement")

        assert "platt v1" in office("calibration", "--learn").out
        assert "platt v1" in office("calibration", "--learn").out  # Again is the same.
        [kind, *_] = office("calibration", "--json").json["calibration"]
        assert (kind["kind"], kind["version"], kind["raw"]["count"]) == ("classify", 1, 400)

    def test_says_how_much_is_missing(self, office: Office) -> None:
        bring(office, readings(BOASTING, 40, until=CLOSED), "agreement")

        assert "classify: not enough data, about " in office("calibration").out

    def test_of_nothing_says_so(self, office: Office) -> None:
        assert office("calibration").out.startswith("Not enough data")
        assert office("calibration", "--kind", "score", "--json").json == {"calibration": []}

    @pytest.mark.parametrize("name", ["curve.pdf", "nowhere/curve.png"])
    def test_refuses_a_file_that_cannot_be_drawn(self, office: Office, name: str) -> None:
        done = office("calibration", "--plot", name)

        assert done.status == 2
        assert done.err.startswith("linkwright: plot: must ")

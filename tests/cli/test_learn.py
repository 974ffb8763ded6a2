"""`linkwright learn`: choose, count, see what works; and what the simulation prints."""

from pathlib import Path

import pytest

from tests.cli.command import linkwright
from tests.cli.office import Office


class TestRecommend:
    def test_chooses_and_says_with_which_probabilities(self, office: Office) -> None:
        words = ("learn", "recommend", "send_hour", "-c", "Autumn", "--seed", "7")
        said, as_json = office(*words), office(*words, "--json").json

        assert said.out.startswith(f"send hour: {as_json['choice']}, of which")
        assert max(map(len, said.out.splitlines())) <= 100
        assert sum(one["p"] for one in as_json["candidates"]) == pytest.approx(1)

    def test_names_what_is_wrong(self, office: Office) -> None:
        said = office("learn", "recommend", "send_hour", "-c", "Autumn", "--candidate", " ")
        assert (said.status != 0, said.out) == (True, "")
        assert "candidates" in said.err


def test_nothing_is_known_before_anything_came_of_anything(office: Office) -> None:
    assert "Nothing is known yet" in office("learn", "patterns").out
    assert office("learn", "update", "--json").json["counted"] == 0
    assert "Counted 0 outcomes" in office("learn", "rebuild").out
    assert "Too few users" in office("learn", "pool").out


class TestSimulate:
    WORDS = ("learn", "simulate", "--runs", "2", "--emails", "200", "--seed", "3")

    def test_prints_a_table_beside_the_bound(self) -> None:
        said = linkwright(*self.WORDS)
        names = ("uniform", "greedy", "epsilon-greedy", "ucb1", "kl-ucb", "thompson", "linkwright")
        places = [said.out.index(f"\n{name} ") for name in (*names, "Lai-Robbins")]
        assert places == sorted(places)

    def test_the_same_seed_says_the_same_to_programs(self) -> None:
        one, other = (linkwright(*self.WORDS, "--policy", "linkwright", "--json").json for _ in range(2))
        assert one == other
        assert one["policies"][0]["lost"]["200"]["mean"] > 0

    def test_draws_the_curves_and_prints_the_same(self, tmp_path: Path) -> None:
        words = (*self.WORDS, "--policy", "linkwright", "--policy", "greedy")
        plain = linkwright(*words)
        drawn = linkwright(*words, "--plot", str(tmp_path / "regret.svg"))

        assert drawn.out.startswith(plain.out)
        assert "Drawn into" in drawn.out
        assert (tmp_path / "regret.svg").read_bytes().startswith(b"<?xml")

    def test_what_is_no_picture_is_refused_before_anything_is_simulated(self) -> None:
        said = linkwright("learn", "simulate", "--plot", "regret.doc")
        assert (said.status != 0, said.out) == (True, "")
        assert ".svg or .png" in said.err

    @pytest.mark.parametrize("words", [("--world", "mars"), ("--policy", "oracle")])
    def test_names_what_there_is(self, words: tuple[str, str]) -> None:
        said = linkwright("learn", "simulate", *words)
        assert said.status != 0
        assert "must be one of" in said.err

    def test_lists_the_worlds(self) -> None:
        assert "four-factors" in linkwright("learn", "simulate", "--worlds").out
        worlds = linkwright("learn", "simulate", "--worlds", "--json").json
        assert "four-factors" in {world["name"] for world in worlds}

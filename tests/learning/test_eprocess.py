"""Evidence that two rates differ: exact by arithmetic, and honest in simulated worlds whose truth is known.

The full tables are printed by `python -m benchmarks.trials winners`.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.trials.winners import Experiment, chance_to_win, missed, naive_z, winners, winners_of_several
from linkwright.learning.eprocess import Blocks, difference_interval, evidence, log_evidence

ALPHA = 0.05


def blocks(*days: tuple[int, int, int, int], share: float | None = 0.5) -> Blocks:
    """Return days of (sent, replied) of the first arm and (sent, replied) of the second."""
    table = np.array(days, dtype=float).reshape(-1, 4)
    shares = None if share is None else np.full(len(table), share)
    return Blocks(table[:, [0, 2]], table[:, [1, 3]], shares)


class TestOneBet:
    @pytest.mark.parametrize("rate", [0.0, 0.013, 0.05, 0.4, 1.0])
    @pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
    def test_is_worth_its_stake_on_average_whatever_the_rate(self, rate: float, share: float) -> None:
        # Every way that two blocks of one drawn email each can go, weighed by its chance.
        mean = 0.0
        for first, second in product(product((0, 1), (0, 1)), repeat=2):
            chance, days = 1.0, []
            for arm, reply in (first, second):
                chance *= (share if arm == 0 else 1 - share) * (rate if reply else 1 - rate)
                days.append((1, reply, 0, 0) if arm == 0 else (0, 0, 1, reply))
            mean += chance * float(np.exp(log_evidence(blocks(*days, share=share))[-1]))

        assert mean == pytest.approx(1.0)

    @pytest.mark.parametrize("rate", [0.05, 0.3])
    def test_is_not_worth_more_than_its_stake_when_the_split_is_fixed(self, rate: float) -> None:
        mean = 0.0
        for replies in product((0, 1), repeat=4):  # Three to the first arm, one to the second.
            chance = float(np.prod([rate if reply else 1 - rate for reply in replies]))
            course = log_evidence(blocks((3, sum(replies[:3]), 1, replies[3]), share=None))
            mean += chance * float(np.exp(course[-1]))

        assert mean <= 1 + 1e-12

    @given(
        second=st.floats(0.01, 0.8), difference=st.floats(-0.5, 0.5), share=st.sampled_from([0.1, 0.5, 0.97])
    )
    def test_against_any_difference_is_worth_its_stake_at_most(
        self, second: float, difference: float, share: float
    ) -> None:
        first = min(max(second + difference, 0.0), 1.0)
        mean = 0.0
        for arm, reply in product((0, 1), (0, 1)):
            rate = first if arm == 0 else second
            chance = (share if arm == 0 else 1 - share) * (rate if reply else 1 - rate)
            day = (1, reply, 0, 0) if arm == 0 else (0, 0, 1, reply)
            mean += chance * float(np.exp(log_evidence(blocks(day, share=share), first - second)[-1]))

        assert mean <= 1 + 1e-6

    def test_knows_nothing_of_its_own_block_or_of_later_ones(self) -> None:
        early = [(25, 1, 25, 2), (25, 3, 25, 0)]

        one = log_evidence(blocks(*early, (25, 9, 25, 0)))
        other = log_evidence(blocks(*early, (25, 0, 25, 9)))

        assert one[:2] == pytest.approx(other[:2])


class TestEvidence:
    def test_before_the_first_email_is_none(self) -> None:
        nothing = evidence(blocks(), ALPHA)

        assert (nothing.e_value, nothing.highest, nothing.block) == (1.0, 1.0, None)

    def test_stays_where_it_was_on_a_day_without_emails(self) -> None:
        course = log_evidence(blocks((25, 1, 25, 3), (0, 0, 0, 0)))

        assert course[0] == course[1]

    def test_names_the_block_after_which_it_was_enough(self) -> None:
        found = evidence(blocks(*[(25, 5, 25, 0)] * 6, *[(25, 0, 25, 0)] * 3), ALPHA)

        assert found.block is not None
        assert 0 < found.block < 6
        assert found.highest >= 20

    def test_does_not_care_which_arm_is_called_first(self) -> None:
        days = [(20, 1, 30, 4), (30, 0, 20, 2)]
        turned = [(c, d, a, b) for a, b, c, d in days]

        one = log_evidence(blocks(*days, share=0.4), 0.02)
        other = log_evidence(blocks(*turned, share=0.6), -0.02)

        assert one == pytest.approx(other, abs=1e-6)

    def test_many_experiments_at_once_are_each_as_if_alone(self) -> None:
        case = Experiment(10, 0.05, 0.1, runs=3).blocks()
        assert case.share is not None

        together = log_evidence(case, np.array([0.0, 0.03]))

        for run in range(3):
            alone = Blocks(case.sent[run], case.replied[run], case.share[run])
            assert together[0, run] == pytest.approx(log_evidence(alone))
            assert together[1, run] == pytest.approx(log_evidence(alone, 0.03))


class TestTheInterval:
    def test_is_everything_before_the_first_email(self) -> None:
        found = difference_interval(blocks(), ALPHA)

        assert (found.low, found.high) == (-1.0, 1.0)

    def test_leaves_out_no_difference_exactly_when_the_evidence_is_enough(self) -> None:
        for days in (3, 6, 9, 30):
            case = blocks(*[(25, 4, 25, 1)] * days)
            found = difference_interval(case, ALPHA)
            assert (found.low > 0) == (evidence(case, ALPHA).block is not None)

    def test_shrinks_around_the_difference(self) -> None:
        wide = difference_interval(blocks(*[(250, 20, 250, 10)] * 10), ALPHA)
        narrow = difference_interval(blocks(*[(250, 20, 250, 10)] * 100), ALPHA)

        assert wide.low < narrow.low < 0.04 < narrow.high < wide.high
        # A single look would have 0.0083: looking at all times costs less than as much again.
        assert narrow.high - narrow.low < 2 * 0.0083

    @pytest.mark.parametrize(
        "day", [(1, 1, 2, 0), (1, 0, 0, 0), (1, 1, 0, 0), (3, 3, 3, 0), (400, 400, 400, 0)]
    )
    def test_is_found_for_the_fewest_and_the_most_extreme(self, day: tuple[int, int, int, int]) -> None:
        found = difference_interval(blocks(day, day), ALPHA)

        assert -1 <= found.low < found.high <= 1

    def test_says_when_the_difference_has_changed(self) -> None:
        turned = difference_interval(blocks(*[(250, 50, 250, 5)] * 20, *[(250, 5, 250, 50)] * 60), ALPHA)

        assert not turned.steady
        assert turned.low <= turned.high

    def test_holds_at_every_look(self) -> None:
        assert missed(Experiment(50, 0.05, 0.08, runs=300))[0] < 0.05
        assert missed(Experiment(50, 0.05, 0.08, thompson=True, runs=300))[0] < 0.05


class TestLookingEveryDay:
    """In 1,000 runs a share of 5 % has a standard error of 0.7 points."""

    @pytest.mark.parametrize("thompson", [False, True])
    @pytest.mark.parametrize("a_day", [10, 50])
    @pytest.mark.parametrize("rate", [0.015, 0.05])
    def test_finds_few_false_winners(self, rate: float, a_day: int, thompson: bool) -> None:  # noqa: FBT001
        share, _, _ = winners(Experiment(a_day, rate, rate, thompson, runs=400 if thompson else 1_000))

        assert share < 0.05

    def test_finds_few_among_several_arms(self) -> None:
        assert winners_of_several(4, 50, 0.05, runs=500)[0] < 0.05

    def test_finds_the_true_winner(self) -> None:
        assert winners(Experiment(50, 0.05, 0.08))[0] > 0.87
        assert winners(Experiment(50, 0.05, 0.10))[0] > 0.99

    def test_shows_what_is_wrong_with_careless_methods(self) -> None:
        equal = Experiment(50, 0.05, 0.05)

        assert winners(equal, naive_z)[0] > 0.25
        assert winners(equal, chance_to_win)[0] > 0.40

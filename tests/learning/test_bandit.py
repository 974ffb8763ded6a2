"""The choice: what arms are worth, how likely each is the best, and what is drawn."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwright.learning.choosing import Policy, chances, choose
from linkwright.learning.fading import Faded, faded
from linkwright.learning.pools import fit_pool
from linkwright.learning.priors import prior_of, without_others
from linkwright.learning.reply_times import of_counts, reply_times
from linkwright.learning.win_shares import win_shares

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)


class TestWinShares:
    @pytest.mark.parametrize(
        ("a", "b"),
        [
            ([1, 5, 20, 3], [15, 60, 200, 50]),
            ([1000, 1030, 3], [10000, 10000, 30]),
            ([0.9, 2, 8, 30, 100], [20, 40, 100, 300, 900]),
            ([4] * 12, [60] * 12),
            ([1 + arm / 4 for arm in range(60)], [40 + arm for arm in range(60)]),
        ],
    )
    def test_they_are_how_often_a_drawn_posterior_is_the_largest(
        self, a: list[float], b: list[float]
    ) -> None:
        shares = win_shares(np.array(a, float), np.array(b, float))
        drawn = np.random.default_rng(0).beta(a, b, (200_000, len(a))).argmax(axis=1)
        assert shares == pytest.approx(np.bincount(drawn, minlength=len(a)) / 200_000, abs=0.006)

    @given(st.lists(st.tuples(st.floats(0.3, 5e4), st.floats(1, 1e6)), min_size=1, max_size=120))
    def test_they_are_probabilities_whatever_the_arms(self, arms: list[tuple[float, float]]) -> None:
        shares = win_shares(*np.array(arms).T)
        assert np.isfinite(shares).all()
        assert shares.min() >= 0
        assert shares.sum() == pytest.approx(1)


class TestChances:
    def test_without_evidence_all_arms_are_alike(self) -> None:
        nothing = np.zeros(5)
        assert chances(nothing, nothing, Policy()).probabilities == pytest.approx(np.full(5, 0.2))

    def test_no_arm_is_below_the_floor_and_the_floor_falls_with_the_emails(self) -> None:
        few, many = np.array([400.0, 400.0]), np.array([50_000.0, 50_000.0])
        at_first = chances(few, few * [0.2, 0.02], Policy()).probabilities
        later = chances(many, many * [0.2, 0.02], Policy()).probabilities
        assert at_first.min() == pytest.approx(0.01)
        assert later.min() == pytest.approx(0.0001)
        assert at_first.sum() == pytest.approx(1)

    @given(st.lists(st.tuples(st.integers(0, 300), st.floats(0, 1)), min_size=1, max_size=40))
    def test_one_user_is_told_the_same_as_one_of_many(self, arms: list[tuple[int, float]]) -> None:
        trials = np.array([float(count) for count, _ in arms])
        replies = np.floor(trials * [rate for _, rate in arms])
        alone = chances(trials, replies, Policy()).probabilities
        many = chances(trials[None], replies[None], Policy()).probabilities
        assert alone == pytest.approx(many[0], abs=1e-9)

    def test_silence_that_is_young_says_less_than_silence_that_is_old(self) -> None:
        replies = np.array([5.0, 5.0])
        old = chances(np.array([100.0, 100.0]), replies, Policy()).probabilities
        young = chances(np.array([100.0, 70.0]), replies, Policy()).probabilities
        assert young[1] > old[1]

    def test_the_same_seed_draws_the_same_arm(self) -> None:
        probabilities = np.array([0.1, 0.2, 0.7])
        drawn = [choose(probabilities, seed) for seed in range(4_000)]
        assert drawn == [choose(probabilities, seed) for seed in range(4_000)]
        assert np.bincount(drawn) / 4_000 == pytest.approx(probabilities, abs=0.03)


class TestPool:
    @staticmethod
    def counts(lifts: list[float], spread: float = 0.0, users: int = 60) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(5)
        base = np.exp(rng.normal(np.log(0.05), 0.5, (users, 1)))
        rate = base * np.array(lifts) * np.exp(rng.normal(0, spread, (users, len(lifts))))
        trials = rng.integers(20, 400, rate.shape).astype(float)
        return trials, rng.binomial(trials.astype(int), rate).astype(float)

    def test_lifts_of_arms_are_found_though_users_differ(self) -> None:
        pool = fit_pool(*self.counts([0.6, 1.0, 1.6]))
        assert pool.log_lift - pool.log_lift[1] == pytest.approx(np.log([0.6, 1.0, 1.6]), abs=0.12)

    def test_a_larger_spread_is_seen_as_one(self) -> None:
        alike, different = (fit_pool(*self.counts([1.0] * 6, spread)).spread for spread in (0.0, 0.5))
        assert alike < 0.15
        assert different == pytest.approx(0.5, abs=0.12)

    def test_an_arm_that_few_have_tried_tells_nothing(self) -> None:
        trials, replies = self.counts([0.6, 1.0, 3.0])
        trials[4:, 2] = replies[4:, 2] = 0
        assert fit_pool(trials, replies).log_lift[2] == 0.0

    def test_a_new_user_starts_from_what_works_for_others(self) -> None:
        expected = fit_pool(*self.counts([0.6, 1.0, 1.6])).expectation()
        nothing = np.zeros(3)
        assert chances(nothing, nothing, Policy(), expected).probabilities[2] > 0.9
        assert prior_of(nothing, nothing, without_others((3,))).base_rate == pytest.approx(0.05, rel=0.15)


class TestFading:
    def test_after_a_half_life_half_is_left(self) -> None:
        assert faded(10 * DAY, 10 * DAY) == 0.5
        assert faded(10 * DAY, None) == faded(-DAY, 10 * DAY) == 1

    @given(st.lists(st.tuples(st.integers(0, 700), st.booleans()), max_size=30), st.randoms())
    def test_the_order_of_the_evidence_does_not_matter(
        self, evidence: list[tuple[int, bool]], random: object
    ) -> None:
        def total(items: list[tuple[int, bool]]) -> Faded:
            sums = Faded()
            for day, replied in items:
                sums = sums.plus(1, replied, START + day * DAY, 90 * DAY)
            return sums

        mixed = sorted(evidence, key=lambda _: random.random())  # type: ignore[attr-defined]
        one, other = total(evidence), total(mixed)
        assert one.as_of == other.as_of
        assert (one.trials, one.replies) == pytest.approx((other.trials, other.replies), rel=1e-9)

    def test_what_is_taken_back_is_gone(self) -> None:
        sums = Faded().plus(1, 1, START, 90 * DAY).plus(1, 0, START + 50 * DAY, 90 * DAY)
        assert sums.plus(-1, -1, START, 90 * DAY).replies == pytest.approx(0)


class TestReplyTimes:
    def test_the_share_of_replies_grows_to_all_of_them(self) -> None:
        times = of_counts([30, 20, 10, 5, 0, 0, 1])
        exposures = [times.exposure(day / 4) for day in range(30)]
        assert exposures == sorted(exposures)
        assert exposures[0] == 0
        assert exposures[-1] == 1

    def test_a_slow_crowd_is_given_more_time(self) -> None:
        assert reply_times([6.5] * 100, 14).exposure(3) < 0.3 < reply_times([0.5] * 100, 14).exposure(3)

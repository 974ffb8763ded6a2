"""How well pages that belong to a campaign are told from those that do not."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from linkwright.errors import InvalidInput
from linkwright.outreach import nearness, vectors
from linkwright.outreach.pages import Page
from linkwright.outreach.relevance import WORDS_ALONE, PageScorer
from linkwright.outreach.vectors import available, embedder
from tests.outreach.corpus.page_sets import area, campaigns, framed

SEED = 1
SET = "third_fresh_pages"
ENGLISH = 14
TRAINING = Path(__file__).parent.parent.parent / "training"
DATA = Path(nearness.__file__).parent / "data"


def measured(model: str, campaigns_looked_at: int | None = None) -> float:
    scorer, sets = PageScorer(embedder(model)), campaigns(SET)[:campaigns_looked_at]
    scored = []
    for wanted, (keywords, _) in enumerate(sets):
        for own, (_, pages) in enumerate(sets):
            for title, text, belongs in pages:
                found = scorer.score(framed(title, text, SEED, "third_fresh_boilerplate"), keywords)
                assert found is not None
                scored.append((found.score, belongs and own == wanted))
    return area(scored)


class TestPageScorer:
    # Nearly all of the pages that belong avoid the keywords, and one in four uses them for something else:
    # words alone tell no more than chance.
    @pytest.mark.parametrize(("model", "least"), [("minilm", 0.9), ("static", 0.85), ("none", 0.4)])
    def test_ranks_pages_with_the_frame_of_a_site_around_them(self, model: str, least: float) -> None:
        if not available(model):
            pytest.skip(f"{model} is not installed")
        reached = measured(model, ENGLISH)
        print(f"{SET}, {model}: {reached:.3f}")
        assert reached >= least

    @pytest.mark.parametrize("model", ["minilm", "static"])
    def test_a_page_that_means_a_campaign_is_before_one_that_has_its_words(self, model: str) -> None:
        if not available(model):
            pytest.skip(f"{model} is not installed")
        scorer, keywords = PageScorer(embedder(model)), ["bicycle touring", "bikepacking"]
        means_it = scorer.score(Page("Across the hills on a steel frame with panniers and a tent"), keywords)
        has_it = scorer.score(Page("Touring Europe with a string quartet and a cello by coach"), keywords)
        assert means_it is not None
        assert has_it is not None
        assert means_it.score > has_it.score

    @pytest.mark.parametrize("model", ["minilm", "static"])
    def test_a_page_of_unknown_letters_does_not_fit(self, model: str) -> None:
        if not available(model):
            pytest.skip(f"{model} is not installed")
        news = Page("\u041d\u043e\u0432\u043e\u0441\u0442\u0438")
        found = PageScorer(embedder(model)).score(news, ["mountain huts"])
        assert found is not None
        assert found.score < 0.5

    def test_says_what_it_rests_on(self) -> None:
        found = PageScorer().score(Page("Mountain huts of the Alps"), ["walking", "mountain huts"])
        assert found is not None
        assert (found.nearest[0], found.decider) == (("mountain huts", 1.0), WORDS_ALONE)
        assert found.score > 0.5

    @pytest.mark.parametrize("page", [Page(""), Page("  ", "\n"), Page("...")])
    def test_knows_nothing_of_a_page_that_says_nothing(self, page: Page) -> None:
        assert PageScorer().score(page, ["huts"]) is None
        assert PageScorer().score(Page("Huts"), []) is None

    def test_an_endless_page_is_read_to_a_point(self) -> None:
        endless = Page("Huts", "We like huts. " * 1_000_000)
        assert PageScorer().score(endless, ["huts"]) is not None


class TestEmbedder:
    def test_words_in_pieces_mean_what_their_pieces_mean(self) -> None:
        near = vectors.StaticVectors().vectors(["bread baking", "sourdough loaf", "server outage", "?!"])
        assert near[0] @ near[1] > near[0] @ near[2]
        assert not near[3].any()

    def test_none_is_none(self) -> None:
        assert embedder("none") is None

    def test_without_its_packages_it_says_which_extra_has_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(vectors, "find_spec", lambda _: None)
        assert not available("minilm")
        with pytest.raises(InvalidInput, match=r"linkwright\[local\]"):
            vectors.embedder.__wrapped__("minilm")
        assert isinstance(vectors.embedder.__wrapped__("auto"), vectors.StaticVectors)

    def test_another_file_than_the_measured_one_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(vectors, "_STATIC_DIGEST", "0" * 64)
        with pytest.raises(InvalidInput, match="measured"):
            vectors.StaticVectors()


@pytest.mark.parametrize("model", ["minilm", "static"])
def test_nearness_was_learned_from_the_pages_that_are_here(model: str) -> None:
    # After a change to either: .venv/bin/python scripts/train_relevance.py
    with np.load(DATA / f"nearness-{model}.npz") as kept:
        source = str(kept["source"])
    texts = [*sorted(TRAINING.glob("pages*.txt")), TRAINING / "page-frames.txt"]
    assert source == sha256(b"".join(path.read_bytes() for path in texts)).hexdigest()


def test_no_page_that_is_measured_is_much_like_one_that_was_learned_from() -> None:
    lines = "\n".join(path.read_text("utf-8") for path in TRAINING.glob("pages*.txt")).splitlines()
    learned = [grams(line) for line in lines]
    for keywords, pages in campaigns(SET):
        for title, text, _ in pages:
            own = grams(f"{title} {text}")
            assert max(len(own & other) / len(own) for other in learned) < 0.3, (keywords, title)


def grams(text: str) -> set[str]:
    clear = " ".join(text.casefold().split())
    return {clear[start : start + 7] for start in range(len(clear) - 6)}

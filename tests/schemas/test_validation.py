"""What the words of a refusal say first."""

import pytest

from linkwright.errors import InvalidInput
from linkwright.schemas.campaigns import CampaignCreate
from linkwright.schemas.decisions import DecisionCreate
from linkwright.schemas.validation import parse


class TestParse:
    def test_a_misspelt_key_is_named_before_what_is_missing_because_of_it(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            parse(CampaignCreate, {"nam": "Spring", "keywords": ["running"]})
        assert caught.value.field == "nam"
        assert "did you mean name?" in str(caught.value)
        assert "name: is required" in str(caught.value)

    def test_a_rule_about_the_whole_does_not_repeat_the_whole(self) -> None:
        secret = {"kind": "classify", "decided_by": "model", "response_id": 1, "reasoning": "a private word"}
        with pytest.raises(InvalidInput) as caught:
            parse(DecisionCreate, secret)
        assert "campaign_id is required" in str(caught.value)
        assert "private" not in str(caught.value)
        assert caught.value.value is None

    @pytest.mark.parametrize(
        ("field", "value"), [("output", {"text": "x" * 1_000_000}), ("output_text", "x" * 10_000_001)]
    )
    def test_what_a_model_pours_out_without_end_is_refused(self, field: str, value: object) -> None:
        with pytest.raises(InvalidInput) as caught:
            parse(DecisionCreate, {"kind": "classify", "decided_by": "model", field: value})
        assert caught.value.field == field
        assert "at most 1" in caught.value.rule
        assert len(str(caught.value)) < 200

    def test_many_problems_are_named_up_to_three_and_then_counted(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            parse(CampaignCreate, {"a": 1, "b": 2, "c": 3, "d": 4})
        assert str(caught.value).endswith(f"; and {len(caught.value.problems) - 3} more")

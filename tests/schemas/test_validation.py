"""What the words of a refusal say first."""

import pytest

from linkwright.errors import InvalidInput
from linkwright.schemas.campaigns import CampaignCreate
from linkwright.schemas.validation import parse


class TestParse:
    def test_a_misspelt_key_is_named_before_what_is_missing_because_of_it(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            parse(CampaignCreate, {"nam": "Spring", "keywords": ["running"]})
        assert caught.value.field == "nam"
        assert "did you mean name?" in str(caught.value)
        assert "name: is required" in str(caught.value)

    def test_many_problems_are_named_up_to_three_and_then_counted(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            parse(CampaignCreate, {"a": 1, "b": 2, "c": 3, "d": 4})
        assert str(caught.value).endswith(f"; and {len(caught.value.problems) - 3} more")

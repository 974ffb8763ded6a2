"""Letters are filled from the campaign file and the prospect."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from linkwright.jobs.campaign_file import CampaignFile, read_campaign_file
from linkwright.jobs.campaign_file_templates import Template
from linkwright.jobs.letter_variables import known_names
from linkwright.jobs.letters import Earlier, letter_variables, write_letter
from linkwright.jobs.names import first_name
from linkwright.templating import Missing, Rendered
from tests.jobs.test_qualifying import prospect

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
EARLIER = Earlier("Re: RE: An article", datetime(2026, 11, 3, 8, tzinfo=UTC))


@pytest.fixture(scope="module")
def file() -> CampaignFile:
    return read_campaign_file(Path("examples/northwind-trails/campaign.toml"))


class TestWriteLetter:
    def test_fills_the_first_letter(self, file: CampaignFile) -> None:
        letter = write_letter(
            file.templates[0], file, prospect(contact_name="Ann Keller"), earlier=None, now=NOW
        )

        assert isinstance(letter, Rendered)
        assert letter.subject == "An article for Trail Notes: huts from hut to hut"
        assert letter.body_text is not None
        assert letter.body_text.startswith("Hello Ann,\n")
        assert "Mara Lindqvist<br>Editor" in letter.body_html

    def test_fills_a_follow_up(self, file: CampaignFile) -> None:
        letter = write_letter(file.templates[2], file, prospect(), earlier=EARLIER, now=NOW)

        assert isinstance(letter, Rendered)
        assert letter.subject == "Re: An article"
        assert letter.body_text is not None
        assert letter.body_text.startswith("Hello,\n\na short question about my letter of 3 November:")

    def test_lists_what_is_missing(self, file: CampaignFile) -> None:
        nothing_known = prospect(title=None, primary_topics=[])
        letter = write_letter(file.templates[0], file, nothing_known, earlier=None, now=NOW)
        assert letter == Missing(("primary_topics", "title"))

    def test_holds_back_a_letter_that_nobody_could_read(self, file: CampaignFile) -> None:
        endless = prospect(description="x" * 30_000)
        quoting = Template(name="q", subject="On {{ title }}", body_text="You say: {{ description }}")

        letter = write_letter(quoting, file, endless, earlier=None, now=NOW)

        assert isinstance(letter, Missing)
        assert "description: a variable has at most" in letter.problems[0]
        assert isinstance(write_letter(file.templates[0], file, endless, earlier=None, now=NOW), Rendered)


def test_every_promised_name_is_there(file: CampaignFile) -> None:
    variables = letter_variables(file, prospect(), earlier=EARLIER, now=NOW)

    for name in known_names(file.sender.variables(), follow_up=True):
        group, dot, member = name.partition(".")
        assert group in variables
        if dot:
            members = variables[group]
            assert isinstance(members, dict)
            assert member in members


class TestFirstName:
    @pytest.mark.parametrize(
        ("name", "given"),
        [
            ("Ann Keller", "Ann"),
            ("ANN KELLER", "Ann"),
            ("ann", "Ann"),
            ("Mei-Lin Zhao", "Mei-Lin"),
            ("D'Arcy Smith", "D'Arcy"),
            ("Dr. Prof. Inés Robledo", "Inés"),
            ("Keller, Ann", "Ann"),
            ("Øyvind", "Øyvind"),
        ],
    )
    def test_is_what_a_friend_would_say(self, name: str, given: str) -> None:
        assert first_name(name) == given

    @pytest.mark.parametrize(
        "name",
        [None, "", " ", "J. Keller", "Editorial Team", "sales", "ann@x.example", "K2", "Dr.", "7th"],
    )
    def test_is_nothing_when_there_is_no_person(self, name: str | None) -> None:
        assert first_name(name) is None

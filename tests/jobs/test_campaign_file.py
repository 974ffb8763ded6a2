"""The campaign file is read strictly, and says what is wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from linkwright.errors import InvalidInput
from linkwright.jobs.campaign_file import CampaignFile, read_campaign_file
from linkwright.vocabulary import TemplateCategory, Tone

GOOD = """\
[campaign]
name = "Northwind"
keywords = ["hiking"]
user = { email = "mara@northwind.example" }

[sender]
name = "Mara"
email = "mara@northwind.example"
site = "https://northwind.example/"

[[prospects]]
file = "prospects.csv"

[[templates]]
name = "first"
category = "initial"
subject = "A guide for {{ title }}"
body_text = '''
Hi {{ first_name|default("there") }},
{{ sender.name }}, {{ sender.site }}
'''

[[templates]]
name = "second"
category = "follow_up"
subject = "Re: {{ previous_subject }}"
body_text_file = "second.txt"
"""

Reader = Callable[[str], CampaignFile]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    (tmp_path / "campaign").mkdir()
    (tmp_path / "outside.csv").write_text("url\n")
    (tmp_path / "campaign" / "prospects.csv").write_text("url\n")
    (tmp_path / "campaign" / "second.txt").write_text("Hi again from {{ sender.name }}")

    def read_text(text: str) -> CampaignFile:
        path = tmp_path / "campaign" / "campaign.toml"
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return read_campaign_file(path)

    return read_text


def refusal(read: Reader, text: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        read(text)
    return refused.value


class TestAGoodFile:
    def test_is_read_with_its_defaults(self, read: Reader, tmp_path: Path) -> None:
        file = read(GOOD)

        assert file.campaign.tone_preference is Tone.PROFESSIONAL
        assert file.campaign.limits.max_emails_per_day == 10
        assert file.approval.emails == "person"
        assert file.prospects[0].file == tmp_path / "campaign" / "prospects.csv"
        assert file.sender.variables()["site"] == "https://northwind.example/"
        assert file.templates[1].category is TemplateCategory.FOLLOW_UP
        assert file.templates[1].text == "Hi again from {{ sender.name }}"
        assert file.templates[0].variables == {"title", "first_name", "sender.name", "sender.site"}

    def test_may_come_from_windows(self, read: Reader) -> None:
        assert read("\ufeff" + GOOD.replace("\n", "\r\n")) == read(GOOD)

    def test_may_point_elsewhere_by_an_absolute_path(self, read: Reader, tmp_path: Path) -> None:
        outside = tmp_path / "outside.csv"
        assert read(GOOD.replace('"prospects.csv"', f"'{outside}'")).prospects[0].file == outside


class TestAFault:
    @pytest.mark.parametrize(
        ("old", "new", "place", "rule"),
        [
            ("keywords =", "keyword =", "line 3, campaign.keyword", "is not a key; did you mean 'keywords'?"),
            ('keywords = ["hiking"]', "keywords = []", "line 3, campaign.keywords", "at least 1 item"),
            ('keywords = ["hiking"]', 'keywords = "hiking"', "line 3, campaign.keywords", "must be a list"),
            ('name = "Northwind"', "name = 3", "line 2, campaign.name", "must be text"),
            (
                'name = "Northwind"',
                f'name = "{"x" * 101}"',
                "line 2, campaign.name",
                "at most 100 characters",
            ),
            ('name = "Northwind"', 'name = "a\\u0000b"', "line 2, campaign.name", "control characters"),
            ('name = "Northwind"', 'description = "x"', "line 1, campaign.name", "is required"),
            (
                "keywords",
                'tone_preference = "frendly"\nkeywords',
                "line 3, campaign.tone_preference",
                "'friendly'",
            ),
            (
                "keywords",
                "limits.max_emails_per_day = 0\nkeywords",
                "line 3, campaign.limits.max_emails_per_day",
                "greater than or equal",
            ),
            (
                "keywords",
                "limits = { max_mails = 3 }\nkeywords",
                "line 3, campaign.limits.max_mails",
                "did you mean",
            ),
            ('"mara@northwind.example" }', '"mara@" }', "line 4, campaign.user.email", "valid email address"),
            ("site =", "reply-to =", "line 6, sender", "did you mean 'reply_to'?"),
            ('"prospects.csv"', '"prospect.csv"', "line 12, prospects[1].file", "there is no "),
            ('"prospects.csv"', '"../outside.csv"', "line 12, prospects[1].file", "must stay inside"),
            ('"prospects.csv"', '"."', "line 12, prospects[1].file", "is a folder, not a file"),
            ('"prospects.csv"', '"a\\u0000"', "line 12, prospects[1].file", "must be a path"),
            ('"prospects.csv"', "7", "line 12, prospects[1].file", "must be a path"),
            ('"initial"', '"intial"', "line 16, templates[1].category", "did you mean 'initial'?"),
            ("{{ title }}", "{{ titel }}", "line 17, templates[1].subject", "did you mean 'title'?"),
            (
                "{{ sender.name }}",
                "{{ sender.nam }}",
                "line 20, templates[1].body_text",
                "did you mean 'sender.name'?",
            ),
            (
                "{{ sender.name }}",
                "{{ sender.phone }}",
                "line 20, templates[1].body_text",
                "phone = '...' in [sender] makes it",
            ),
            ("Hi {{", "Hi {{ pitch }} {{", "line 19, templates[1].body_text", "makes {{ sender.pitch }}"),
            (
                "{{ title }}",
                "{{ previous_subject }}",
                "line 17, templates[1].subject",
                "there is no letter before it",
            ),
            ("{{ title }}", "{{ title", "line 17, templates[1].subject", "not a template"),
            ("{{ title }}", "{{ 'a' * 99 }}", "line 17, templates[1].subject", "may not use multiplication"),
            ('body_text_file = "second.txt"', "", "line 23, templates[2]", "needs a body_text"),
            ("body_text_file =", 'body_text = "x"\nbody_text_file =', "line 23, templates[2]", "not both"),
            ('"second"', '"first"', "the file", "two templates are called 'first'"),
            ("[sender]", '[approval]\nemails = "rule"\n[sender]', "line 6, approval", "needs approved_by"),
            (
                "[sender]",
                '[approval]\nemails = "rules"\n[sender]',
                "line 7, approval.emails",
                "did you mean 'rule'?",
            ),
            (
                "[sender]",
                "[qualify]\nmax_spam_score = nan\n[sender]",
                "line 7, qualify.max_spam_score",
                "finite",
            ),
            (
                "[sender]",
                "[qualify]\nmax_spam_score = 1.7\n[sender]",
                "line 7, qualify.max_spam_score",
                "less than",
            ),
            ("[sender]", "[qualfy]\n[sender]", "line 6, qualfy", "did you mean 'qualify'?"),
        ],
    )
    def test_is_named_with_its_line_key_and_rule(
        self, read: Reader, old: str, new: str, place: str, rule: str
    ) -> None:
        assert old in GOOD

        refused = refusal(read, GOOD.replace(old, new, 1))

        assert refused.field == f"campaign.toml, {place}"
        assert rule in refused.rule

    def test_of_a_template_that_stands_in_a_file_names_that_file(self, read: Reader, tmp_path: Path) -> None:
        (tmp_path / "campaign" / "second.txt").write_text("Hi\n\n{{ titel }} {{ nobody }}")

        refused = refusal(read, GOOD.replace("{{ title }}", "{{ titel }}"))

        beside = f"{tmp_path / 'campaign' / 'second.txt'}, line 3, templates[2].body_text_file"
        assert [place for place, _ in refused.problems] == [
            "campaign.toml, line 17, templates[1].subject",
            beside,
            beside,
        ]

    def test_of_a_general_template_is_one_that_a_first_letter_would_have(self, read: Reader) -> None:
        text = GOOD.replace('"initial"', '"general"').replace("{{ title }}", "{{ days_since }}")
        assert "there is no letter before it" in refusal(read, text).rule

    def test_of_a_map_is_found_before_the_file_is_read(self, read: Reader) -> None:
        text = GOOD.replace('file = "prospects.csv"', 'file = "prospects.csv"\nmap = { Site = "urll" }')
        refused = refusal(read, text)

        assert refused.field == "campaign.toml, line 13, prospects[1].map"
        assert "did you mean Site=url?" in refused.rule

    def test_is_not_the_only_one_named(self, read: Reader) -> None:
        text = GOOD.replace('"initial"', '"x"').replace('name = "Northwind"\n', "")
        assert len(refusal(read, text).problems) == 2

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("[campaign", "not TOML: .*table"),
            ("a = 2026-13-45", "not TOML"),
            ("a = " + "[" * 5000, "not TOML"),
            ("", "is required"),
            ("\udcff", "not UTF-8 text"),
            ("#" * 1_000_001, "larger than 1,000,000 bytes"),
        ],
    )
    def test_of_the_whole_file_is_named_too(self, read: Reader, text: str, rule: str) -> None:
        with pytest.raises(InvalidInput, match=rule):
            read(text)

    def test_of_the_path_is_named_too(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="no such file"):
            read_campaign_file(tmp_path / "none.toml")
        with pytest.raises(InvalidInput, match="is a folder"):
            read_campaign_file(tmp_path)

    def test_a_link_out_of_the_folder_counts_as_outside(self, read: Reader, tmp_path: Path) -> None:
        (tmp_path / "campaign" / "link.csv").symlink_to(tmp_path / "outside.csv")
        assert "must stay inside" in refusal(read, GOOD.replace("prospects.csv", "link.csv")).rule

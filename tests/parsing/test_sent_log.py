"""The old sent-mail logs."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwright.errors import InvalidInput
from linkwright.parsing.refusals import Refusal
from linkwright.parsing.sent_log import SentMail, keyword_of, read_sent_log

GOOD = {
    "to": "Jane <jane@Example.com>",
    "subject": "Guest Post Proposal for Ten garden tips",
    "body": "Dear Jane,\n\nHi.",
}


def log(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "home_garden_sent_emails.log"
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


class TestKeyword:
    def test_it_is_the_start_of_the_name(self) -> None:
        assert keyword_of("a/b/ai_writing tools_sent_emails.log") == "ai writing tools"

    @pytest.mark.parametrize(
        "name", ["sent.log", "_sent_emails.log", "x_sent_emails.txt", "\x00_sent_emails.log"]
    )
    def test_another_name_is_refused(self, name: str) -> None:
        with pytest.raises(InvalidInput):
            keyword_of(name)


class TestReadSentLog:
    def test_a_line_is_a_mail(self, tmp_path: Path) -> None:
        mails = list(read_sent_log(log(tmp_path, repr(GOOD), "", repr({**GOOD, "subject": "Hello"}))))
        assert mails == [
            SentMail(1, "jane@example.com", GOOD["subject"], GOOD["body"], "Ten garden tips"),
            SentMail(3, "jane@example.com", "Hello", GOOD["body"], None),
        ]

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
    def test_it_may_be_written_in_many_ways(self, tmp_path: Path, encoding: str) -> None:
        (mail,) = read_sent_log(log(tmp_path, repr({**GOOD, "body": "Grüße"}), encoding=encoding))
        assert isinstance(mail, SentMail)
        assert mail.body == "Grüße"

    @pytest.mark.parametrize(
        ("line", "field"),
        [
            ("not a dict", "row"),
            ("{'to': ", "row"),
            ("__import__('os').system('true')", "row"),
            ("{'to': open('/etc/passwd').read()}", "row"),
            (repr([GOOD]), "row"),
            (repr({**GOOD, "body": 7}), "row"),
            (repr({**GOOD, "cc": ["a"]}), "row"),
            (repr({"to": "jane@example.com", "subject": "x"}), "body"),
            (repr({**GOOD, "to": "nobody"}), "to"),
            (repr({**GOOD, "subject": "x" * 201}), "subject"),
            (repr({**GOOD, "subject": " "}), "subject"),
            (repr({**GOOD, "body": "a\x00b"}), "body"),
            (repr({**GOOD, "body": "\ud800"}), "body"),
            ("(" * 100_000, "row"),
            ("-" * 100_000 + "1", "row"),
            ("[" * 15 + "]" * 15, "row"),
            ("{" * 15 + "}" * 15, "row"),
            ("{'a': " + "-" * 100_000 + "1}", "row"),
            ("{'" + "\\'" * 200_000, "row"),
            ("{'to': '" + "x" * (1 << 20) + "'}", "row"),
        ],
        ids=map(str, range(20)),
    )
    def test_a_bad_line_is_refused_and_its_neighbours_land(
        self, tmp_path: Path, line: str, field: str
    ) -> None:
        first, refusal, last = read_sent_log(log(tmp_path, repr(GOOD), line, repr(GOOD)))
        assert isinstance(first, SentMail)
        assert isinstance(last, SentMail)
        assert isinstance(refusal, Refusal)
        assert (refusal.row, refusal.field) == (2, field)

    @given(st.text(alphabet="{}[]()'\":,\\ato-+1\n", max_size=60))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_junk_never_raises(self, tmp_path: Path, text: str) -> None:
        for mail in read_sent_log(log(tmp_path, repr(GOOD), text)):
            assert isinstance(mail, SentMail | Refusal)

    def test_a_directory_is_not_a_log(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="directory"):
            read_sent_log(tmp_path)

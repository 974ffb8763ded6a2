"""The new part of a reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwright.parsing.mail.quotes import cut_quoted, new_text
from tests.parsing.mail.corpus import letters

STYLES = {
    name: getattr(letters, name)
    for name in (
        "GMAIL",
        "APPLE",
        "OUTLOOK",
        "OLD_OUTLOOK",
        "GERMAN",
        "GERMAN_OUTLOOK",
        "FRENCH",
        "SPANISH",
        "ITALIAN",
        "PORTUGUESE",
        "DUTCH",
    )
}


class TestCutQuoted:
    @pytest.mark.parametrize("style", STYLES)
    def test_the_old_mail_goes_in_every_style(self, style: str) -> None:
        assert cut_quoted(f"Yes, gladly.\n\nJane{STYLES[style]}") == "Yes, gladly.\n\nJane"

    @pytest.mark.parametrize(
        "mark",
        [
            "On Mon, Jan 5, 2026 at 9:12 AM Alex Reed\n<alex@ours.example.org> wrote:\n> old",
            "2026-01-05 9:12 GMT+01:00 Alex Reed <alex@ours.example.org>:\n> old",
            "Alex Reed <alex@ours.example.org> schrieb am Mo., 5. Jan. 2026, 09:12:\n> old",
            "Den mån 5 jan. 2026 kl 09:12 skrev Alex Reed <alex@ours.example.org>:\nold",
            "W dniu 5.01.2026 o 09:12, Alex Reed pisze:\n> old",
            "---------- Forwarded message ---------\nFrom: Alex\nold",
            "-------- Ursprüngliche Nachricht --------\nold",
            "*From:* Alex Reed\n*Sent:* Monday\n*To:* Jane\n*Subject:* x\n\nold",
            "De : Alex Reed\nEnvoyé : lundi 5 janvier 2026\nÀ : Jane\nObjet : x\n\nold",
            "-- \nJane Doe\nold title",
            "Sent from my iPhone",
            "Von meinem iPhone gesendet",
        ],
    )
    def test_marks_of_many_programs_are_known(self, mark: str) -> None:
        assert cut_quoted(f"New words\n\n{mark}") == "New words"

    def test_answers_between_the_quoted_lines_stay(self) -> None:
        text = "On Mon, Jan 5, 2026 Alex wrote:\n> Would you like it?\n\nYes.\n\n> And the price?\nFree.\n"
        assert cut_quoted(text) == "Yes.\n\nFree."

    def test_the_tail_of_a_wrapped_quoted_line_is_no_answer(self) -> None:
        text = f"Yes.\n\n> {'long words ' * 7}\nand a tail\n> more\n"
        assert cut_quoted(text) == "Yes."

    @pytest.mark.parametrize(
        "text",
        [
            "As I wrote in 2025:\nit is free",
            "From what I see\nit is fine",
            "To: you\nall good",
            "-- not a signature",
        ],
    )
    def test_prose_is_left_alone(self, text: str) -> None:
        assert cut_quoted(f"Hello\n{text}") == f"Hello\n{text}"

    def test_nothing_new_gives_the_whole_but_is_told_apart(self) -> None:
        text = letters.GMAIL
        assert cut_quoted(text) == text.strip()
        assert not new_text(text)

    @given(st.text(alphabet=st.sampled_from(list(">-_:\n Onwrote@<>FromSent5a")), max_size=200))
    def test_mail_with_text_never_becomes_empty(self, text: str) -> None:
        assert bool(cut_quoted(text)) == bool(text.strip())
        assert len(cut_quoted(text)) <= len(text)

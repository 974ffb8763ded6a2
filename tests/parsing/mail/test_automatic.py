"""Automatic replies: told from people, and from each other."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from linkwright.parsing.mail import is_automatic, parse_message, read_automatic
from linkwright.parsing.mail.away_dates import read_return_date
from tests.parsing.mail.corpus.letters import letter

NOW = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)


class TestReadAutomatic:
    @pytest.mark.parametrize(
        "header",
        [
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-generated; owner=x",
            "X-Autoreply: yes",
            "X-Autorespond: x",
            "Precedence: auto_reply",
        ],
    )
    def test_one_sure_header_is_proof(self, header: str) -> None:
        assert is_automatic(parse_message(letter("Thanks for your mail.", headers=header)))

    @pytest.mark.parametrize(
        "header",
        [
            "Auto-Submitted: no",
            "X-Autoreply: no",
            "Precedence: bulk",
            "Precedence: list\nList-Id: x.example.org\nList-Unsubscribe: <mailto:x@example.org>",
            "X-Auto-Response-Suppress: All",
            "Precedence: bulk\nX-Auto-Response-Suppress: OOF\nReturn-Path: <>",
        ],
    )
    def test_headers_that_people_send_too_are_none(self, header: str) -> None:
        assert not is_automatic(parse_message(letter("Sure, tell me more.", headers=header)))

    def test_a_hint_and_the_words_are_enough(self) -> None:
        raw = letter("This is an automated response. Your request number is 7.", headers="Precedence: bulk")
        automatic = read_automatic(parse_message(raw))
        assert automatic is not None
        assert not automatic.away

    def test_an_absence_names_its_end(self) -> None:
        raw = letter("I am out of the office until 19 January.", headers="Auto-Submitted: auto-replied")
        automatic = read_automatic(parse_message(raw))
        assert automatic is not None
        assert (automatic.away, automatic.returns_on) == (True, date(2026, 1, 19))

    def test_a_person_back_from_an_absence_is_a_person(self) -> None:
        raw = letter(
            "Sorry for the delay, I was on vacation. Sounds good!", subject="Re: Out of office: Your guide"
        )
        assert not is_automatic(parse_message(raw))


class TestReadReturnDate:
    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("back on Monday, January 19th, 2026", date(2026, 1, 19)),
            ("I will return 2 March", date(2026, 3, 2)),
            ("away from 5 January until 9 January", date(2026, 1, 9)),
            ("until 2026-02-03.", date(2026, 2, 3)),
            ("bis einschließlich 16.01.2026", date(2026, 1, 16)),
            ("ab dem 19. Januar wieder erreichbar", date(2026, 1, 19)),
            ("de retour le 1er février", date(2026, 2, 1)),
            ("hasta el 20 de enero de 2026", date(2026, 1, 20)),
            ("fino al 15 gennaio", date(2026, 1, 15)),
            ("até 30 de janeiro", date(2026, 1, 30)),
            ("tot 26 januari", date(2026, 1, 26)),
            ("until December 30th", date(2026, 12, 30)),
            ("back on 1/19/2026", date(2026, 1, 19)),
            ("back on 25/1", date(2026, 1, 25)),
            ("until 02/03/2026", None),
            ("until 5 January 2020", None),
            ("until 31 February", None),
            ("until further notice. Call 12 May Street", None),
            ("I will return", None),
        ],
    )
    def test_a_day_is_read_when_it_is_certain(self, text: str, day: date | None) -> None:
        assert read_return_date(text, NOW) == day

    def test_without_a_present_a_year_is_needed(self) -> None:
        assert read_return_date("until 5 January", None) is None
        assert read_return_date("until 5 January 2026", None) == date(2026, 1, 5)

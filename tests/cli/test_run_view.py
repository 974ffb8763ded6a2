"""How a run looks: on any width, whatever strangers wrote."""

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from linkwright.cli.plain import plain
from linkwright.cli.run_view import show
from linkwright.jobs.run_report import LISTED, Brought, Errand, Refused, RunReport, SettingChanged, Stage

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


def report() -> RunReport:
    return RunReport("Autumn", "c", "active", "mara@northwind.example", NOW)


def shown(report: RunReport, *, width: int = 100, everything: bool = False) -> str:
    out = io.StringIO()
    show(report, Console(file=out, width=width), everything=everything)
    return out.getvalue()


class TestShow:
    @pytest.mark.parametrize("width", [40, 80, 100, 200])
    def test_never_writes_past_the_edge(self, width: int) -> None:
        full = report()
        full.brought = [Brought("a-very-long-name-of-a-file-" * 5, "prospects", 1_000_000, 2, 3, 4, "x" * 90)]
        full.count("letters drafted", 3)
        full.funnel = [Stage("Found", 1_000_000), Stage("Worth it", 3), Stage("Linked", 0)]
        full.prospects = {"no_response": 12}
        for number in range(10):
            full.errand(Errand("Approve the letter", f"Site {number} " * 9, "why " * 60))
            full.refuse(Refused("prospects.csv", number, "url", "must be " * 20, "v" * 300))
        assert max(map(len, shown(full, width=width).splitlines())) <= width

    def test_leaves_long_lists_short_and_says_how_long_they_are(self) -> None:
        long = report()
        for number in range(LISTED + 5):
            long.errand(Errand("Approve the letter", f"Site {number}", "why"))
            long.refuse(Refused("prospects.csv", number, "url", "rule", "value"))

        text = shown(long)

        assert "Needs a person  205" in text
        assert "… and 199 more" in text
        assert "Refused  205" in text
        assert "… and 193 more" in text
        assert "Site 150" in shown(long, everything=True)

    def test_says_in_full_why_a_file_was_refused_as_a_whole(self) -> None:
        whole = report()
        rule = "map: names what is no column of the file: Webseite; the file has: " + ", ".join(
            ["Website"] * 30
        )
        whole.refuse(Refused("prospects.csv", None, "file", rule, ""))

        assert " ".join(shown(whole, width=60).split()).count(rule) == 1

    def test_draws_somebody_however_few(self) -> None:
        few = report()
        few.funnel = [Stage("Found", 100_000), Stage("Linked", 1), Stage("Lost", 0)]
        lines = shown(few).splitlines()
        bars = {line.split()[0]: line.count("█") for line in lines if line.startswith("  ")}
        assert bars == {"Found": 44, "Linked": 1, "Lost": 0}

    def test_ends_with_what_to_type_for_each_kind_of_errand(self) -> None:
        busy = report()
        busy.campaign = "Mara's huts"
        for errand in (
            Errand("Answer: positive", "Ann", "yes", opportunity_id=1, email_id=2, response_id=3),
            Errand("Answer: positive", "Bob", "yes", opportunity_id=4, email_id=5, response_id=6),
            Errand("Match a message", "Oda", "hm", inbound_id=7),
            Errand("Approve the letter", "One", "to", opportunity_id=8, email_id=9),
            Errand("Find an address", "Two", "none", opportunity_id=10),
        ):
            busy.errand(errand)

        lines = [line.strip() for line in shown(busy).splitlines()]
        typed = [line.partition("  #")[0] for line in lines if line.startswith("linkwright ")]

        assert typed == [
            "linkwright inbox show 3",
            "linkwright inbox review 3",
            "linkwright inbox match m7 LETTER_ID",
            "linkwright inbox dismiss m7",
            "linkwright letters show 9",
            "linkwright letters approve 9",
            """linkwright letters approve --all-drafts -c 'Mara'"'"'s huts'""",
            "linkwright letters sent 9",
            "linkwright prospects contact 10 ADDRESS",
        ]
        assert [line.split()[-3:] for line in lines if " Bob " in f"{line} "] == [["6", "Bob", "yes"]]

    def test_says_which_settings_the_file_changed(self) -> None:
        changed = report()
        changed.settings_changed = [
            SettingChanged("keywords", ["huts"], ["huts", "peaks"]),
            SettingChanged("description", None, "of spring"),
        ]
        changed.templates_changed = ["offer"]

        text = " ".join(shown(changed).split())

        assert "Settings changed to what the file says" in text
        assert "keywords huts → huts, peaks description nothing → of spring" in text
        assert "Templates offer changed; what is drafted keeps its words" in text

    def test_says_in_full_why_a_letter_is_held_back(self) -> None:
        held = report()
        why = "ann@one.example was written to already, about https://one.example/guests (campaign Autumn)"
        held.errand(Errand("Letter held back", "One", why, opportunity_id=1))

        assert why in " ".join(shown(held, width=80).replace("1  One", "").split())

    def test_shows_a_host_in_its_own_letters(self) -> None:
        foreign = report()
        foreign.errand(Errand("Approve the letter", "Hütten", "a@xn--htten-kva.example · Hallo", email_id=1))

        assert "a@hütten.example · Hallo" in shown(foreign)

    def test_says_what_was_approved_and_waits_to_be_sent(self) -> None:
        busy = report()
        busy.prospects = {"qualified": 2}
        busy.errand(Errand("Send the letter", "One", "to", opportunity_id=8, email_id=9))

        text = shown(busy, width=120)

        assert "linkwright letters sent 9  # once you have sent it" in text
        assert "linkwright prospects list -c Autumn --status qualified  # 2 still to" in text

    def test_of_a_dry_run_names_no_ids_because_none_of_them_stays(self) -> None:
        dry = report()
        dry.dry_run = True
        dry.errand(Errand("Approve the letter", "One", "to", opportunity_id=8, email_id=987))

        assert "What to type" not in shown(dry)
        assert "987" not in shown(dry)

    def test_says_one_of_one(self) -> None:
        one = report()
        one.count("prospects qualified")
        one.count("letters approved", 2)

        assert "1 prospect qualified · 2 letters approved" in shown(one)

    def test_of_an_empty_campaign_is_short(self) -> None:
        assert shown(report()).splitlines()[-1] == "Nothing new: everything was already as the files say."


class TestPlain:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("a\nb\tc", "a b c"),
            ("\x1b[31mred", "\ufffd[31mred"),
            ("\u202eevil", "\ufffdevil"),
            ("x\x00y", "x\ufffdy"),
            (None, "None"),
            ("x" * 300, "x" * 199 + "…"),
        ],
    )
    def test_is_one_line_that_moves_no_cursor(self, value: object, words: str) -> None:
        assert plain(value) == words

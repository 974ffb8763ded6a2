"""`linkwright report`: one page that stands by itself, whatever strangers called their pages."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from sqlalchemy import update

from linkwright.db.engine import Database
from linkwright.jobs.report_tables import learned
from linkwright.models import BacklinkingCampaign, BacklinkOpportunity
from linkwright.services.patterns import Pattern, PatternVerdict
from tests.cli.office import OTHER, Office

HOSTILE = "\"><script>alert('x')</script><img src=x onerror=alert(1)>&amp;\u202e"
VOID = {"meta", "br", "img", "line", "circle", "rect", "polyline", "polygon"}


class Reader(HTMLParser):
    """Every element of a page, and whether each was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(office: Office, name: str = "Autumn") -> str:
    said = office("report", name, "--html", "report.html")
    assert said.status == 0, said.err
    return (office.folder / "report.html").read_text("utf-8")


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def change(office: Office, table: Any, **values: Any) -> None:
    async def work() -> None:
        database = Database(office.url)
        async with database.transaction() as session:
            await session.execute(update(table).values(**values))
        await database.close()

    asyncio.run(work())


def test_what_was_learned_is_shown_with_what_nobody_can_say_yet() -> None:
    works = Pattern("template", HOSTILE, PatternVerdict.WORKS, 0.12, (0.09, 0.15), 0.05, 400, 48, 10)
    other = Pattern(
        "template", "Short", PatternVerdict.NOT_ENOUGH_DATA, 0.06, (0.01, 0.13), 0.1, 30, 2, 4, 212
    )

    section = learned([works, other])

    assert "9.0% to 15.0%" in section
    assert "not enough data yet: about 212 letters more" in section
    assert {tag for tag, _ in read(section).found} <= {
        *("section", "h2", "h3", "p", "div", "table", "thead", "tbody", "tr", "th", "td")
    }


class TestPage:
    def test_stands_by_itself(self, office: Office) -> None:
        reader = read(page(office))

        tags = {tag for tag, _ in reader.found}
        assert not tags & {"script", "link", "img", "iframe", "object", "form", "base"}
        for tag, attributes in reader.found:
            assert "src" not in attributes
            assert not [name for name in attributes if name.startswith("on")]
            assert tag == "a" or "href" not in attributes
        assert not re.search(r"url\(|@import", page(office))

    def test_shows_the_funnel_and_admits_what_it_does_not_know(self, office: Office) -> None:
        text = page(office)
        assert "Prospects found" in text
        assert "Nothing yet that chance could not have made." in text
        assert "By template" not in text

    def test_of_hostile_words_shows_the_words(self, office: Office) -> None:
        before = read(page(office)).found
        change(office, BacklinkingCampaign, name=HOSTILE[:100], description=HOSTILE)
        [campaign] = office("campaigns", "list", "--json").json["campaigns"]

        after = read(page(office, campaign["id"])).found

        assert [tag for tag, _ in after if tag != "p"] == [tag for tag, _ in before if tag != "p"]

    def test_links_to_web_pages_alone(self, office: Office) -> None:
        moment = datetime(2026, 10, 1, tzinfo=UTC)
        hostile = {"link_url": "javascript:alert('\"<x')", "link_placement_date": moment, "domain": HOSTILE}
        change(office, BacklinkOpportunity, link_acquired=True, **hostile)

        reader = read(page(office))

        assert [attributes for tag, attributes in reader.found if tag == "a"] == []

    def test_of_another_user_is_not_written(self, office: Office) -> None:
        [theirs] = office("campaigns", "list", "--json", user=OTHER).json["campaigns"]
        said = office("report", theirs["id"], "--html", "report.html")
        assert said.status != 0
        assert not (office.folder / "report.html").exists()

    def test_where_it_cannot_be_written_is_one_line(self, office: Office) -> None:
        said = office("report", "Autumn", "--html", "no/such/folder/report.html")
        assert said.status == 2
        assert len(said.err.splitlines()) == 1

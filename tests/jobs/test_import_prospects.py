"""Prospects from files: what lands, what is merged, what is refused, and what never moves back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from linkwright.db.engine import Database
from linkwright.errors import InvalidInput, OpportunityLimitReached
from linkwright.models import BacklinkOpportunity, ImportJob, StatusChange, Suppression
from linkwright.services.campaigns import Campaigns
from linkwright.services.suppressions import Suppressions
from tests.support.bringing import NOW, Bringing, counts
from tests.support.dump import dump

AHREFS = """\
Referring page title,Referring page URL,Domain rating,Target URL,Anchor,First seen
Ten huts,https://huts.com/ten,71,https://me.com/,huts,2024-03-01
"""


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> Bringing:
    return await Bringing(database, tmp_path).set_up()


class TestImport:
    async def test_rows_become_prospects(self, place: Bringing) -> None:
        summary = await place.prospects(
            "URL;Contact Email;domain_authority\nhttps://A.com/x#top;Ed@A.com;40\nb.com;;\n"
        )

        assert counts(summary) == (2, 0, 0, 0)
        page = await place.page("https://a.com/x")
        assert (page.contact_email, page.domain_authority, page.status) == ("Ed@a.com", 40, "discovered")
        assert page.discovered_at == NOW
        assert await place.is_sound()

    async def test_a_broken_row_is_refused_and_the_others_land(self, place: Bringing) -> None:
        summary = await place.prospects(
            "url,spam_score\nhttps://a.com/,1.7\nhttps://b.com/,0.2\nfile:///x,\n"
        )

        assert counts(summary) == (1, 0, 0, 2)
        assert place.rejects.read_text("utf-8").splitlines() == [
            "row,field,value,rule",
            "2,spam_score,1.7,must be a number from 0 to 1",
            "4,url,file:///x,must be an http or https address",
        ]
        assert [refusal.row for refusal in summary.refusals] == [2, 4]

    async def test_the_same_file_again_changes_nothing_at_all(self, place: Bringing) -> None:
        path = place.file("url,title,status\nhttps://a.com/,A,contacted\nhttps://b.com/,,\njunk://,,\n")
        first = await place.prospects(path)
        before = await dump(place.database)

        again = await place.prospects(path)

        assert counts(first) == (2, 0, 0, 1)
        assert counts(again) == (0, 2, 0, 1)
        assert not again.changed
        assert await dump(place.database) == before

    async def test_a_repeated_page_is_one_prospect(self, place: Bringing) -> None:
        summary = await place.prospects(
            "url,title\nhttps://a.com/,\nhttps://A.com:443/,A\nhttps://a.com/,A\n"
        )

        assert counts(summary) == (1, 1, 1, 0)
        assert (await place.page("https://a.com/")).title == "A"

    async def test_known_pages_are_filled_and_never_overwritten(self, place: Bringing) -> None:
        await place.prospects("url,title\nhttps://a.com/,First\n")

        summary = await place.prospects("url,title,contact_name\nhttps://a.com/,Second,Jane\n")

        assert counts(summary) == (0, 0, 1, 0)
        page = await place.page("https://a.com/")
        assert (page.title, page.contact_name) == ("First", "Jane")

    async def test_a_second_source_adds_its_facts_beside_those_of_the_first(self, place: Bringing) -> None:
        await place.prospects(AHREFS)
        moz = "URL,Title,Page Authority,Domain Authority\nhttps://huts.com/ten,Ten,40,55\n"

        summary = await place.prospects(moz)

        assert counts(summary) == (0, 0, 1, 0)
        page = await place.page("https://huts.com/ten")
        assert page.domain_authority == 71
        assert page.ai_content_analysis is not None
        assert page.ai_content_analysis["ahrefs"]["authority_source"] == "ahrefs_domain_rating"
        assert page.ai_content_analysis["moz"]["domain_authority"] == 55
        assert counts(await place.prospects(moz)) == (0, 1, 0, 0)

    async def test_a_deleted_prospect_comes_back(self, place: Bringing) -> None:
        path = place.file("url\nhttps://a.com/\nhttps://b.com/\n")
        await place.prospects(path)
        await place.opportunities("delete", (await place.page("https://b.com/")).id)

        summary = await place.prospects(path)

        assert counts(summary) == (1, 1, 0, 0)
        [job] = await place.all(ImportJob)
        assert (job.state, job.counts["new"], job.counts["same"]) == ("done", 1, 1)
        assert await place.is_sound()

    async def test_columns_are_named_by_a_map(self, place: Bringing) -> None:
        summary = await place.prospects(
            "Website,Editor\na.com,Jane\n", mapping={"Website": "url", "Editor": "contact_name"}
        )

        assert counts(summary) == (1, 0, 0, 0)
        assert (await place.page("https://a.com/")).contact_name == "Jane"

    async def test_a_file_with_no_rows_is_a_finished_job(self, place: Bringing) -> None:
        assert counts(await place.prospects("url,title\n")) == (0, 0, 0, 0)
        [job] = await place.all(ImportJob)
        assert (job.state, job.position) == ("done", 0)

    async def test_a_full_campaign_says_so_and_keeps_what_came_before(self, place: Bringing) -> None:
        small = await place.desk.campaign("Small", create=True, room=100)
        place.campaign_id = small
        path = place.file("url\n" + "".join(f"https://s{n}.com/\n" for n in range(120)))

        with pytest.raises(OpportunityLimitReached):
            await place.prospects(path, batch=50)

        assert len(await place.all(BacklinkOpportunity)) == 100
        async with place.database.transaction() as session:
            await Campaigns(place.desk.context(session)).update(small, {"max_opportunities": 200})
        assert counts(await place.prospects(path, batch=50)) == (120, 0, 0, 0)

    async def test_progress_is_told_in_lines(self, place: Bringing) -> None:
        path = place.file("url\n" + "".join(f"https://s{n}.com/\n" for n in range(10)))
        told: list[tuple[int, int | None]] = []

        await place.bring(
            place.prospects_importer(path, batch=4), progress=lambda done, total: told.append((done, total))
        )

        assert told[-1] == (11, 11)
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert len(told) == 3

    async def test_a_file_that_grows_meanwhile_is_not_taken_for_the_one_it_was(self, place: Bringing) -> None:
        path = place.file("url\nhttps://a.com/\nhttps://b.com/\n")
        importer = place.prospects_importer(path)
        path.write_text("url\nhttps://a.com/\nhttps://b.com/\nhttps://c.com/\n", "utf-8")

        with pytest.raises(InvalidInput, match="must not change"):
            await place.bring(importer)

        assert await place.all(BacklinkOpportunity) == []


class TestTrial:
    async def test_it_says_what_would_happen_and_keeps_nothing(self, place: Bringing) -> None:
        path = place.file("url,status\nhttps://a.com/,contacted\nhttps://a.com/,\njunk://,\n")
        before = await dump(place.database)

        tried = await place.prospects(path, batch=1, trial=True)

        assert await dump(place.database) == before
        rejects = place.rejects.read_bytes()
        real = await place.prospects(path, batch=1)
        assert counts(tried) == counts(real) == (1, 1, 0, 1)
        assert tried.dry_run
        assert place.rejects.read_bytes() == rejects


class TestLives:
    async def test_words_of_others_are_translated(self, place: Bringing) -> None:
        await place.prospects("url,status\na.com,Replied\nb.com,placed\nc.com,unsubscribed\nd.com,bounced\n")

        found = {page.url: page.status for page in await place.all(BacklinkOpportunity)}
        assert found == {
            "https://a.com/": "responded",
            "https://b.com/": "published",
            "https://c.com/": "suppressed",
            "https://d.com/": "contacted",
        }
        assert await place.is_sound()

    async def test_a_life_moves_on_by_its_legal_path(self, place: Bringing) -> None:
        await place.prospects("url\nhttps://a.com/\n")

        summary = await place.prospects(
            "url,status,responded_at\nhttps://a.com/,accepted,2026-08-01T10:00Z\n"
        )

        assert counts(summary) == (0, 0, 1, 0)
        page = await place.page("https://a.com/")
        assert page.status == "accepted"
        assert page.contacted_at is not None
        assert page.responded_at is not None
        moves = await place.all(StatusChange)
        steps = [(move.new_status, move.reason) for move in moves if move.opportunity_id == page.id]
        assert steps == [
            (state, "imported") for state in ("qualified", "approved", "contacted", "responded", "accepted")
        ]
        assert await place.is_sound()

    async def test_two_files_with_two_clocks_leave_the_moments_in_order(self, place: Bringing) -> None:
        await place.prospects("url,status,contacted_at\nhttps://a.com/,contacted,2026-08-05T10:00Z\n")

        await place.prospects("url,status,responded_at\nhttps://a.com/,responded,2026-08-05T09:00Z\n")

        page = await place.page("https://a.com/")
        assert page.responded_at == datetime(2026, 8, 5, 9, tzinfo=UTC)
        assert page.contacted_at == page.responded_at
        assert page.response_time_hours == 0
        assert await place.is_sound()

    @pytest.mark.parametrize("older", ["discovered", "qualified", "contacted", "no_response", "responded"])
    async def test_an_old_file_never_moves_it_back(self, place: Bringing, older: str) -> None:
        await place.prospects("url,status\nhttps://a.com/,negotiating\n")

        summary = await place.prospects(f"url,status\nhttps://a.com/,{older}\n")

        assert counts(summary) == (0, 1, 0, 0)
        assert (await place.page("https://a.com/")).status == "negotiating"

    async def test_who_was_rejected_stays_rejected(self, place: Bringing) -> None:
        await place.prospects("url,status\nhttps://a.com/,rejected\n")
        assert counts(await place.prospects("url,status\nhttps://a.com/,published\n")) == (0, 1, 0, 0)

    async def test_a_live_link_is_not_suppressed_but_the_person_is(self, place: Bringing) -> None:
        await place.prospects("url,status,contact_email\nhttps://a.com/,published,ed@a.com\n")

        await place.prospects("url,status,contact_email\nhttps://a.com/,unsubscribed,ed@a.com\n")

        assert (await place.page("https://a.com/")).status == "published"
        [person] = await place.all(Suppression)
        assert person.address == "ed@a.com"
        assert await place.is_sound()

    async def test_who_wants_to_be_left_alone_is_left_alone_in_other_campaigns(self, place: Bringing) -> None:
        await place.prospects("url,status,contact_email\nhttps://a.com/,unsubscribed,ed@a.com\n")
        place.campaign_id = await place.desk.campaign("Other", create=True)

        await place.prospects("url,contact_email\nhttps://other.com/,ED@a.com\n")

        assert (await place.page("https://other.com/")).status == "suppressed"

    async def test_an_old_list_does_not_overrule_a_suppression_that_was_lifted(self, place: Bringing) -> None:
        path = place.file("url,status,contact_email\nhttps://a.com/,suppressed,ed@a.com\n")
        await place.prospects(path)
        async with place.desk.transaction() as session:
            await Suppressions(place.desk.context(session)).lift("ed@a.com", why="she asked to be written to")
        await place.opportunities("lift", (await place.page("https://a.com/")).id, "she asked")
        before = await dump(place.database)

        await place.prospects(path)

        assert (await place.page("https://a.com/")).status == "qualified"
        assert await dump(place.database) == before

    async def test_counters_follow(self, place: Bringing) -> None:
        await place.prospects("url\na.com\nb.com\nc.com\n")
        await place.prospects(
            "url,status,link_url\na.com,contacted,\nb.com,responded,\nc.com,live,c.com/my\n"
        )

        async with place.desk.reading() as session:
            campaign = await Campaigns(place.desk.context(session)).get(place.campaign_id)
        assert campaign.total_opportunities == 3
        assert (campaign.contacted_opportunities, campaign.responded_opportunities) == (2, 1)
        assert campaign.successful_links == 1
        assert await place.is_sound()


WORDS = ["", "", "", "contacted", "responded", "rejected", "published", "unsubscribed", "nonsense"]
ROW = st.tuples(
    st.sampled_from(["a.com", "https://b.com/x", "c.com", "javascript:x", ""]),
    st.sampled_from(["", "Title", "=1+1"]),
    st.sampled_from(["", "ed@a.com", "jo@c.com", "no address"]),
    st.sampled_from(WORDS),
)


class TestLaws:
    @settings(
        max_examples=12,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink takes minutes on a database
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.differing_executors,  # each database's example is its own
        ],
    )
    @given(files=st.lists(st.lists(ROW, max_size=8), min_size=1, max_size=3), batch=st.integers(1, 4))
    async def test_everything_twice_is_everything_once(
        self, place: Bringing, files: list[list[Any]], batch: int
    ) -> None:
        place.campaign_id = await place.desk.campaign(f"C{place._written}", create=True)
        paths = [
            place.file("url,title,contact_email,status\n" + "".join(",".join(row) + "\n" for row in rows))
            for rows in files
        ]
        for path in paths:
            await place.prospects(path, batch=batch)
        once = await dump(place.database)

        for path in reversed(paths):
            assert not (await place.prospects(path, batch=batch)).changed

        assert await dump(place.database) == once
        assert await place.is_sound()
        async with place.database.reading() as session:
            urls = select(BacklinkOpportunity.url, func.count()).group_by(
                BacklinkOpportunity.campaign_id, BacklinkOpportunity.url
            )
            assert all(number == 1 for _, number in await session.execute(urls))

"""The old log of sent mails: a campaign per keyword, an email of unknown date per line."""

from pathlib import Path

import pytest

from linkwright.db.engine import Database
from linkwright.errors import InvalidInput
from linkwright.jobs.import_sent_log import SentLogImporter
from linkwright.models import BacklinkingCampaign, BacklinkingEmail, BacklinkOpportunity
from tests.support import samples
from tests.support.bringing import ME, Bringing, counts
from tests.support.dump import dump

NAME = "trail_running_sent_emails.log"


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> Bringing:
    return await Bringing(database, tmp_path).set_up()


def line(to: str = "ed@huts.com", subject: str = "Guest Post Proposal for Huts", body: str = "Hello") -> str:
    return repr({"to": to, "subject": subject, "body": body}) + "\n"


class TestImport:
    async def test_a_line_becomes_a_prospect_and_an_email(self, place: Bringing) -> None:
        summary = await place.log(place.file(line(body="Hi,\n\nTom & Jo"), NAME))

        assert counts(summary) == (1, 0, 0, 0)
        [_, campaign] = sorted(await place.all(BacklinkingCampaign), key=lambda one: one.name)
        assert (campaign.name, campaign.keywords) == ("trail running", ["trail running"])
        [page] = await place.all(BacklinkOpportunity)
        assert (page.url, page.title, page.contact_email) == ("https://huts.com/", "Huts", "ed@huts.com")
        assert page.status == "contacted"
        [email] = await place.all(BacklinkingEmail)
        assert (email.status, email.email_type, email.from_email) == ("sent", "initial", ME)
        assert email.sent_at is None, "a date that nobody knows is not made up"
        assert email.message_id is None
        assert email.body_html == "<p>Hi,</p>\n<p>Tom &amp; Jo</p>"
        assert await place.is_sound()

    async def test_the_same_log_again_changes_nothing(self, place: Bringing) -> None:
        path = samples.sent_log(place.folder, 20)
        first = await place.log(path)
        before = await dump(place.database)

        again = await place.log(path)

        assert not again.changed
        assert again.same == first.new + first.same
        assert again.refused == first.refused
        assert await dump(place.database) == before

    async def test_a_line_that_is_repeated_is_one_email(self, place: Bringing) -> None:
        assert counts(await place.log(place.file(line() * 3, NAME))) == (1, 2, 0, 0)

    async def test_another_text_under_the_same_subject_is_another_email(self, place: Bringing) -> None:
        summary = await place.log(place.file(line(body="one") + line(body="two"), NAME))

        assert counts(summary) == (2, 0, 0, 0)
        assert [email.email_type for email in await place.all(BacklinkingEmail)] == ["initial", "follow_up"]
        assert await place.is_sound()

    async def test_who_has_the_address_is_the_prospect_even_at_a_free_mail_service(
        self, place: Bringing
    ) -> None:
        place.campaign_id = await place.desk.campaign("trail running", create=True)
        await place.prospects("url,contact_email\nhttps://huts.com/write,jane.huts@gmail.com\n")

        summary = await place.log(place.file(line("janehuts@gmail.com") + line("jo@gmail.com"), NAME))

        assert counts(summary) == (0, 0, 0, 2)
        summary = await place.log(place.file(line("jane.huts@gmail.com") + line("jo@gmail.com"), NAME))
        assert counts(summary) == (1, 0, 0, 1)
        assert "free mail address" in summary.refusals[0].rule
        [email] = await place.all(BacklinkingEmail)
        assert email.opportunity_id == (await place.page("https://huts.com/write")).id

    async def test_a_site_that_is_known_by_another_page_is_not_made_twice(self, place: Bringing) -> None:
        place.campaign_id = await place.desk.campaign("trail running", create=True)
        await place.prospects("url\nhttps://www.huts.com/write-for-us\n")

        await place.log(place.file(line("team@mail.huts.com"), NAME))

        assert len(await place.all(BacklinkOpportunity)) == 1

    async def test_a_mailbox_fills_in_date_and_id_and_makes_no_second_email(self, place: Bringing) -> None:
        await place.log(place.file(line(), NAME))
        sent = samples.message(
            sender=ME, to="ED@huts.com", subject="Guest Post Proposal for  Huts", message_id="1@x.com"
        )

        summary = await place.mail(place.file(sent, "1.eml"))

        assert counts(summary) == (0, 0, 1, 0)
        [email] = await place.all(BacklinkingEmail)
        assert email.message_id == "<1@x.com>"
        assert email.sent_at is not None
        page = await place.page("https://huts.com/")
        assert page.contacted_at == email.sent_at
        assert counts(await place.mail(place.file(sent + "\n", "2.eml"))) == (0, 1, 0, 0)
        assert counts(await place.log(place.folder / NAME)) == (0, 1, 0, 0)
        assert await place.is_sound()

    async def test_broken_lines_are_refused_and_the_others_land(self, place: Bringing) -> None:
        content = (
            line()
            + "{'to': 'half\n"
            + "__import__('os').system('true')\n"
            + line("nobody")
            + line("a@b.com", "")
            + line("ed@mail.invalid")
        )
        summary = await place.log(place.file(content, NAME))

        assert counts(summary) == (1, 0, 0, 5)
        assert [refusal.row for refusal in summary.refusals] == [2, 3, 4, 5, 6]
        assert len(await place.all(BacklinkOpportunity)) == 1


class TestFile:
    @pytest.mark.parametrize("name", ["mails.log", "_sent_emails.log"])
    def test_its_name_must_tell_the_keyword(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text(line(), "utf-8")
        with pytest.raises(InvalidInput, match="must be named KEYWORD_sent_emails"):
            SentLogImporter(tmp_path / name, sender=ME)

    def test_the_sender_must_be_an_address(self, tmp_path: Path) -> None:
        (tmp_path / NAME).write_text(line(), "utf-8")
        with pytest.raises(InvalidInput, match="me: must be a valid email address"):
            SentLogImporter(tmp_path / NAME, sender="me")

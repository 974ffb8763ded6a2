"""Suppressions: who said no is left alone, everywhere, under every alias, until somebody says why not."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from linkwright.errors import Conflict, IllegalMove, InvalidInput, NotFound
from linkwright.models import StatusChange, Suppression
from linkwright.parsing.addresses import address_key
from linkwright.services.suppression_keys import address_hash
from tests.support.outreach import Desk

ADDRESSES = st.from_regex(r"[a-zA-Z][a-zA-Z.+]{0,8}@(gmail\.com|googlemail\.com|x\.org)", fullmatch=True)


class TestAddressHash:
    @given(ADDRESSES, ADDRESSES)
    @settings(max_examples=300)
    def test_two_addresses_share_one_if_and_only_if_they_are_one_mailbox(self, a: str, b: str) -> None:
        assert (address_hash(a, b"k") == address_hash(b, b"k")) == (address_key(a) == address_key(b))

    def test_says_nothing_to_who_has_another_key(self) -> None:
        hashes = {address_hash("a@b.com", key, pepper) for key in (b"1", b"2") for pepper in (b"", b"p")}

        assert len(hashes) == 4


class TestAdd:
    async def test_cancels_what_waits_and_takes_prospects_out(self, desk: Desk) -> None:
        queued, approved, draft = await desk.queued(), await desk.draft(), await desk.draft()
        await desk.emails("approve", approved.id)
        sent = await desk.sent()
        for email in (queued, approved, draft, sent):
            await desk.suppressions("add", email.to_email, "manual", note="asked by phone")

        statuses = [(await desk.email(email.id)).status for email in (queued, approved, draft, sent)]
        assert statuses == ["cancelled", "cancelled", "cancelled", "sent"]
        assert await desk.counts("email") == {"cancelled": 3, "sent": 1}
        assert await desk.counts("opportunity") == {"suppressed": 4}

    async def test_the_first_reason_stays(self, desk: Desk) -> None:
        first = await desk.suppressions("add", "jane.doe@gmail.com", "unsubscribe")
        again = await desk.suppressions("add", "JaneDoe@googlemail.com", "manual")

        assert (again.id, again.reason) == (first.id, "unsubscribe")

    async def test_is_one_users_own(self, desk: Desk) -> None:
        other = await Desk(desk.database).sit_down(address="other@example.com")
        email = await other.draft(await other.prospect(contact_email="jane@x.com"))
        await desk.suppressions("add", "jane@x.com")

        assert (await other.email(email.id)).status == "draft"
        assert await other.suppressions("standing", ["jane@x.com"]) == {}

    async def test_of_two_at_once_both_get_through(self, desk: Desk) -> None:
        other = await desk.campaign(name="Other")
        for campaign in (desk.campaign_id, other):
            for address in ("a@x.com", "b@x.com"):
                await desk.prospect(campaign, contact_email=address)

        both = (desk.suppressions("add", address) for address in ("a@x.com", "b@x.com"))
        done = await asyncio.gather(*both)

        assert len({row.id for row in done}) == 2
        assert await desk.counts("opportunity") == {"suppressed": 2}

    async def test_by_a_trusted_caller_needs_to_know_whose(self, desk: Desk) -> None:
        user, desk.owner = desk.owner, None

        with pytest.raises(InvalidInput, match="user_id"):
            await desk.suppressions("add", "a@x.com")
        by_campaign = await desk.suppressions("add", "a@x.com", campaign_id=desk.campaign_id)
        assert by_campaign.user_id == user
        assert (await desk.suppressions("add", "b@x.com", user_id=user)).user_id == user

    async def test_for_somebody_else_is_not_found(self, desk: Desk) -> None:
        other = await Desk(desk.database).sit_down(address="other@example.com")

        for whose in ({"user_id": other.user_id}, {"campaign_id": other.campaign_id}):
            with pytest.raises(NotFound):
                await desk.suppressions("add", "a@x.com", **whose)

    @pytest.mark.parametrize(
        ("address", "reason"), [("nobody", "manual"), ("a@x.com", "whim"), ("", "manual")]
    )
    async def test_broken_input_is_named(self, desk: Desk, address: str, reason: str) -> None:
        with pytest.raises(InvalidInput):
            await desk.suppressions("add", address, reason)


class TestANewContact:
    async def test_who_is_suppressed_ends_what_was_to_be_sent_to_the_prospect(self, desk: Desk) -> None:
        await desk.suppressions("add", "no@never.com")
        email = await desk.queued()

        prospect = await desk.opportunities("update", email.opportunity_id, {"contact_email": "no@never.com"})

        assert (prospect.status, (await desk.email(email.id)).status) == ("suppressed", "cancelled")
        assert await desk.counts("email") == {"cancelled": 1}

    async def test_does_not_hide_the_no_of_the_one_before(self, desk: Desk) -> None:
        email = await desk.sent()
        await desk.opportunities("update", email.opportunity_id, {"contact_email": "new@site.com"})

        await desk.delivery("record_unsubscribe", email.id)

        assert (await desk.opportunity(email.opportunity_id)).status == "suppressed"
        assert await desk.suppressions("standing", [email.to_email, "new@site.com"]) == {
            email.to_email: "unsubscribe"
        }


class TestStanding:
    async def test_answers_in_the_spelling_that_was_asked(self, desk: Desk) -> None:
        await desk.suppressions("add", "jane.doe@gmail.com", "unsubscribe")

        found = await desk.suppressions("standing", ["JANEDOE+x@gmail.com", "janedoe@gmail.com", "jo@x.com"])

        assert found == {"JANEDOE+x@gmail.com": "unsubscribe", "janedoe@gmail.com": "unsubscribe"}


class TestLift:
    async def test_brings_prospects_back_and_says_who_and_why(self, desk: Desk) -> None:
        prospect = await desk.prospect(contact_email="jane@x.com")
        await desk.suppressions("add", "jane@x.com", "manual")

        lifted = await desk.suppressions("lift", "Jane@x.com", why="she called", by="user:7")

        assert (lifted.lifted_at, lifted.lifted_by, lifted.lift_reason) == (desk.now, "user:7", "she called")
        assert (await desk.opportunity(prospect)).status == "qualified"
        change = select(StatusChange.reason).where(StatusChange.new_status == "qualified")
        assert await desk.all(change) == [("suppression lifted: she called",)]
        assert await desk.suppressions("standing", ["jane@x.com"]) == {}

    async def test_leaves_a_prospect_that_was_suppressed_for_itself(self, desk: Desk) -> None:
        prospect = await desk.prospect(contact_email="jane@x.com")
        await desk.opportunities("suppress", prospect, "a competitor")
        row = await desk.suppressions("add", "jane@x.com", "manual")

        await desk.suppressions("lift", row.id, why="she called")

        assert (await desk.opportunity(prospect)).status == "suppressed"

    async def test_the_next_no_is_a_new_suppression(self, desk: Desk) -> None:
        first = await desk.suppressions("add", "jane@x.com")
        await desk.suppressions("lift", first.id, why="mistake")
        second = await desk.suppressions("add", "jane@x.com", "unsubscribe")

        assert second.id != first.id
        assert len(await desk.all(select(Suppression.id))) == 2

    async def test_twice_is_a_conflict(self, desk: Desk) -> None:
        row = await desk.suppressions("add", "jane@x.com")
        await desk.suppressions("lift", row.id, why="mistake")

        with pytest.raises(Conflict, match="was lifted"):
            await desk.suppressions("lift", row.id, why="mistake")

    async def test_needs_a_reason_and_a_suppression_of_ones_own(self, desk: Desk) -> None:
        row = await desk.suppressions("add", "jane@x.com")
        stranger = await Desk(desk.database).sit_down(address="stranger@example.com")

        with pytest.raises(InvalidInput, match="why"):
            await desk.suppressions("lift", row.id, why=" ")
        for identity in (row.id, "jane@x.com"):
            with pytest.raises(NotFound):
                await stranger.suppressions("lift", identity, why="mine")

    async def test_cancelled_letters_stay_cancelled(self, desk: Desk) -> None:
        email = await desk.queued()
        await desk.suppressions("add", email.to_email)
        await desk.suppressions("lift", email.to_email, why="mistake")

        with pytest.raises(IllegalMove):
            await desk.emails("approve", email.id)
        assert (await desk.draft(email.opportunity_id)).status == "draft"


class TestPage:
    async def test_goes_through_those_that_stand(self, desk: Desk) -> None:
        rows = [await desk.suppressions("add", f"jane{number}@x.com") for number in range(4)]
        await desk.suppressions("lift", rows[1].id, why="mistake")

        page = await desk.suppressions("page", limit=2)
        rest = await desk.suppressions("page", limit=2, after=page.after)
        everything = await desk.suppressions("page", lifted=True)

        assert [row.id for row in [*page.rows, *rest.rows]] == [rows[3].id, rows[2].id, rows[0].id]
        assert len(everything.rows) == 4


class TestLiftOfAListing:
    async def test_does_not_give_back_what_a_person_suppressed(self, desk: Desk) -> None:
        prospect = await desk.prospect(contact_email="a@x.com")
        await desk.suppressions("add", "a@x.com")
        await desk.suppressions("lift", "a@x.com", why="a mistake")
        await desk.opportunities("suppress", prospect, "a competitor")
        await desk.suppressions("add", "a@x.com")

        await desk.suppressions("lift", "a@x.com", why="a mistake again")

        assert (await desk.opportunity(prospect)).status == "suppressed"

    @pytest.mark.parametrize("number", [0, -1, 2**40, 2**70])
    async def test_of_a_number_that_no_row_has_is_not_found(self, desk: Desk, number: int) -> None:
        with pytest.raises(NotFound):
            await desk.suppressions("lift", number, why="x")

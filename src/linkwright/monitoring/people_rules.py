"""What must be true for people who said no. Their addresses are known by keyed hashes, so Python looks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.rows import run, table
from linkwright.models.suppressions import Suppression
from linkwright.models.users import User
from linkwright.monitoring.checks import SHOWN, Fault, Row
from linkwright.parsing.traces import ERASED, ERASED_DOMAIN
from linkwright.queries.recounts import CAMPAIGN, EMAIL, EVENT, RESPONSE
from linkwright.services.suppression_keys import address_hash
from linkwright.vocabulary import EmailStatus, EventKind, ResponseType

SUPPRESSION: Final = table(Suppression)
USER: Final = table(User)

_AT_ONCE: Final = 10_000
Known = set[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class PeopleCheck:
    """A check that hashes addresses: each row of `about` is wrong when `wrong` says so."""

    name: str
    problem: str
    way_out: str
    about: Select[Any]
    wrong: Callable[[RowMapping, Known, Known, bytes], bool]


async def ask_people(
    session: AsyncSession, check: PeopleCheck, pepper: bytes, *, shown: int = SHOWN
) -> Fault | None:
    """Run such a check; return what is wrong, or None."""
    standing, ever = await _suppressed(session)
    number, rows, last = 0, list[Row](), 0
    ident = check.about.selected_columns["id"]
    while True:
        page = check.about.where(ident > last).order_by(ident).limit(_AT_ONCE)
        found = (await run(session, page)).mappings().all()
        if not found:
            break
        last = found[-1]["id"]
        for row in found:
            if check.wrong(row, standing, ever, pepper):
                number += 1
                if number <= shown:
                    # The address stays out: doctor's words end up in tickets.
                    rows.append(Row(row["id"], {"campaign_id": row["campaign_id"], "kind": row["kind"]}))
    return Fault(check.name, check.problem, check.way_out, number, rows) if number else None


async def _suppressed(session: AsyncSession) -> tuple[Known, Known]:
    standing, ever = Known(), Known()
    columns = (SUPPRESSION.c.user_id, SUPPRESSION.c.address_hash, SUPPRESSION.c.lifted_at)
    for row in await run(session, select(*columns)):
        person = (row.user_id, bytes(row.address_hash))
        ever.add(person)
        if row.lifted_at is None:
            standing.add(person)
    return standing, ever


def _is_suppressed(row: RowMapping, standing: Known, _ever: Known, pepper: bytes) -> bool:
    return (row["user_id"], address_hash(row["address"], row["address_key"], pepper)) in standing


def _has_another_hash(row: RowMapping, _standing: Known, _ever: Known, pepper: bytes) -> bool:
    return address_hash(row["address"], row["address_key"], pepper) != bytes(row["address_hash"])


def _was_never_suppressed(row: RowMapping, _standing: Known, ever: Known, pepper: bytes) -> bool:
    detail = row["detail"] if isinstance(row["detail"], Mapping) else {}
    if row["kind"] == EventKind.BOUNCED.value and detail.get("kind") != "hard":
        return False  # A full mailbox is no wish to be left alone.
    address = detail.get("recipient") or row["address"]
    if address == ERASED or row["address"].endswith(f"@{ERASED_DOMAIN}"):
        return False  # Nobody knows any more whom it was; who erased them suppressed them.
    return (row["user_id"], address_hash(address, row["address_key"], pepper)) not in ever


def _letters(*columns: Any) -> Select[Any]:
    return (
        select(
            *columns,
            EMAIL.c.campaign_id,
            EMAIL.c.to_email.label("address"),
            CAMPAIGN.c.user_id,
            USER.c.address_key,
        )
        .select_from(EMAIL)
        .join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
        .join(USER, USER.c.id == CAMPAIGN.c.user_id)
    )


CHECKS: Final[Sequence[PeopleCheck]] = (
    PeopleCheck(
        "suppressions.hash",
        "Whoever is on the list is recognised by it: the hash is that of the address, with our pepper.",
        "Stop sending, and set LINKWRIGHT_ADDRESS_PEPPER to what it was when they were suppressed.",
        select(
            SUPPRESSION.c.id,
            SUPPRESSION.c.reason.label("kind"),
            SUPPRESSION.c.campaign_id,
            SUPPRESSION.c.address,
            SUPPRESSION.c.address_hash,
            USER.c.address_key,
        )
        .join(USER, USER.c.id == SUPPRESSION.c.user_id)
        .where(SUPPRESSION.c.address.is_not(None)),
        _has_another_hash,
    ),
    PeopleCheck(
        "suppressions.queue",
        "No email is queued for somebody who may not be contacted.",
        "Cancel it.",
        _letters(EMAIL.c.id, EMAIL.c.status.label("kind")).where(EMAIL.c.status == EmailStatus.QUEUED.value),
        _is_suppressed,
    ),
    PeopleCheck(
        "suppressions.events",
        "Whoever unsubscribed or complained, and every address that bounced for good, is suppressed.",
        "Suppress the recipient of the email that the event belongs to.",
        _letters(EVENT.c.id, EVENT.c.kind, EVENT.c.detail)
        .join(EVENT, (EVENT.c.campaign_id == EMAIL.c.campaign_id) & (EVENT.c.email_id == EMAIL.c.id))
        .where(
            EVENT.c.kind.in_(
                [EventKind.UNSUBSCRIBED.value, EventKind.COMPLAINED.value, EventKind.BOUNCED.value]
            )
        ),
        _was_never_suppressed,
    ),
    PeopleCheck(
        "suppressions.responses",
        "Whoever answered that they want no more mail, or complained, is suppressed.",
        "Suppress the recipient of the email that was answered.",
        _letters(RESPONSE.c.id, RESPONSE.c.response_type.label("kind"), RESPONSE.c.id.label("detail"))
        .join(RESPONSE, (RESPONSE.c.campaign_id == EMAIL.c.campaign_id) & (RESPONSE.c.email_id == EMAIL.c.id))
        .where(RESPONSE.c.response_type.in_([ResponseType.UNSUBSCRIBE.value, ResponseType.COMPLAINT.value])),
        _was_never_suppressed,
    ),
)

"""Bring a campaign back that was exported, whole or not at all, in one transaction.

Its id stays. The numbers of its records stay where nobody has them; where they are taken the
records get new ones, and whatever refers to them follows. The same file twice changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from math import isclose
from pathlib import Path
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.bulk import insert_many, keep_ids, next_ids
from linkwright.db.rows import run
from linkwright.errors import Conflict, InvalidInput
from linkwright.jobs.campaign_lines import CampaignFile, Header, Progress
from linkwright.jobs.campaign_records import (
    CAMPAIGN,
    CONTENT,
    EMAIL,
    INBOUND,
    KINDS,
    SUPPRESSION,
    TEMPLATE,
    Kind,
)
from linkwright.jobs.desks import Desk
from linkwright.jobs.new_numbers import Numbers
from linkwright.jobs.places import written
from linkwright.models.imports import ImportJob
from linkwright.models.users import User
from linkwright.queries import campaign_files as queries
from linkwright.queries import campaigns as campaign_queries
from linkwright.queries import imports as job_queries
from linkwright.services.decision_texts import digest_of
from linkwright.services.erased_people import require_rows_kept
from linkwright.services.suppression_keys import address_hash
from linkwright.services.users import Users
from linkwright.vocabulary import ImportKind, ImportState

_AT_ONCE: Final = 500


@dataclass(slots=True)
class Imported:
    """What an import of a campaign did. `again` means that it was here already."""

    campaign_id: str
    name: str
    owner: str
    rows: dict[str, int] = field(default_factory=dict)
    again: bool = False


async def import_campaign(
    desk: Desk, path: Path, *, user_email: str | None = None, progress: Progress | None = None
) -> Imported:
    """Bring a campaign from a file to the user with an address; without one, to its owner's.

    The user is made where there is none.

    Raises:
        InvalidInput: the file is none, was cut off or changed, or a record breaks a rule.
        SchemaMismatch: a newer program wrote it.
        Conflict: another campaign with its id is here.
    """
    file = CampaignFile(path)
    header = file.header()
    file.verify(header)
    async with desk.transaction() as session:
        users = Users(desk.context(session))
        name = header.owner_name if user_email is None else None
        user = await users.get_or_create(user_email or header.owner_email, name)
        result = Imported(header.campaign_id, header.name, user.email)
        job = await _job(desk, session, user, header, path)
        there = await session.scalar(campaign_queries.campaign_exists(header.campaign_id, None))
        if there is not None:
            if job.state == ImportState.DONE and job.position:
                result.again = True
                return result
            raise Conflict(f"Campaign {header.campaign_id} is in this database already; delete it first.")
        bringing = _Bringing(desk, session, user, header, result)
        await bringing.bring(file, progress)
        job.state, job.finished_at = ImportState.DONE.value, desk.clock()
        job.position, job.counts = sum(result.rows.values()), dict(result.rows)
        await session.flush()
    return result


async def _job(desk: Desk, session: AsyncSession, user: User, header: Header, path: Path) -> ImportJob:
    key = (user.id, ImportKind.CAMPAIGN.value, header.campaign_id[:100], header.digest[:64])
    found: ImportJob | None = await session.scalar(job_queries.job(*key))
    if found is not None:
        return found
    job = ImportJob(
        user_id=key[0],
        kind=key[1],
        target=key[2],
        digest=key[3],
        source=written(path),
        state=ImportState.RUNNING.value,
        counts={},
        started_at=desk.clock(),
    )
    session.add(job)
    await session.flush()
    return job


class _Bringing:
    """One import: where the numbers went, and what is left for the end."""

    def __init__(
        self, desk: Desk, session: AsyncSession, user: User, header: Header, result: Imported
    ) -> None:
        self._desk, self._session, self._user = desk, session, user
        self._header, self._result = header, result
        self._numbers: dict[str, Numbers] = {}
        self._later: list[tuple[int, int]] = []  # (email, the one it follows), by their old numbers
        self._no_templates = False

    async def bring(self, file: CampaignFile, progress: Progress | None) -> None:
        """Insert every record, then what could only be said at the end."""
        self._no_templates = await self._session.scalar(queries.any_template()) is None
        for kind in KINDS:
            self._numbers[kind.name] = Numbers(stay=await self._free(kind))
        for kind, records in groupby(file.records(progress), key=lambda record: record[1]):
            chunk: list[tuple[int, dict[str, Any]]] = []
            for line, _, row in records:
                chunk.append((line, row))
                if len(chunk) == _AT_ONCE:
                    await self._insert(kind, chunk)
                    chunk = []
            if chunk:
                await self._insert(kind, chunk)
        if self._result.rows != {name: number for name, number in self._header.rows.items() if number}:
            raise InvalidInput("file", "does not hold the records that its first line tells of")
        await self._set_parents()
        await self._count_templates()

    async def _free(self, kind: Kind) -> bool:
        """Say whether the numbers of a kind are nobody's here, and see that they stay so."""
        if not kind.numbered or kind.name not in self._header.ids:
            return True
        low, high = self._header.ids[kind.name]
        taken = await self._session.scalar(queries.any_between(kind.table, low, high))
        if taken is None:
            await keep_ids(self._session, kind.model, high)
        return taken is None

    async def _insert(self, kind: Kind, chunk: Sequence[tuple[int, dict[str, Any]]]) -> None:
        self._result.rows[kind.name] = self._result.rows.get(kind.name, 0) + len(chunk)
        for line, row in chunk:
            self._own(kind, row, line)
        await require_rows_kept(self._desk.context(self._session), self._user, [row for _, row in chunk])
        rows = [row for _, row in chunk]
        old = [row["id"] for row in rows] if kind.numbered else []
        if any(before >= after for before, after in pairwise(old)):
            raise InvalidInput("id", "must grow from record to record", row=chunk[0][0])
        known = await self._known(kind, rows)
        fresh = [row for row in rows if not kind.numbered or row["id"] not in known]
        if kind.numbered and not self._numbers[kind.name].stay:
            ids = await next_ids(self._session, kind.model, len(fresh))
            known |= {row["id"]: id_ for row, id_ in zip(fresh, ids, strict=True)}
            self._numbers[kind.name].add(old, [known[number] for number in old])
        elif kind.numbered:
            self._numbers[kind.name].add(old, [known.get(number, number) for number in old])
        for line, row in chunk:
            self._refer(kind, row, line)
        if kind is INBOUND:
            await self._match(rows, known)
        if kind is CONTENT:
            fresh = await self._not_kept(chunk)
        for row in fresh:
            if kind.numbered:
                row["id"] = known.get(row["id"], row["id"])
        columns = [column.key for column in kind.table.columns]
        await insert_many(
            self._session, kind.model, columns, [[row[name] for name in columns] for row in fresh]
        )

    async def _not_kept(self, chunk: Sequence[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
        """Return the texts that the user has not got. One that is not what its digest says is forged."""
        for line, row in chunk:
            if digest_of(row["text"]) != row["digest"]:
                raise InvalidInput("content.digest", "must be the digest of the text", row=line)
        statement = queries.contents_kept([row["digest"] for _, row in chunk], self._user.id)
        kept = set(await self._session.scalars(statement))
        return [row for _, row in chunk if row["digest"] not in kept]

    def _own(self, kind: Kind, row: dict[str, Any], line: int) -> None:
        """Give a record to the user and the campaign; it cannot belong to another."""
        if kind.owner is not None and (kind is not TEMPLATE or row[kind.owner] is not None):
            row[kind.owner] = self._user.id
        column = "id" if kind is CAMPAIGN else "campaign_id"
        if column in kind.table.c and row[column] != self._header.campaign_id:
            raise InvalidInput(f"{kind.name}.{column}", "must be the campaign of the first line", row=line)
        if kind is SUPPRESSION:
            row["address_hash"] = address_hash(
                row["address"], bytes(self._user.address_key), self._desk.pepper
            )

    def _refer(self, kind: Kind, row: dict[str, Any], line: int) -> None:
        """Let a record refer to the new numbers of others."""
        for column, other in kind.refers.items():
            old = row[column]
            if old is None:
                continue
            if kind is EMAIL and column == "parent_email_id" and old >= row["id"]:
                # A letter may be recorded before the one it follows: mailboxes are read in any order.
                self._later.append((row["id"], old))
                row[column] = None
                continue
            row[column] = self._numbers[other].of(old)
            if row[column] is not None:
                continue
            if kind.table.c[column].foreign_keys:
                name = f"{kind.name}.{column}"
                raise InvalidInput(name, "refers to a record that is not there", old, row=line)
            # A retired template. Its number stays as long as it cannot be taken for another's.
            row[column] = old if self._no_templates else None

    async def _known(self, kind: Kind, rows: Sequence[dict[str, Any]]) -> dict[int, int]:
        """Return those of the records that the user has already, with their numbers here."""
        if kind is TEMPLATE:
            found = await run(
                self._session, queries.templates_named([row["name"] for row in rows], self._user.id)
            )
            there = {(row.name, row.created_by_user_id): row.id for row in found}
            key = ("name", "created_by_user_id")
            return {row["id"]: there[same] for row in rows if (same := (row[key[0]], row[key[1]])) in there}
        if kind is INBOUND:
            found = await run(
                self._session, queries.messages_received([row["digest"] for row in rows], self._user.id)
            )
            digests = {row.digest: row.id for row in found}
            return {row["id"]: digests[row["digest"]] for row in rows if row["digest"] in digests}
        known: dict[int, int] = {}
        if kind is SUPPRESSION:
            for row in rows:
                like = queries.suppressions_like(
                    row["address_hash"],
                    row["created_at"],
                    standing=row["lifted_at"] is None,
                    user_id=self._user.id,
                )
                if (id_ := await self._session.scalar(like)) is not None:
                    known[row["id"]] = id_
        return known

    async def _match(self, rows: Sequence[dict[str, Any]], known: Mapping[int, int]) -> None:
        """Messages that were here, but belonged to nothing, belong to the campaign now."""
        matched = [
            {
                "message": known[row["id"]],
                "campaign": row["campaign_id"],
                "email": row["email_id"],
                "response": row["response_id"],
                "how": row["matched_by"],
            }
            for row in rows
            if row["id"] in known
        ]
        if matched:
            await run(self._session, queries.match_message(), matched)

    async def _set_parents(self) -> None:
        numbers = self._numbers[EMAIL.name]
        pairs = [(numbers.of(child), numbers.of(parent)) for child, parent in self._later]
        if any(parent is None for _, parent in pairs):
            raise InvalidInput("email.parent_email_id", "refers to a record that is not there")
        if pairs:
            parents = [{"child": child, "parent": parent} for child, parent in pairs]
            await run(self._session, queries.set_parents(), parents)

    async def _count_templates(self) -> None:
        """Count again what templates earned: they may have been used elsewhere, here or there."""
        wrong = [
            {
                "template": row.id,
                "uses": row.usage_count,
                "share": row.success_rate,
                "hours": row.average_response_time,
            }
            for row in await run(self._session, queries.earnings_of(self._user.id))
            if row.usage_count != row.said_usage_count
            or not _alike(row.success_rate, row.said_success_rate)
            or not _alike(row.average_response_time, row.said_average_response_time)
        ]
        if wrong:
            await run(self._session, queries.set_earnings(), wrong)


def _alike(counted: float | None, said: float | None) -> bool:
    if counted is None or said is None:
        return counted is said
    return isclose(counted, said, rel_tol=1e-6, abs_tol=1e-3)

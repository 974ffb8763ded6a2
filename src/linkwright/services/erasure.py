"""Erasure: a person goes out of a user's records, their numbers stay, and no import brings them back."""

from __future__ import annotations

from collections.abc import Sequence

from linkwright.models.erasures import Erasure
from linkwright.schemas.erasures import PersonData
from linkwright.services.context import Context
from linkwright.services.erasure_finding import find
from linkwright.services.erasure_work import as_plain, erase_knowing, person_of, together


class Erasures:
    """Erasing people, inside one transaction that somebody else opened and will close."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def erase(
        self, user_id: int, address: str, *, names: Sequence[str] = (), also: Sequence[str] = ()
    ) -> Erasure:
        """Take a person out of a user's records, and see that they are not written to or imported again.

        Letters to them, answers from them and messages lose their texts; whatever else names them loses
        that: the address in every spelling, the full name, and each text of `also`. Rows, states and
        numbers stay. Names are those of the records and of `names`. Asking again changes nothing and
        returns the same row. `finished_at` is empty while the user has archives, which
        `linkwright erase-person` goes through.

        Raises:
            InvalidInput: the address is none or the user's own, or a text of `also` would be found anywhere.
            NotFound: there is no such user for this caller.
            Conflict: a campaign of the user is being archived, or a legal hold stands over the user or one.
        """
        return await erase_knowing(self._ctx, user_id, address, {"names": list(names), "also": list(also)})

    async def export(
        self, user_id: int, address: str, *, names: Sequence[str] = (), also: Sequence[str] = ()
    ) -> PersonData:
        """Return the data that a user's records have on a person, found as `erase` finds it.

        Raises:
            InvalidInput: the address is none or the user's own, or a text of `also` would be found anywhere.
            NotFound: there is no such user for this caller.
        """
        address, _ = await person_of(self._ctx, user_id, address)
        known = together({"names": list(names), "also": list(also)})
        found = await find(self._ctx.session, user_id, address, known)
        theirs = found.theirs
        records = {
            f"{table.name}": [as_plain(row) for _, row in sorted(rows.items())]
            for table, rows in theirs.items()
        }
        others = {f"{table.name}": len(keys - theirs[table].keys()) for table, keys in found.rows.items()}
        return PersonData(records, {name: number for name, number in others.items() if number})

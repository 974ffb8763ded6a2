"""How policies, holds, and what goes by them look in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from linkwright.cli.view import show_list
from linkwright.jobs.retention import Amount
from linkwright.schemas.retention import HoldRead, PolicyRead, RemovalRead

_EVERYBODY = "everybody"


def show_policies(policies: Sequence[PolicyRead]) -> None:
    """Print policies, one a line."""
    rows = [
        (one.data_class, one.action, one.days, one.user_id or _EVERYBODY, one.updated_at, one.updated_by)
        for one in policies
    ]
    columns = ("class", "action", "days", "user", "since", "by")
    none = "There is no policy: everything is kept."
    show_list(columns, rows, wide="by", whole=columns[:5], cut=False, none=none)


def show_holds(holds: Sequence[HoldRead]) -> None:
    """Print holds, one a line; nothing where none stands."""
    rows = [
        (one.id, one.user_id, one.campaign_id or "all", one.placed_at, one.released_at, one.reason)
        for one in holds
    ]
    if rows:
        columns = ("hold", "user", "campaign", "since", "released", "reason")
        show_list(columns, rows, wide="reason", whole=columns[:5], cut=False, none="")


def show_removals(removals: Sequence[RemovalRead]) -> None:
    """Print what was removed, one a line."""
    rows = [
        (
            one.removed_at,
            one.data_class,
            one.user_id,
            f"{one.row_count:,}",
            f"{one.byte_count:,}",
            one.before,
            one.campaign_id,
        )
        for one in removals
    ]
    columns = ("removed", "class", "user", "rows", "bytes", "older than", "campaign")
    whole = columns[:6]
    show_list(columns, rows, wide="campaign", whole=whole, cut=False, none="Nothing was removed yet.")


def show_amounts(amounts: Sequence[Amount], *, none: str) -> None:
    """Print what is due, or what went, one a line, and the sum."""
    rows = [
        (
            one.due.user_id,
            one.due.data_class.value,
            one.what,
            one.due.action.value,
            f"{one.due.days}d",
            f"{one.rows:,}",
            f"{one.bytes:,}",
        )
        for one in amounts
    ]
    columns = ("user", "class", "what", "action", "kept", "rows", "bytes")
    whole = ("user", "class", "action", "kept", "rows", "bytes")
    show_list(columns, rows, wide="what", whole=whole, cut=False, none=none)
    if rows:
        rows_, size = sum(one.rows for one in amounts), sum(one.bytes for one in amounts)
        typer.echo(f"{rows_:,} rows, {size:,} bytes")


def amounts_of(amounts: Sequence[Amount]) -> list[dict[str, Any]]:
    """Return the same as JSON."""
    return [
        {
            "user": one.due.user_id,
            "data_class": one.due.data_class,
            "what": one.what,
            "action": one.due.action,
            "days": one.due.days,
            "before": one.due.before,
            "rows": one.rows,
            "bytes": one.bytes,
        }
        for one in amounts
    ]

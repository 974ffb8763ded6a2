"""The shapes of users."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from linkwright.schemas.fields import Record, Shape, upto


class UserCreate(Shape):
    """Whoever runs campaigns."""

    email: str
    name: Annotated[str, upto(200)] | None = None


class UserUpdate(Shape):
    """What may be changed; only the keys that are given count."""

    email: str = ""
    name: Annotated[str, upto(200)] | None = None


class UserRead(Record):
    """A user, but for `address_key`: the key of the suppression hashes leaves the database nowhere."""

    id: int
    email: str
    name: str | None
    created_at: datetime | None
    updated_at: datetime | None

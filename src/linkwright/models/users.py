"""Users: the owners of everything else."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from linkwright.db.base import Base, addresses, primary_key_id, written_at


class User(Base):
    """Whoever runs campaigns. Everything a user owns goes when the user goes."""

    __tablename__ = "users"
    __table_args__ = (*addresses("email"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key_id()
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str | None] = mapped_column(String(200))
    # Keys the hashes in `suppressions`: two users' hashes of one address are unlike,
    # and a hash in an export tells nobody anything.
    address_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = written_at()
    updated_at: Mapped[datetime] = written_at()

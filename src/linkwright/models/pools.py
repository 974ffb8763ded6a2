"""Pools: what several users' evidence says of the choices they have in common."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from linkwright.db.base import Base, not_negative


class LearningPool(Base):
    """What is expected of a user who has no evidence yet, for one factor.

    It holds no counts and nobody's id. An arm is in it only when at least a minimum of users
    have tried it, so that neither its name nor its lift is one user's secret.
    """

    __tablename__ = "learning_pools"
    __table_args__ = tuple(not_negative("users", "other_variance", "base_variance", "spread"))

    factor: Mapped[str] = mapped_column(String(50), primary_key=True)
    # By arm: the logarithm of its lift, and the variance of that.
    arms: Mapped[dict[str, Any]]
    # Of what is expected of an arm that is not in it.
    other_variance: Mapped[float]
    # The logarithm of a user's reply rate with a common arm: its mean over users, and its variance.
    base: Mapped[float]
    base_variance: Mapped[float]
    # How far one user's arm is from everybody's, as a standard deviation of the logarithm.
    spread: Mapped[float]
    users: Mapped[int]
    fitted_at: Mapped[datetime]

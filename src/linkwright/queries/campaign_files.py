"""Statements with which an exported campaign finds its place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, Update, and_, bindparam, or_, select, update

from linkwright.db.rows import table
from linkwright.models.contents import AIContent
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.inbound import InboundMessage
from linkwright.models.suppressions import Suppression
from linkwright.models.templates import BacklinkingTemplate
from linkwright.queries.recounts import template_earnings
from linkwright.vocabulary import MatchMethod


def any_between(numbered: Table, low: int, high: int) -> Select[int]:
    """Select a number of that range, if somebody has one."""
    return select(numbered.c.id).where(numbered.c.id.between(low, high)).limit(1)


def templates_named(names: Sequence[str], user_id: int) -> Select[Any]:
    """Select the number, name and owner of templates that the user may use, the oldest of each name."""
    template = table(BacklinkingTemplate)
    mine = or_(template.c.created_by_user_id == user_id, template.c.created_by_user_id.is_(None))
    return (
        select(template.c.id, template.c.name, template.c.created_by_user_id)
        .where(template.c.name.in_(names), mine)
        .order_by(template.c.id.desc())
    )


def messages_received(digests: Sequence[str], user_id: int) -> Select[Any]:
    """Select the number and digest of messages that the user has."""
    message = table(InboundMessage)
    return select(message.c.id, message.c.digest).where(
        message.c.user_id == user_id, message.c.digest.in_(digests)
    )


def contents_kept(digests: Sequence[str], user_id: int) -> Select[str]:
    """Select the digests of texts that the user has."""
    content = table(AIContent)
    return select(content.c.digest).where(content.c.user_id == user_id, content.c.digest.in_(digests))


def match_message() -> Update:
    """Say what a message belongs to that belonged to nothing."""
    message = table(InboundMessage)
    return (
        update(message)
        .where(message.c.id == bindparam("message"), message.c.email_id.is_(None))
        .where(message.c.matched_by == MatchMethod.NONE.value)
        .values(
            campaign_id=bindparam("campaign"),
            email_id=bindparam("email"),
            response_id=bindparam("response"),
            matched_by=bindparam("how"),
        )
    )


def suppressions_like(
    address_hash: bytes, created_at: datetime, *, standing: bool, user_id: int
) -> Select[int]:
    """Select a suppression that says the same: of that moment, or standing like this one."""
    suppression = table(Suppression)
    same = suppression.c.created_at == created_at
    if standing:
        same = or_(same, suppression.c.lifted_at.is_(None))
    return (
        select(suppression.c.id)
        .where(and_(suppression.c.user_id == user_id, suppression.c.address_hash == address_hash), same)
        .limit(1)
    )


def set_parents() -> Update:
    """Say which email another follows."""
    email = table(BacklinkingEmail)
    return update(email).where(email.c.id == bindparam("child")).values(parent_email_id=bindparam("parent"))


def any_template() -> Select[int]:
    """Select a template, if there is one."""
    return select(table(BacklinkingTemplate).c.id).limit(1)


def earnings_of(user_id: int) -> Select[Any]:
    """Select what each of a user's templates is said to have earned, and what it has."""
    template, earned = table(BacklinkingTemplate), template_earnings(user_id)
    names = ("usage_count", "success_rate", "average_response_time")
    return (
        select(
            template.c.id,
            *(template.c[name].label(f"said_{name}") for name in names),
            *(earned.c[name] for name in names),
        )
        .join(earned, earned.c.id == template.c.id)
        .where(template.c.created_by_user_id == user_id)
    )


def set_earnings() -> Update:
    """Say what a template has earned."""
    template = table(BacklinkingTemplate)
    return (
        update(template)
        .where(template.c.id == bindparam("template"))
        .values(
            usage_count=bindparam("uses"),
            success_rate=bindparam("share"),
            average_response_time=bindparam("hours"),
        )
    )

"""Exports of tools that find contacts and send mail: Hunter, and ALwrity's leads, attempts and replies."""

from __future__ import annotations

from typing import Any, Final

from linkwright.errors import InvalidInput
from linkwright.parsing.formats import columns as c
from linkwright.parsing.formats.base import URL_IF_NONE, Facts, Format, prospect_page, shorten_title
from linkwright.parsing.formats.records import Attempt, Record, Reply
from linkwright.parsing.formats.words import email_status, opportunity_status, response_type
from linkwright.parsing.numbers import is_blank

_NAME_LENGTH: Final = 200


def _contact(target: str) -> c.Column:
    """Return a column of addresses in which tools write `n/a` for none."""
    column = c.address(target)
    return c.Column(target, lambda value, name: None if is_blank(value) else column.parse(value, name))


def _utc(target: str) -> c.Column:
    return c.moment(target, assume_utc=True)  # ALwrity stores utcnow() and exports it without a zone


def _finish_hunter(fields: Facts, extra: Facts) -> None:
    names = [name for part in ("first_name", "last_name") if (name := fields.pop(part, None))]
    if names:
        name = " ".join(names)
        if len(name) > _NAME_LENGTH:
            raise InvalidInput("contact_name", f"must be at most {_NAME_LENGTH} characters", name)
        fields["contact_name"] = name
    shorten_title(fields, extra)


HUNTER: Final = Format(
    "hunter",
    "Hunter contacts",
    frozenset({"domainname", "emailaddress"}),
    {
        "domainname": prospect_page(),
        "organization": c.text("extra.organization"),
        "emailaddress": _contact("contact_email"),
        "type": c.text("extra.type"),
        "confidencescore": c.metric("extra.confidence_score"),
        "numberofsources": c.metric("extra.number_of_sources"),
        "firstname": c.text("first_name"),
        "lastname": c.text("last_name"),
        "department": c.text("extra.department"),
        "jobtitle": c.text("extra.job_title"),
    },
    finish=_finish_hunter,
)


def _finish_lead(fields: Facts, extra: Facts) -> None:
    word = fields.pop("status_word", None)
    if word is not None:
        fields["status"] = opportunity_status(word)
        extra["status"] = word
    shorten_title(fields, extra)


ALWRITY_LEADS: Final = Format(
    "alwrity_leads",
    "ALwrity leads",
    frozenset({"leadid", "domain"}),
    {
        "leadid": c.text("extra.lead_id"),
        "campaignid": c.text("extra.campaign_id"),
        "url": prospect_page(),
        "domain": prospect_page(URL_IF_NONE),
        "pagetitle": c.text("title"),
        "snippet": c.text("description", lines=True),
        "email": _contact("contact_email"),
        "status": c.text("status_word"),
        "discoverysource": c.text("extra.discovery_source"),
        "notes": c.text("user_notes", lines=True),
        "createdat": _utc("discovered_at"),
    },
    finish=_finish_lead,
)


def _translate(fields: Facts, word: str, target: str, parse: Any) -> None:
    if word in fields:
        fields[target] = parse(fields[word])


def _build_attempt(_kind: Format, row: int, fields: Facts, _link: Facts, extra: Facts) -> Record:
    _need(fields, "attempt_id", "lead_id")
    _translate(fields, "status_word", "status", email_status)
    return Attempt(row=row, extra=extra, **fields)


def _build_reply(_kind: Format, row: int, fields: Facts, _link: Facts, extra: Facts) -> Record:
    _need(fields, "reply_id", "attempt_id")
    _translate(fields, "classification", "response_type", response_type)
    return Reply(row=row, extra=extra, **fields)


def _need(fields: Facts, *names: str) -> None:
    for name in names:
        if name not in fields:
            raise InvalidInput(name, "must not be empty")


ALWRITY_ATTEMPTS: Final = Format(
    "alwrity_attempts",
    "ALwrity attempts",
    frozenset({"attemptid", "leadid"}),
    {
        "attemptid": c.text("attempt_id", 100),
        "leadid": c.text("lead_id", 100),
        "campaignid": c.text("campaign_id", 100),
        "senderemail": _contact("sender_email"),
        "subject": c.text("subject"),
        "body": c.text("body", lines=True),
        "messageid": c.text("message_id"),
        "status": c.text("status_word"),
        "sentat": _utc("sent_at"),
        "createdat": _utc("created_at"),
    },
    build=_build_attempt,
)
ALWRITY_REPLIES: Final = Format(
    "alwrity_replies",
    "ALwrity replies",
    frozenset({"replyid", "attemptid"}),
    {
        "replyid": c.text("reply_id", 100),
        "attemptid": c.text("attempt_id", 100),
        "fromemail": _contact("from_email"),
        "subject": c.text("subject"),
        "body": c.text("body", lines=True),
        "classification": c.text("classification"),
        "receivedat": _utc("received_at"),
    },
    build=_build_reply,
)

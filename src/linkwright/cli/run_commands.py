"""The commands by which a person does what a run leaves to them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Final

from linkwright.jobs.run_report import Errand, RunReport

_BY_PROSPECT: Final[Mapping[str, tuple[str, str]]] = {
    "Check the link": ("link {id} URL", "once you have seen the link"),
    "Judge the prospect": ("qualify {id}", "or reject it, with --reason"),
    "Letter held back": ("show {id}", "what is known of it"),
    "Find an address": ("contact {id} ADDRESS", "once you have found it"),
}


def id_of(errand: Errand) -> str:
    """Return the id that the commands of an errand take; a message that belongs to no letter has an m."""
    if errand.response_id is not None:
        return str(errand.response_id)
    if errand.inbound_id is not None:
        return f"m{errand.inbound_id}"
    return str(errand.email_id or errand.opportunity_id or "")


def commands(report: RunReport) -> Iterator[tuple[str, str]]:
    """Yield commands for the kinds of errands there are, each for the first of its kind, and what for."""
    first: dict[str, Errand] = {}
    for errand in report.errands:
        first.setdefault(errand.what, errand)
    answer = next((one for one in report.errands if one.response_id is not None), None)
    if answer is not None:
        yield f"linkwright inbox show {answer.response_id}", "read it whole, then answer by mail"
        yield f"linkwright inbox review {answer.response_id}", "you have; --as KIND if it was read wrongly"
    if (message := first.get("Match a message")) is not None:
        yield f"linkwright inbox match {id_of(message)} LETTER_ID", "to the letter that it answers"
        yield f"linkwright inbox dismiss {id_of(message)}", "if it needs nothing"
    if (stuck := first.get("Settle a letter")) is not None:
        yield f"linkwright letters show {stuck.email_id}", "why it did not leave"
    if (draft := first.get("Approve the letter")) is not None:
        yield f"linkwright letters show {draft.email_id}", "read it"
        yield f"linkwright letters approve {draft.email_id}", "or cancel it"
        whole = f"linkwright letters approve --all-drafts -c {shlex.quote(report.campaign)}"
        yield whole, f"all {report.errand_counts[draft.what]:,}"
    if (letter := first.get("Send the letter", draft)) is not None:
        yield f"linkwright letters sent {letter.email_id}", "once you have sent it from your mailbox"
    if number := report.prospects.get("qualified"):
        listed = f"linkwright prospects list -c {shlex.quote(report.campaign)} --status qualified"
        yield listed, f"{number:,} still to be approved"
    for what, (words, meaning) in _BY_PROSPECT.items():
        if what in first:
            yield f"linkwright prospects {words.format(id=first[what].opportunity_id)}", meaning

"""The names a template may use in a campaign, so that a typing error is found before any letter.

`{{ title }}` and the other plain names are the prospect's; `sender.` is the [sender] table of
the campaign file, `campaign.` the campaign itself.
"""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

PROSPECT_NAMES = frozenset(
    {
        "url",
        "domain",
        "title",
        "description",
        "contact_email",
        "contact_name",
        "first_name",
        "primary_topics",
        "content_categories",
        "writing_tone",
        "submission_guidelines",
        "word_count_min",
        "word_count_max",
        "submission_deadline",
        "domain_authority",
    }
)
CAMPAIGN_NAMES = frozenset({"name", "keyword", "keywords", "content_pillars", "target_industries"})
FOLLOW_UP_NAMES = frozenset({"previous_subject", "previous_sent_on", "days_since"})


def known_names(sender_names: Iterable[str], *, follow_up: bool) -> frozenset[str]:
    """Return every name that a template of this campaign may use."""
    names = PROSPECT_NAMES | {f"campaign.{name}" for name in CAMPAIGN_NAMES}
    names |= {f"sender.{name}" for name in sender_names}
    return names | FOLLOW_UP_NAMES if follow_up else names


def unknown_name_rule(name: str, known: Collection[str]) -> str:
    """Say that nothing is called `name`, and what may have been meant, or how to make such a name.

    >>> unknown_name_rule("sender.phone", ["sender.name", "title"])
    "nothing is called {{ sender.phone }}; phone = '...' in [sender] makes it"
    """
    said = f"nothing is called {{{{ {name} }}}}"
    if name in FOLLOW_UP_NAMES:
        return f"{said} in a first letter: there is no letter before it"
    table, dot, key = name.rpartition(".")
    # Compared without their table, or all names of one table would be near.
    members = [one.removeprefix(f"{table}.") for one in known if one.rpartition(".")[0] == table]
    near = get_close_matches(key, sorted(members), n=1, cutoff=0.6)
    if near:
        return f"{said}; did you mean {table + dot + near[0]!r}?"
    if table == "sender":
        return f"{said}; {key} = '...' in [sender] makes it"
    return said if table else f"{said}; {key} = '...' in [sender] makes {{{{ sender.{key} }}}}"


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return "; did you mean 'x'?" or nothing.

    >>> did_you_mean("keyword", ["keywords", "name"])
    "; did you mean 'keywords'?"
    """
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""

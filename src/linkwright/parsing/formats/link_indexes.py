"""Exports of link indexes: pages that link somewhere, each a page that might link again.

Their dates and times are UTC, by their own documentation, and some leave that out. Whether a target is
ours or a rival's they do not know, so a link of theirs never makes a prospect `published`.
"""

from __future__ import annotations

from typing import Final

from linkwright.errors import InvalidInput
from linkwright.parsing import values
from linkwright.parsing.formats import columns as c
from linkwright.parsing.formats.base import Facts, Format, prospect_page, shorten_title

_AUTHORITY: Final = "authority"


def _seen(target: str) -> c.Column:
    return c.moment(f"link.{target}", assume_utc=True, lenient=True)


def _flag(target: str) -> c.Column:
    return c.flag(f"link.{target}", lenient=True)


def _authority(name: str) -> c.Column:
    """Return the column of an authority from 0 to 100 whose exact value goes to `extra` under `name`."""

    def parse(value: object, _name: str) -> tuple[str, float] | None:
        if values.is_blank(value):
            return None
        return name, values.parse_float(value, field="domain_authority", low=0, high=100)

    return c.Column(_AUTHORITY, parse)


def _finish(fields: Facts, extra: Facts) -> None:
    shorten_title(fields, extra)
    found = fields.pop(_AUTHORITY, None)
    if found is not None:
        name, exact = found
        fields["domain_authority"] = round(exact)  # the column holds whole numbers
        extra[name] = int(exact) if exact.is_integer() else exact


def _spam(value: object, name: str) -> float | None:
    """Return Moz's percentage as a share; it writes -1 where it has none."""
    if values.is_blank(value):
        return None
    try:
        if values.parse_float(value, field=name) == -1:
            return None
    except InvalidInput:
        pass
    return values.parse_ratio(value, field=name)


def _moz_finish(fields: Facts, extra: Facts) -> None:
    _finish(fields, extra)
    if "spam_score" in fields:
        extra["spam_score_percent"] = round(100 * fields["spam_score"], 6)


SEARCH_CONSOLE_LINKS: Final = Format(
    "search_console_links",
    "Google Search Console, latest links",
    frozenset({"linkingpage"}),
    {"linkingpage": prospect_page(), "lastcrawled": _seen("last_seen")},
)
SEARCH_CONSOLE_SITES: Final = Format(
    "search_console_sites",
    "Google Search Console, top linking sites",
    frozenset({"site", "linkingpages"}),
    {
        "site": prospect_page(),
        "linkingpages": c.metric("extra.linking_pages"),
        "targetpages": c.metric("extra.target_pages"),
    },
)
AHREFS: Final = Format(
    "ahrefs",
    "Ahrefs backlinks",
    frozenset({"referringpageurl", "targeturl"}),
    {
        "referringpagetitle": c.text("title"),
        "referringpageurl": prospect_page(),
        "referringpagehttpcode": c.metric("extra.http_code"),
        "domainrating": _authority("domain_rating"),
        "ur": c.metric("extra.url_rating"),
        "domaintraffic": c.metric("extra.domain_traffic"),
        "pagetraffic": c.metric("extra.page_traffic"),
        "targeturl": c.page("link.target", lenient=True),
        "anchor": c.text("link.anchor"),
        "nofollow": _flag("nofollow"),
        "ugc": _flag("ugc"),
        "sponsored": _flag("sponsored"),
        "firstseen": _seen("first_seen"),
        "lastseen": _seen("last_seen"),
        "lost": _seen("lost_at"),
    },
    authority_source="ahrefs_domain_rating",
    finish=_finish,
)
SEMRUSH: Final = Format(
    "semrush",
    "Semrush backlinks",
    frozenset({"sourceurl", "targeturl", "pageascore"}),
    {
        # A score of the page, not of the domain: kept beside, never as domain_authority.
        "pageascore": c.metric("extra.page_ascore"),
        "sourcetitle": c.text("title"),
        "sourceurl": prospect_page(),
        "targeturl": c.page("link.target", lenient=True),
        "anchor": c.text("link.anchor"),
        "externallinks": c.metric("extra.external_links"),
        "internallinks": c.metric("extra.internal_links"),
        "nofollow": _flag("nofollow"),
        "sponsored": _flag("sponsored"),
        "ugc": _flag("ugc"),
        "text": c.flag("extra.text", lenient=True),
        "frame": c.flag("extra.frame", lenient=True),
        "form": c.flag("extra.form", lenient=True),
        "image": c.flag("extra.image", lenient=True),
        "sitewide": c.flag("extra.sitewide", lenient=True),
        "firstseen": _seen("first_seen"),
        "lastseen": _seen("last_seen"),
        "newlink": c.flag("extra.new_link", lenient=True),
        "lostlink": _flag("lost"),
    },
    finish=_finish,
)
MOZ: Final = Format(
    "moz",
    "Moz links",
    frozenset({"url", "domainauthority", "pageauthority"}),
    {
        "url": prospect_page(),
        "title": c.text("title"),
        "anchortext": c.text("link.anchor"),
        "spamscore": c.Column("spam_score", _spam),
        "pageauthority": c.metric("extra.page_authority"),
        "domainauthority": _authority("domain_authority"),
        "numberofdomainslinkingtothispage": c.metric("extra.domains_linking_to_page"),
        "numberofdomainslinkingtodomain": c.metric("extra.domains_linking_to_domain"),
        "origin": c.text("extra.origin"),
        "targeturl": c.page("link.target", lenient=True),
        "onlyrelnofollow": _flag("nofollow"),
    },
    authority_source="moz_domain_authority",
    finish=_moz_finish,
)
MAJESTIC: Final = Format(
    "majestic",
    "Majestic backlinks",
    frozenset({"sourceurl", "targeturl", "anchortext"}),
    {
        "targeturl": c.page("link.target", lenient=True),
        "sourceurl": prospect_page(),
        "anchortext": c.text("link.anchor"),
        "sourcecrawldate": _seen("last_seen"),
        "sourcefirstfounddate": _seen("first_seen"),
        "datelost": _seen("lost_at"),
        "flagnofollow": _flag("nofollow"),
        "flagimagelink": c.flag("extra.image_link", lenient=True),
        "flagredirect": c.flag("extra.redirect", lenient=True),
        "flagframe": c.flag("extra.frame", lenient=True),
        "flagoldcrawl": c.flag("extra.old_crawl", lenient=True),
        "flagalttext": c.flag("extra.alt_text", lenient=True),
        "flagmention": c.flag("extra.mention", lenient=True),
        "sourcecitationflow": c.metric("extra.source_citation_flow"),
        "sourcetrustflow": _authority("source_trust_flow"),
        "targetcitationflow": c.metric("extra.target_citation_flow"),
        "targettrustflow": c.metric("extra.target_trust_flow"),
    },
    authority_source="majestic_source_trust_flow",
    finish=_finish,
)

"""Web addresses, one spelling per page.

Parsing follows the WHATWG rules (`ada-url`), so an address means here what it means in a browser.
A bulk insert asks this for every row, hence the fast path: an address that is already canonical
is recognised by one regular expression and handed back. The slow path is the definition; a property
test holds the two together.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from ada_url import normalize_url
from publicsuffixlist import PublicSuffixList

from linkwright.errors import InvalidInput
from linkwright.parsing.shared_hosts import PATH_HOSTS, SITE_ITSELF, SUBDOMAIN_HOSTS

MAX_URL: Final = 2048
MAX_HOST: Final = 253
MAX_LABEL: Final = 63
_MAX_RAW: Final = 4 * MAX_URL  # tracking parameters and fragments may still fall away

# Names that never lead to somebody's public site. `example` and `test` pass: documents use them.
_PRIVATE_NAMES: Final = frozenset(
    {"localhost", "local", "internal", "lan", "intranet", "invalid", "onion", "arpa"}
)

_SEGMENT = r"[A-Za-z0-9_~!$&'()*+,;=:@.-]"
_CANONICAL = re.compile(
    r"https?://((?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*)"  # no port, and no last label that reads as a number
    rf"((?:/(?:(?!\.){_SEGMENT}+)?)+)?"  # a segment that begins with a dot may be `..`: the slow path decides
    r"(\?[A-Za-z0-9_~!$&()*+,;=:@./?-]+)?"
)
_TRACKING_NAMES: Final = (
    "utm_[a-z0-9_]*|gclid|gclsrc|dclid|gbraid|wbraid|gad_source|gad_campaignid|srsltid|fbclid|msclkid|ttclid|twclid|"
    "yclid|ysclid|igshid|igsh|li_fat_id|epik|rdt_cid|sccid|irclickid|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|"
    "__hssc|__hstc|__hsfp|hsctatracking|vero_id|vero_conv|oly_anon_id|oly_enc_id|_openstat|wickedid|"
    "_ga|_gl|s_cid|ml_subscriber|ml_subscriber_hash|rb_clickid|_branch_match_id|_branch_referrer|_kx"
)
_TRACKING = re.compile(rf"(?:^|[?&])(?:{_TRACKING_NAMES})(?:=|&|$)", re.IGNORECASE)
_TRACKING_PARAMETER = re.compile(rf"(?:{_TRACKING_NAMES})(?:=.*)?", re.IGNORECASE | re.DOTALL)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_PORT_AND_REST = re.compile(r"\d{1,5}(?:[/?#].*)?", re.DOTALL)
# An escape that stands behind a dangling `%` or `%4` is left alone: decoding it could make a new
# escape out of the pieces, and then canonical(canonical(x)) would differ from canonical(x).
_ESCAPE = re.compile(r"(?<!%)(?<!%[0-9A-Fa-f])%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_HOST_CHARACTERS = re.compile(r"[a-z0-9_.-]+")


def canonical_url(text: object, *, field: str = "url") -> str:
    """Return the one spelling of the web page that `text` names.

    Scheme and host are lower-case, international names punycode; default port, fragment, trailing dot
    of the host and tracking parameters are gone; escapes of plain characters are undone. Path and
    query keep their order and letter case, `http` stays `http`, and `example.com/x` gets `https://`.

    >>> canonical_url("HTTPS://Example.com:443/a?utm_source=x&b=1#top")
    'https://example.com/a?b=1'

    Raises:
        InvalidInput: not http or https, a user or password in it, an IP address, a host without a dot,
            a private name, control characters or lone surrogates, or more than 2,048 characters.
    """
    return canonical_page(text, field=field)[0]


def canonical_page(text: object, *, field: str = "url") -> tuple[str, str]:
    """Return the canonical URL and its domain together: what one prospect needs, in one pass.

    Raises:
        InvalidInput: as `canonical_url`.
    """
    if isinstance(text, str) and len(text) < MAX_URL and (match := _CANONICAL.fullmatch(text)) is not None:
        host, path, query = match.groups()
        domain = _plain_domain(host)
        if domain is not None and (query is None or _TRACKING.search(query) is None):
            if path is not None:
                return text, domain
            if query is None:
                return text + "/", domain
    url = _parse(text, field)
    return url, domain_of(url)


def domain_of(url: str) -> str:
    """Return the host of a canonical URL, without port and without `www.`.

    >>> domain_of("https://www.example.com/a")
    'example.com'
    """
    return _domain(url.split("/", 3)[2].partition(":")[0])


@lru_cache(maxsize=65_536)
def registered_domain(host: str) -> str:
    """Return the part of a host that somebody registered, or the site on a host that many share.

    A host that is itself a public suffix stands for itself.

    >>> registered_domain("shop.example.co.uk"), registered_domain("a.jane.wordpress.com")
    ('example.co.uk', 'jane.wordpress.com')
    """
    labels = host.split(".")
    for start in range(1, len(labels) - 1):
        if ".".join(labels[start:]) in SUBDOMAIN_HOSTS:
            owner = labels[start - 1] in SITE_ITSELF
            return ".".join(labels[start if owner else start - 1 :])
    if host in SUBDOMAIN_HOSTS:
        return host
    return _suffixes().privatesuffix(host) or host


def site_of(url: str) -> str:
    """Return the site of a canonical URL: a registered domain, or the tenant of a shared host.

    Two pages of one site have one owner, so a campaign that wrote to one need not write to the other.

    >>> site_of("https://medium.com/@jane/a-story"), site_of("https://news.example.com/a")
    ('medium.com/@jane', 'example.com')
    """
    domain = domain_of(url)
    depth = PATH_HOSTS.get(domain)
    if depth is None:
        return registered_domain(domain)
    path = url.partition("?")[0].split("/", 3)[3]
    segments = [segment for segment in path.split("/") if segment][:depth]
    return "/".join([domain, *segments])


def _parse(text: object, field: str) -> str:
    """Return the canonical URL by the book; `canonical_page` only takes short cuts to the same answer."""
    href = _href(_with_scheme(_readable(text, field), field), text, field)
    scheme, _, rest = href.partition("://")
    authority, _, tail = rest.partition("/")
    if "@" in authority:
        raise InvalidInput(field, "must not carry a user name or a password", text)
    if authority.startswith("["):
        raise InvalidInput(field, "must name a site, not an IP address", text)
    host, colon, port = authority.partition(":")
    host = host.removesuffix(".")
    rule = _broken_host_rule(host)
    if rule is None and _HOST_CHARACTERS.fullmatch(host) is None:
        rule = "must have a host name of letters, digits, dots and hyphens"
    if rule is not None:
        raise InvalidInput(field, rule, text)
    tail = tail.partition("#")[0]
    if "%" in tail:
        tail = _ESCAPE.sub(_plain_escape, tail)
    path, _, query = tail.partition("?")
    if query and _TRACKING.search(query) is not None:
        query = "&".join(part for part in query.split("&") if _TRACKING_PARAMETER.fullmatch(part) is None)
    url = f"{scheme}://{host}{colon}{port}/{path}" + (f"?{query}" if query else "")
    if len(url) > MAX_URL:
        raise InvalidInput(field, f"must be at most {MAX_URL} characters", text)
    return url


def _readable(text: object, field: str) -> str:
    if not isinstance(text, str):
        raise InvalidInput(field, "must be text", text)
    stripped = text.strip()
    if not stripped:
        raise InvalidInput(field, "must not be empty", text)
    if len(stripped) > _MAX_RAW:
        raise InvalidInput(field, f"must be at most {MAX_URL} characters", text)
    # Browsers drop tabs and newlines inside an address; here they mean that two cells ran together.
    if _CONTROL.search(stripped) is not None:
        raise InvalidInput(field, "must not contain control characters", text)
    if _SURROGATE.search(stripped) is not None:
        raise InvalidInput(field, "must not contain lone surrogates", text)
    return stripped


def _with_scheme(text: str, field: str) -> str:
    match = _SCHEME.fullmatch(text)
    if match is None:
        if text.startswith("//"):
            return "https:" + text
        if text[0] in "/\\?#":
            raise InvalidInput(field, "must name a site, not only a path", text)
        if "@" in text and "/" not in text:
            raise InvalidInput(field, "must be a web address, not an email address", text)
        return "https://" + text
    scheme, rest = match[1].lower(), match[2]
    if scheme in {"http", "https"}:
        return text
    if ("." in scheme or scheme == "localhost") and _PORT_AND_REST.fullmatch(rest) is not None:
        return "https://" + text  # example.com:8080/x
    raise InvalidInput(field, "must be an http or https address", text)


def _href(address: str, text: object, field: str) -> str:
    try:
        return normalize_url(address)
    except ValueError:
        raise InvalidInput(field, "must be a valid web address", text) from None


def _plain_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _broken_host_rule(host: str) -> str | None:
    """Return the rule that a lower-case ASCII host breaks, or None."""
    labels = host.split(".")
    if labels[-1].isdigit():
        return "must name a site, not an IP address"
    if labels[-1] in _PRIVATE_NAMES:
        return "must name a public site"
    if len(labels) == 1:
        return "must name a site with a dot in it, like example.com"
    if len(host) > MAX_HOST or "" in labels or max(map(len, labels)) > MAX_LABEL:
        return "must have a host name of at most 253 characters, 1 to 63 between the dots"
    return None


@lru_cache(maxsize=65_536)
def _plain_domain(host: str) -> str | None:
    """Return the domain of a host that needs no rewriting, or None for one that the slow path must see."""
    return None if "xn--" in host or _broken_host_rule(host) is not None else _domain(host)


def _domain(host: str) -> str:
    return host[4:] if host.startswith("www.") and host.count(".") > 1 else host


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # 10,000 rules; read when first asked for

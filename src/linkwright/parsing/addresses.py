"""Mail addresses: the form we store, and the form in which aliases of one mailbox are equal.

`email-validator` decides, without asking the DNS. It takes some 40 microseconds, so addresses of
letters, digits, dots, hyphens, underscores and pluses, which nearly all are, pass by a regular
expression that accepts only what it accepts; a property test holds the two together.
"""

from __future__ import annotations

import re
from typing import Final

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from linkwright.errors import InvalidInput

MAX_ADDRESS: Final = 254
_MAX_MAILBOX: Final = 1_000  # a display name and an address; more is not one mailbox

_PLAIN = re.compile(
    r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)"
    r"@((?:(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63})"
)
_RESERVED_ENDINGS: Final = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)
# RFC 2142: Info@ and info@ are one mailbox everywhere.
_ROLES: Final = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

# domain -> (the domain its aliases share, whether dots in the name are ignored).
# Only where the provider itself says so: a wrong guess would merge two people.
_TAGGED: Final = {
    "gmail.com": ("gmail.com", True),
    "googlemail.com": ("gmail.com", True),
    "outlook.com": ("outlook.com", False),
    "hotmail.com": ("hotmail.com", False),
    "live.com": ("live.com", False),
    "msn.com": ("msn.com", False),
    "fastmail.com": ("fastmail.com", False),
    "fastmail.fm": ("fastmail.fm", False),
    "icloud.com": ("icloud.com", False),
    "me.com": ("icloud.com", False),
    "mac.com": ("icloud.com", False),
    "proton.me": ("proton.me", False),
    "protonmail.com": ("proton.me", False),
    "protonmail.ch": ("proton.me", False),
    "pm.me": ("proton.me", False),
    "hey.com": ("hey.com", False),
    "zoho.com": ("zoho.com", False),
    "mailbox.org": ("mailbox.org", False),
    "posteo.de": ("posteo.de", False),
    "posteo.net": ("posteo.net", False),
    "runbox.com": ("runbox.com", False),
    "pobox.com": ("pobox.com", False),
    "yandex.com": ("yandex.ru", False),
    "yandex.ru": ("yandex.ru", False),
    "ya.ru": ("yandex.ru", False),
}


def parse_address(text: object, *, field: str = "email") -> str:
    """Return the address in `text` as it is stored: ASCII, with a lower-case domain.

    A display name (`Jane <jane@example.com>`) and `mailto:` are cut off. International domains become
    punycode. The part before the @ keeps its letter case, except for role names such as `Info`.

    Raises:
        InvalidInput: not an address, more than 254 characters, a name or domain that cannot get mail
            from outside, or non-ASCII letters before the @.
    """
    if isinstance(text, str) and len(text) <= MAX_ADDRESS and (match := _PLAIN.fullmatch(text)) is not None:
        local, domain = match.groups()
        domain = domain.lower()
        if not domain.endswith(_RESERVED_ENDINGS):
            return f"{local.lower() if local.lower() in _ROLES else local}@{domain}"
    return parse_mailbox(text, field=field)[1]


def parse_mailbox(text: object, *, field: str = "email") -> tuple[str | None, str]:
    """Return the display name (or None) and the address of one mailbox.

    >>> parse_mailbox('"Doe, Jane" <jane@Example.com>')
    ('Doe, Jane', 'jane@example.com')

    Raises:
        InvalidInput: as `parse_address`.
    """
    if not isinstance(text, str):
        raise InvalidInput(field, "must be text", text)
    mailbox = text.strip()
    if not mailbox:
        raise InvalidInput(field, "must not be empty", text)
    if len(mailbox) > _MAX_MAILBOX:
        raise InvalidInput(field, f"must be at most {MAX_ADDRESS} characters", text)
    if _CONTROL.search(mailbox) is not None:
        raise InvalidInput(field, "must not contain control characters or lone surrogates", text)
    name: str | None = None
    if mailbox.endswith(">") and "<" in mailbox:
        before, _, mailbox = mailbox[:-1].rpartition("<")
        name = _display_name(before)
    if mailbox[:7].lower() == "mailto:":
        mailbox = mailbox[7:].partition("?")[0]
    return name, _validated(mailbox.strip(), text, field)


def address_key(address: str) -> str:
    """Return the form in which two spellings of one mailbox are equal, for suppression and matching.

    Lower case; the `+tag` is cut at providers that ignore it, dots at Gmail, and twin domains
    (googlemail.com, me.com, pm.me, ...) are one. At any other domain `a+b` stays `a+b`: there it may
    be somebody else.

    >>> address_key("J.Doe+links@googlemail.com")
    'jdoe@gmail.com'
    """
    local, at, domain = address.strip().lower().rpartition("@")
    provider = _TAGGED.get(domain)
    if provider is not None:
        domain, dots_ignored = provider
        # A name that begins with the plus has nothing before the tag to stand for the mailbox.
        local = local.partition("+")[0] or local
        if dots_ignored:
            local = local.replace(".", "") or local
    return f"{local}{at}{domain}"


def domains_of_mailbox(address: str) -> tuple[str, ...]:
    """Return the domains under which a mailbox has other spellings than its own; none at most providers.

    >>> domains_of_mailbox("jdoe@gmail.com")
    ('gmail.com', 'googlemail.com')
    """
    known = _TAGGED.get(address.strip().lower().rpartition("@")[2])
    if known is None:
        return ()
    return tuple(domain for domain, (shared, _) in _TAGGED.items() if shared == known[0])


def ignores_dots(address: str) -> bool:
    """Say whether the provider of a mailbox ignores dots before the @.

    >>> ignores_dots("j.doe@gmail.com"), ignores_dots("j.doe@outlook.com")
    (True, False)
    """
    known = _TAGGED.get(address.strip().lower().rpartition("@")[2])
    return known is not None and known[1]


def _validated(address: str, text: object, field: str) -> str:
    local, at, _ = address.rpartition("@")
    if at and not local.isascii():
        raise InvalidInput(field, "must have only ASCII characters before the @", text)
    try:
        valid = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise InvalidInput(field, _rule(str(error)), text) from None
    except (ValueError, IndexError):  # the IDNA tables below it raise these on some junk
        raise InvalidInput(field, "must be a valid email address", text) from None
    if valid.ascii_email is None or len(valid.ascii_email) > MAX_ADDRESS:
        raise InvalidInput(field, f"must be at most {MAX_ADDRESS} ASCII characters", text)
    return valid.ascii_email


def _rule(sentence: str) -> str:
    """Return the validator's sentence in the shape of our rules: it follows the field's name."""
    return f"must be a valid email address: {sentence[:1].lower()}{sentence[1:].rstrip('.')}"


def _display_name(text: str) -> str | None:
    name = text.strip()
    if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = re.sub(r"\\(.)", r"\1", name[1:-1]).strip()
    return name or None

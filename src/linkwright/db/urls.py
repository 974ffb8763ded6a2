"""The database's URL: read once, here, and refused with words that leave its password out."""

from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from linkwright.errors import InvalidInput

_FIELD: Final = "database_url"
_LOOKS: Final = "must look like sqlite:///file.db or postgresql://user@host/name"
_LAST_PORT: Final = 65_535
# What libpq calls `sslmode`, asyncpg calls `ssl`; people copy the first from their hosting provider.
_SSL: Final = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
_OPTIONS: Final = frozenset({"sslmode", "ssl", "host", "port", "prepared_statement_cache_size"})


def async_url(text: str) -> URL:
    """Return the URL with its asynchronous driver.

    Raises:
        InvalidInput: it is not a URL of SQLite or PostgreSQL. The message leaves the URL
            out, because it may hold a password.
    """
    if not str(text).isprintable():
        raise InvalidInput(_FIELD, _LOOKS)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise InvalidInput(_FIELD, _LOOKS) from None
    match url.get_backend_name():
        case "sqlite":
            return _sqlite(url)
        case "postgresql" | "postgres":
            return _postgresql(url)
        case other:
            raise InvalidInput(_FIELD, "must be of SQLite or PostgreSQL", other)


def _sqlite(url: URL) -> URL:
    if not url.database or url.database == ":memory:":
        raise InvalidInput(_FIELD, "must name a file, such as sqlite:///linkwright.db")
    if url.host:
        rule = "must have three slashes before the file, and four before an absolute path"
        raise InvalidInput(_FIELD, rule)
    if url.query:
        raise InvalidInput(_FIELD, "must be a file alone: SQLite has no options here", min(url.query))
    return url.set(drivername="sqlite+aiosqlite")


def _postgresql(url: URL) -> URL:
    if "@" in f"{url.host}{url.database}":
        # The password ended at its own @, so a part of it was read as the host.
        raise InvalidInput(_FIELD, "must have each @ in the password written as %40")
    for option in sorted(url.query):
        if option not in _OPTIONS:
            rule = f"has an option that is not known; there are {', '.join(sorted(_OPTIONS))}"
            raise InvalidInput(_FIELD, rule, option)
    if url.port is not None and not 0 < url.port <= _LAST_PORT:
        raise InvalidInput(_FIELD, f"must have a port from 1 to {_LAST_PORT}", url.port)
    mode = url.query.get("sslmode", url.query.get("ssl"))
    if mode is not None:
        if mode not in _SSL:
            raise InvalidInput(_FIELD, f"must have an sslmode of {', '.join(sorted(_SSL))}", mode)
        url = url.difference_update_query(["sslmode", "ssl"]).update_query_dict({"ssl": mode})
    url = url.set(drivername="postgresql+asyncpg")
    try:
        url.get_dialect()().create_connect_args(url)
    except (ArgumentError, ValueError):
        raise InvalidInput(_FIELD, _LOOKS) from None
    return url

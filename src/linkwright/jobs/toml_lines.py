"""Which line of a TOML file a key stands on.

`tomllib` forgets where it found a value, and "campaign.toml: limits.max_emails_per_day must be
at least 1" is much easier to act on with a line. This reads the text a second time, only to
place an error, and falls back to the nearest key around it.
"""

import re

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_LONG_QUOTE = re.compile(r'"""|' + "'''")


def line_of(text: str, path: Path) -> int | None:
    r"""Return the line of the key at `path`, of the nearest key that holds it, or None.

    >>> line_of("[a]\nb = 1\n[[c]]\n[[c]]\nd = 2", ("c", 1, "d"))
    5
    """
    lines = _lines(text)
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


def line_inside(text: str, key: int, line: int) -> int:
    r"""Return where a line of a text stands, whose key is on line `key`.

    >>> line_inside("a = '''\nb\nc'''", 1, 2), line_inside("a = '''b\nc'''", 1, 2)
    (3, 2)
    """
    row = text.split("\n")[key - 1].rstrip()
    quotes = _LONG_QUOTE.findall(row)
    if len(quotes) != 1:  # All of it is on this line, its own line breaks written as \\n.
        return key
    # A break right after the quotes is none of the text.
    return key + line - (0 if row.endswith(quotes[0]) else 1)


def _lines(text: str) -> dict[Path, int]:
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    inside: str | None = None  # the quotes of a text of several lines
    for number, line in enumerate(text.split("\n"), start=1):
        start_inside = inside
        for quotes in _LONG_QUOTE.findall(line):
            inside = quotes if inside is None else None if quotes == inside else inside
        if start_inside is not None:
            continue
        if header := _HEADER.match(line):
            table = _indexed(_parts(header[2]), counts, new_item=header[1] == "[[")
            found.setdefault(table, number)
            found.setdefault(table[:1], number)
        elif key := _KEY.match(line):
            parts = _parts(key[1])
            for length in range(1, len(parts) + 1):
                found.setdefault((*table, *parts[:length]), number)
    return found


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _indexed(parts: Path, counts: dict[Path, int], *, new_item: bool) -> Path:
    """Return `parts` with the position of each array of tables put in, as in ("templates", 0)."""
    path: Path = ()
    for depth, part in enumerate(parts):
        path = (*path, part)
        if new_item and depth == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path

"""Text of strangers, fit for a terminal."""


def plain(value: object, limit: int = 200) -> str:
    """Return a value on one line, without control characters, shortened in the middle of nothing."""
    text = " ".join("".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in str(value)).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"

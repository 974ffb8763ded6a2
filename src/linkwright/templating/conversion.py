"""Plain text as HTML: a finished letter, or a template that still has its holes."""

import re

from jinja2.lexer import TOKEN_DATA
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import escape

_LEXER = SandboxedEnvironment(keep_trailing_newline=True)


def html_from_text(text: str) -> str:
    r"""Return plain text as HTML: a paragraph per blank line, a break per line.

    >>> html_from_text("Hi Ann,\n\nTom & Jo\nsay hello.")
    '<p>Hi Ann,</p>\n<p>Tom &amp; Jo<br>\nsay hello.</p>'
    """
    paragraphs = [part.strip() for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n"))]
    return "\n".join(f"<p>{escape(p)}</p>".replace("\n", "<br>\n") for p in paragraphs if p)


def html_template_from_text(source: str) -> str:
    r"""Return the template of a text body as one of an HTML body; what stands in braces stays as it is.

    A break per line and no paragraphs: an `{% if %}` may begin in one paragraph and end in another.

    >>> html_template_from_text("Tom & {{ name|default('you & me') }}\nsay hello.")
    "Tom &amp; {{ name|default('you & me') }}<br>\nsay hello."

    Raises:
        TemplateSyntaxError: it is no template; see `check_template`.
    """
    pieces = (
        str(escape(words)).replace("\n", "<br>\n") if kind == TOKEN_DATA else words
        for _, kind, words in _LEXER.lex(source)
    )
    return "".join(pieces)

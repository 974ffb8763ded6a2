"""The words of an HTML mail, with its quotations marked so that they can be cut.

The standard library's parser takes quadratic time on unclosed tags: a few hundred kilobytes of
`<a <a <a` stop it for minutes. This reader goes over the text once and never raises.
"""

from __future__ import annotations

import html
import re
from typing import Final

from linkwright.parsing.mail.texts import clean

_LIMIT: Final = 1_000_000
_TOKEN: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})([^<>]*)>|([^<]+)|<")
_COMMENT: Final = re.compile(r"<!--|<!\[CDATA\[|<[!?]")
_HREF: Final = re.compile(r"href\s*=\s*[\"']?(https?://[^\s\"'<>]{1,450})", re.IGNORECASE)
_QUOTE_CLASS: Final = re.compile(
    r"(?:class|id)\s*=\s*[\"']?[^\"'>]*"
    r"(?:gmail_quote|yahoo_quoted|protonmail_quote|zmail_extra|moz-cite-prefix|tutanota_quote)",
    re.IGNORECASE,
)
_SPACES: Final = re.compile(r"[ \t\r\n\f\u00a0]+")
_SILENT: Final = frozenset({"script", "style", "head", "title", "template", "noscript", "svg"})
_PARAGRAPHS: Final = frozenset({"p", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"})
_LINES: Final = frozenset(
    {"div", "br", "tr", "li", "hr", "section", "article", "header", "footer", "dt", "dd"}
)
_EMPTY: Final = frozenset({"br", "hr", "img", "input", "meta", "link", "wbr", "col"})
_MAX_QUOTES: Final = 20
_ATTRIBUTES: Final = 500


class _Page:
    """The lines written so far, and how deep in quotations the reader is."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.words: list[str] = []
        self.mark = ""  # The quotation mark of the last line.
        self.gap = False
        self.quotes: list[tuple[str, int]] = []  # The tag that opened each, and its nested namesakes.
        self.silent = ""
        self.link = ""

    def write(self, text: str) -> None:
        text = _SPACES.sub(" ", html.unescape(text))
        if not self.words or self.words[-1].endswith(" "):
            text = text.lstrip()
        if text:
            self.words.append(text)

    def end_line(self, *, paragraph: bool = False) -> None:
        mark = "> " * min(len(self.quotes), _MAX_QUOTES)
        if line := "".join(self.words).strip():
            if self.gap and self.lines:
                self.lines.append(min(mark, self.mark, key=len).strip())
            self.lines.append(mark + line)
            self.mark, self.gap = mark, False
        self.gap = self.gap or paragraph
        self.words.clear()

    def open(self, tag: str, attributes: str) -> None:
        if tag in _SILENT:
            self.silent = tag
        elif tag == "blockquote" or (tag == "div" and _QUOTE_CLASS.search(attributes)):
            self.end_line(paragraph=True)
            self.quotes.append((tag, 0))
            return
        elif tag == "a" and (address := _HREF.search(attributes)):
            self.link = html.unescape(address[1])
        if self.quotes and self.quotes[-1][0] == tag:
            self.quotes[-1] = (tag, self.quotes[-1][1] + 1)
        if tag in _PARAGRAPHS or tag in _LINES:
            self.end_line(paragraph=tag in _PARAGRAPHS or (tag == "br" and not self.words))
        if tag == "li":
            self.words.append("- ")
        elif tag in {"td", "th"}:
            self.write(" ")

    def close(self, tag: str) -> None:
        if tag == "a" and self.link:
            # A person who writes "it is live here" has put the page into the link.
            if self.link not in "".join(self.words[-3:]):
                self.words.append(f" <{self.link}>")
            self.link = ""
        if tag in _PARAGRAPHS or tag in _LINES:
            self.end_line(paragraph=tag in _PARAGRAPHS)
        if self.quotes and self.quotes[-1][0] == tag:
            if self.quotes[-1][1]:
                self.quotes[-1] = (tag, self.quotes[-1][1] - 1)
            else:
                self.end_line()
                self.quotes.pop()


def html_to_text(source: str) -> str:
    """Return the visible words of `source`, one block per line, quotations behind ">"."""
    page = _Page()
    for token in _TOKEN.finditer(_without_comments(source[:_LIMIT])):
        closing, name, attributes, text = token.groups()
        tag = (name or "").lower()
        if page.silent:
            if closing and tag == page.silent:
                page.silent = ""
        elif text is not None:
            page.write(text)
        elif not tag:
            page.write("<")
        elif closing:
            page.close(tag)
        elif tag in _EMPTY or not attributes.endswith("/"):
            page.open(tag, attributes[:_ATTRIBUTES])
    page.end_line()
    return clean("\n".join(page.lines)).strip()


def _without_comments(source: str) -> str:
    pieces: list[str] = []
    place = 0
    while found := _COMMENT.search(source, place):
        pieces.append(source[place : found.start()])
        ending = {"<!--": "-->", "<![CDATA[": "]]>"}.get(found[0], ">")
        end = source.find(ending, found.end())
        if end < 0:
            # Never closed: the rest may still hold the words of the mail, so only the mark goes.
            return "".join(pieces) + source[found.end() :].replace("<!--", "").replace("<!", "")
        place = end + len(ending)
    return "".join(pieces) + source[place:]

"""HTML as text, also where it is hostile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwright.parsing.mail.html_text import html_to_text


class TestHtmlToText:
    @pytest.mark.parametrize(
        ("source", "text"),
        [
            ("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three"),
            ("a<br>b<br/>c", "a\nb\nc"),
            ("<ul><li>x<li>y</ul>", "- x\n- y"),
            ("<script>bad()</script><style>p{}</style>ok", "ok"),
            ("<!-- gone -->kept<!--[if mso]>no<![endif]-->", "kept"),
            ("<b>bo</b>ld  \n text", "bold text"),
            ("1 < 2 and a<b", "1 < 2 and a<b"),
            ("<a href='https://example.com/x'>https://example.com/x</a>", "https://example.com/x"),
            ("new<blockquote>old<blockquote>older</blockquote></blockquote>", "new\n\n> old\n>\n> > older"),
            ("new<div class='gmail_quote'><div>old</div></div>after", "new\n\n> old\nafter"),
            ("<p>never closed <!-- but kept", "never closed but kept"),
            ("", ""),
        ],
    )
    def test_the_visible_words_come_out(self, source: str, text: str) -> None:
        assert html_to_text(source) == text

    @given(st.text(alphabet=st.sampled_from(list("<>/!-abp&#;='\" \n[]?")), max_size=200))
    def test_no_markup_raises(self, source: str) -> None:
        assert "\x00" not in html_to_text(source)

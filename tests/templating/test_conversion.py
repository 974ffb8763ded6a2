"""A text template as HTML says the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwright.errors import InvalidInput
from linkwright.templating import Rendered, check_template, html_template_from_text, render


class TestHtmlTemplateFromText:
    @pytest.mark.parametrize(
        "source",
        [
            "One < two {% if x > 3 and 'a&b' %}\n\n{{ x }}{% endif %}\n",
            "{# a note & more #}{{ name|default('you & me') }}",
            "{% raw %}{{ & }}{% endraw %}",
            "",
        ],
    )
    def test_leaves_what_stands_in_braces(self, source: str) -> None:
        html = html_template_from_text(source)
        check_template(html)
        assert html.replace("&amp;", "&").replace("&lt;", "<").replace("<br>\n", "\n") == source

    def test_fills_to_the_same_words(self) -> None:
        text = "Tom & {{ name }}\nsay hello."
        letter = render("s", None, html_template_from_text(text), {"name": "Jo & co"})
        assert letter == Rendered("s", None, "Tom &amp; Jo &amp; co<br>\nsay hello.")

    @given(st.text(alphabet="{}%# ab&<>\n'\"|", max_size=40))
    def test_of_any_template_is_a_template(self, source: str) -> None:
        try:
            check_template(source)
        except InvalidInput:
            return
        check_template(html_template_from_text(source))

"""Templates give a whole letter or none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from linkwright.errors import InvalidInput
from linkwright.templating import Missing, Rendered, Value, html_from_text, render


def text_of(body: str, **variables: Value) -> str:
    letter = render("Subject", body, None, variables)
    assert isinstance(letter, Rendered), letter
    assert letter.body_text is not None
    return letter.body_text


def missing(body: str, *, subject: str = "Subject", html: str | None = None, **variables: Value) -> Missing:
    letter = render(subject, body, html, variables)
    assert isinstance(letter, Missing), letter
    return letter


class TestAFilledTemplate:
    def test_has_its_variables_in_all_three_parts(self) -> None:
        letter = render(
            "For {{ site }}", "Hi {{ name }}", "<p>Hi {{ name }}</p>", {"site": "Trail Notes", "name": "Ann"}
        )

        assert letter == Rendered("For Trail Notes", "Hi Ann", "<p>Hi Ann</p>")

    def test_escapes_values_in_html_and_nowhere_else(self) -> None:
        letter = render("{{ x }}", "{{ x }}", "<b>{{ x }}</b>", {"x": "Tom & <Jo>"})

        assert letter == Rendered("Tom & <Jo>", "Tom & <Jo>", "<b>Tom &amp; &lt;Jo&gt;</b>")

    def test_escapes_a_value_that_claims_to_be_html(self) -> None:
        letter = render("Subject", None, "{{ x }}", {"x": Markup("<script>")})

        assert letter == Rendered("Subject", None, "&lt;script&gt;")

    def test_without_html_carries_its_text_as_html(self) -> None:
        letter = render("Subject", "One & two\n\nThree", None, {})

        assert letter == Rendered("Subject", "One & two\n\nThree", "<p>One &amp; two</p>\n<p>Three</p>")

    def test_reaches_into_groups(self) -> None:
        assert (
            text_of("{{ sender.name }}", sender={"name": "Mara", "items": "kept apart from dict.items"})
            == "Mara"
        )
        assert text_of("{{ sender.items }}", sender={"items": "mine"}) == "mine"

    def test_joins_lists_and_prints_numbers_and_days(self) -> None:
        body = "{{ topics|join(', ') }} {{ n }} {{ day }}"
        assert text_of(body, topics=["maps", "huts"], n=3, day=date(2026, 6, 1)) == "maps, huts 3 2026-06-01"

    def test_may_loop(self) -> None:
        body = "{% for t in topics %}{{ t }}{% if not loop.last %}; {% endif %}{% endfor %}"
        assert text_of(body, topics=["maps", "huts"]) == "maps; huts"


class TestAMissingVariable:
    def test_is_listed_with_all_the_others(self) -> None:
        assert missing("{{ b }} {{ sender.title }}", subject="{{ a }}", sender={}).variables == (
            "a",
            "b",
            "sender.title",
        )

    @pytest.mark.parametrize("empty", [None, "", "  \n", [], float("nan")])
    def test_is_also_one_that_is_empty(self, empty: Value) -> None:
        assert missing("Hi {{ name }}", name=empty).variables == ("name",)

    @pytest.mark.parametrize(
        "use",
        [
            "{{ x|upper }}",
            "{{ x|join(', ') }}",
            "{{ 'a' ~ x }}",
            "{{ x + 1 }}",
            "{% for i in x %}{{ i }}{% endfor %}",
            "{{ x|first }}",
            "{{ x|last }}",
            "{{ x.y }}",
            "{{ x > 2 }}",
            "{{ x|int }}",
        ],
    )
    def test_is_noticed_however_it_is_used(self, use: str) -> None:
        assert missing(f"Well. {use}", x=None).variables
        assert missing(f"Well. {use}").variables

    def test_is_called_by_its_own_name_after_a_filter(self) -> None:
        assert missing("{{ topics|first }}", topics=[]).variables == ("topics",)
        assert text_of("{{ topics|first }} {{ topics|last }}", topics=["a", "b", "c"]) == "a c"

    def test_may_be_asked_about_when_it_is_known_and_empty(self) -> None:
        body = "{% if name %}Hi {{ name }}{% else %}Hello{% endif %}"
        assert text_of(body, name=None) == "Hello"
        assert text_of("{{ name or 'Hello' }}", name="") == "Hello"

    def test_may_not_be_asked_about_when_nobody_supplied_it(self) -> None:
        assert missing("{% if nmae %}Hi{% else %}Hello{% endif %}", name="Ann").variables == ("nmae",)

    def test_may_have_a_default(self) -> None:
        assert text_of("Hi {{ name|default('there') }}", name=None) == "Hi there"
        assert text_of("Hi {{ name|default('there') }}") == "Hi there"

    def test_zero_is_a_value(self) -> None:
        assert text_of("{{ n }}", n=0) == "0"


class TestWhatMayNotLeave:
    @pytest.mark.parametrize("value", ["{name}", "{{ name }}", "[First Name]", "*|FNAME|*"])
    def test_a_placeholder_that_came_in_with_a_value(self, value: str) -> None:
        assert value in missing("Hi {{ x }}", x=value).problems[0]

    @pytest.mark.parametrize("value", [True, ["a", "b"], {"a": "b"}])
    def test_a_value_that_only_python_can_read(self, value: Value) -> None:
        assert "cannot print" in missing("{{ x }}", x=value).problems[0]

    @pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r", "\x0b", "\u2028", "\x85"])
    def test_a_subject_of_two_lines(self, breaks: str) -> None:
        letter = missing("Body", subject="Hello {{ t }}", t=f"x{breaks}Bcc: everybody@example.com")
        assert letter.problems == ("subject: must be one line without control characters",)

    def test_a_long_subject(self) -> None:
        assert isinstance(render("x" * 200, "Body", None, {}), Rendered)
        assert missing("Body", subject="x" * 201).problems == ("subject: 201 characters, at most 200",)

    @pytest.mark.parametrize("subject", ["", "  ", "{{ '' }}"])
    def test_an_empty_subject(self, subject: str) -> None:
        assert missing("Body", subject=subject).problems == ("subject: empty",)

    @pytest.mark.parametrize("character", ["\x00", "\x07", "\ud800"])
    def test_a_character_no_database_takes(self, character: str) -> None:
        assert missing("Hi {{ x }}", x=f"a{character}").problems == ("body_text: holds control characters",)

    def test_an_empty_body(self) -> None:
        assert missing(" \n").problems == ("body_text: empty",)
        with pytest.raises(InvalidInput, match="needs a body"):
            render("Subject", None, None, {})


class TestBounds:
    def test_a_value_too_long_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="at most 20,000 characters"):
            render("s", "{{ x }}", None, {"x": "x" * 20_001})

    def test_output_stops_when_it_is_too_long(self) -> None:
        body = "{% for i in items %}" + "x" * 1000 + "{% endfor %}"
        assert missing(body, items=list(range(1000))).problems == (
            "body_text: longer than 200,000 characters",
        )

    def test_joining_a_text_with_itself_stops(self) -> None:
        problems = missing("{{ s|join(s)|join(s) }}", s="x" * 2000).problems
        assert problems == ("body_text: too long to join",)


@given(st.text(max_size=300), st.text(max_size=30))
def test_html_from_text_never_lets_markup_through(text: str, more: str) -> None:
    html = html_from_text(f"{text}\n\n{more}")
    assert "<" not in html.replace("<p>", "").replace("</p>", "").replace("<br>", "")


@given(st.text(max_size=200), st.dictionaries(st.text(max_size=5), st.none() | st.text() | st.integers()))
def test_any_text_is_a_letter_a_list_of_gaps_or_invalid_input(
    source: str, variables: dict[str, Value]
) -> None:
    try:
        letter = render(source, source, source, variables)
    except InvalidInput:
        return
    if isinstance(letter, Rendered):
        assert len(letter.subject) <= 200
        assert letter.subject.splitlines() == [letter.subject]
    else:
        assert letter.variables or letter.problems

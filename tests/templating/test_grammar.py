"""A template says what a letter needs, and nothing that could eat the machine."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwright.errors import InvalidInput
from linkwright.templating import check_template, variables_of


class TestCheckTemplate:
    @pytest.mark.parametrize(
        ("source", "words"),
        [
            ("{{ 'a' * 1000000000 }}", "multiplication"),
            ("{{ 2 ** 99999 }}", "\\*\\*"),
            ("{{ '%9999999999d' % 1 }}", "may not use %"),
            ("{% for i in range(10) %}x{% endfor %}", "calling a function"),
            ("{{ ''.join(x) }}", "calling a function"),
            ("{{ x|center(1000000000) }}", "no filter 'center'"),
            ("{{ x|safe }}", "no filter 'safe'"),
            ("{{ x|attr('__class__') }}", "no filter 'attr'"),
            ("{% set x = x ~ x %}", "set"),
            ("{% include 'x' %}", "include"),
            ("{% import 'x' as y %}", "import"),
            ("{% macro m() %}{% endmacro %}", "macro"),
            ("{% autoescape false %}{{ x }}{% endautoescape %}", "autoescape"),
            ("{% for a in x %}{% for b in x %}{% endfor %}{% endfor %}", "another loop"),
            ("{% for a in x recursive %}{% endfor %}", "another loop"),
            ("{{ x is callable }}", "no test 'callable'"),
            ("{{ x", "line 1: not a template"),
            ("one\ntwo {% if %}", "line 2: not a template"),
            ("{% unknown %}", "not a template"),
            ("{{ " + "9" * 5000 + " }}", "not a template"),
            ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "nested too deeply"),
            ("{{ " + "+".join("x" * 60) + " }}", "nested more than 40 deep"),
            ("x" * 100_001, "at most 100,000 characters"),
        ],
    )
    def test_refuses(self, source: str, words: str) -> None:
        with pytest.raises(InvalidInput, match=words) as refused:
            check_template(source, field="body_template_text")
        assert refused.value.field == "body_template_text"

    @pytest.mark.parametrize(
        "source", ["", "{{ a.__class__.__mro__ }}", "{% if a %}{{ b|title }}{% elif c %}{% endif %}"]
    )
    def test_accepts_what_is_harmless(self, source: str) -> None:
        check_template(source)

    @given(st.text(alphabet="{}%#x '|.()[]+*-is fornd1\n", max_size=60))
    def test_never_fails_in_another_way(self, source: str) -> None:
        with contextlib.suppress(InvalidInput):
            check_template(source)


class TestVariablesOf:
    def test_lists_names_and_the_members_reached_for(self) -> None:
        source = "{% if a.b %}{{ c|default(d) }}{% endif %}{{ a.e.f }}{{ a }}"
        assert variables_of(source) == {"a.b", "c", "d", "a.e.f", "a"}

    def test_leaves_out_what_the_template_makes_itself(self) -> None:
        assert variables_of("{% for t in topics %}{{ t }}{{ loop.index }}{% endfor %}") == {"topics"}

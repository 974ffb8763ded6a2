"""Hosts in their own letters, unless these are made to deceive."""

import pytest

from linkwright.parsing.readable import readable


class TestReadable:
    @pytest.mark.parametrize(
        ("stored", "shown"),
        [
            ("xn--htten-kva.example", "hütten.example"),
            ("a@xn--htten-kva.example", "a@hütten.example"),
            ("https://www.xn--htten-kva.example/a", "https://www.hütten.example/a"),
            (
                "Ann <a@xn--htten-kva.example>, https://b.example/",
                "Ann <a@hütten.example>, https://b.example/",
            ),
            ("xn--eckwd4c7cu47r2wf.example", "ドメイン名例.example"),
        ],
    )
    def test_a_host_is_shown_in_its_own_letters(self, stored: str, shown: str) -> None:
        assert readable(stored) == shown

    @pytest.mark.parametrize(
        "text",
        [
            "https://a.example/xn--htten-kva",
            "https://xn--pple-43d.example/",  # its first letter is Cyrillic, the others are not
            "xn--\u00fc.example",
            "xn--a.example",
            "plain words",
        ],
    )
    def test_anything_else_stays_as_it_is(self, text: str) -> None:
        assert readable(text) == text

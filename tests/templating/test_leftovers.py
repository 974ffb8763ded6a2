"""No letter leaves with a hole in it."""

import pytest

from linkwright.templating import leftovers_in


class TestLeftoversIn:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Hi {name},", "{name}"),
            ("Hi {{name}},", "{{name}}"),
            ("Hi { First Name },", "{ First Name }"),
            ("Hi ${first_name},", "${first_name}"),
            ("Hi #{name},", "#{name}"),
            ("{% if x %}", "{% if x %}"),
            ("{% if", "{%"),
            ("Dear [First Name]", "[First Name]"),
            ("Dear [NAME]", "[NAME]"),
            ("Dear [[name]]", "[[name]"),
            ("[Insert compliment here]", "[Insert compliment here]"),
            ("write to [email\u00a0protected]", "[email\u00a0protected]"),
            ("Hi *|FNAME|*", "*|FNAME|*"),
            ("Hi %FIRST_NAME%", "%FIRST_NAME%"),
            ("Hi %recipient.name%", "%recipient.name%"),
            ("Hi <first name>", "<first name>"),
            ("Hi <<name>>", "<<name>>"),
            ("Hi None,", "Hi None"),
            ("Hello null!", "Hello null"),
            ("Hi ,", "Hi ,"),
            ("TODO say something nice", "TODO"),
            ("Lorem ipsum dolor", "Lorem ipsum"),
        ],
    )
    def test_finds(self, text: str, found: str) -> None:
        assert leftovers_in(text) == (found,)

    @pytest.mark.parametrize(
        "text",
        [
            "A fair price, 50% off, and 100% sure.",
            "https://caf%C3%A9.example/%E2%80%99s?x=%AB%CD",
            "See [1] and [guest post rules].",
            "Te lo cuento todo. Hi Nan, hi Nora.",
            "<style>@media print{p{margin:0}}</style><p>Hello.</p>",
            "Set {a, b} of things; if (x) { return 1; }",
            "<a href='https://example.com/'>your name</a>",
        ],
    )
    def test_leaves_ordinary_text_alone(self, text: str) -> None:
        assert leftovers_in(text) == ()

    def test_lists_each_once_in_order_and_not_without_end(self) -> None:
        assert leftovers_in("{b} {a} {b}") == ("{b}", "{a}")
        assert len(leftovers_in(" ".join(f"{{n{i}}}" for i in range(50)))) == 10

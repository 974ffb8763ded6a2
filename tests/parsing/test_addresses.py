"""Addresses: the fast path takes only what the validator takes, and says what it says."""

import string

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linkwright.errors import InvalidInput
from linkwright.parsing.addresses import address_key, parse_address, parse_mailbox

LOCALS = st.text(string.ascii_letters + string.digits + "._+-!'", min_size=1, max_size=12)
LABELS = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=6)
DOMAINS = st.builds(
    lambda labels, ending: ".".join([*labels, ending]),
    st.lists(LABELS, min_size=1, max_size=3),
    st.sampled_from(["com", "DE", "co.uk", "test", "local", "x--y", "xn--p1ai", "c0m", "1"]),
)


class TestParseAddress:
    @given(st.builds(lambda local, domain: f"{local}@{domain}", LOCALS, DOMAINS))
    @settings(max_examples=500)
    @example("Info@Example.com")
    @example("POSTMASTER@a.de")
    @example("a@xn--a.com")
    @example("a@ab--cd.com")
    @example("a@b.test")
    @example("a..b@c.de")
    def test_it_takes_what_the_validator_takes_and_says_what_it_says(self, text: str) -> None:
        try:
            expected = validate_email(text, check_deliverability=False).ascii_email
        except EmailNotValidError:
            with pytest.raises(InvalidInput):
                parse_address(text)
        else:
            assert parse_address(text) == expected

    @given(st.text(max_size=40))
    def test_junk_is_refused_and_never_raises_anything_else(self, text: str) -> None:
        try:
            address = parse_address(text)
        except InvalidInput:
            return
        assert parse_address(address) == address

    @pytest.mark.parametrize(
        ("text", "address"),
        [
            ("jane@example.com", "jane@example.com"),
            (" Jane.Doe@EXAMPLE.com ", "Jane.Doe@example.com"),
            ("jane@münchen.de", "jane@xn--mnchen-3ya.de"),
            ("Jane <jane@example.com>", "jane@example.com"),
            ("mailto:jane@example.com?subject=hi", "jane@example.com"),
            ("INFO@example.com", "info@example.com"),
        ],
    )
    def test_one_form_is_stored(self, text: str, address: str) -> None:
        assert parse_address(text) == address

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("", "empty"),
            (None, "text"),
            ("jané@example.com", "ASCII"),
            ("jane", "@-sign"),
            ("jane@localhost", "period"),
            ("jane@printer.local", "special-use"),
            ("a@example.com, b@example.com", "invalid characters"),
            ("jane@[127.0.0.1]", "bracketed"),
            ('"a b"@example.com', "quoting"),
            ("a" * 250 + "@example.com", "too long"),
            ("x" * 2000, "254"),
            ("jane\x00@example.com", "control"),
            ("jane@exam\ud800ple.com", "surrogates"),
            ("Jane <jane@example.com", ""),
        ],
    )
    def test_what_cannot_get_mail_is_refused(self, text: str, word: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            parse_address(text, field="contact_email")
        assert word in caught.value.rule
        assert caught.value.field == "contact_email"


class TestParseMailbox:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("jane@example.com", None),
            ("<jane@example.com>", None),
            ("Jane <jane@example.com>", "Jane"),
            ("J. Doe, Esq. <jane@example.com>", "J. Doe, Esq."),
            ('"Doe, \\"J\\"" <jane@example.com>', 'Doe, "J"'),
            ("Jané <jane@example.com>", "Jané"),
            ("a <b> <jane@example.com>", "a <b>"),
        ],
    )
    def test_the_name_comes_along(self, text: str, name: str) -> None:
        assert parse_mailbox(text) == (name, "jane@example.com")


class TestAddressKey:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("J.Doe+links@gmail.com", "jdoe@googlemail.com"),
            ("jane+a@outlook.com", "Jane@Outlook.com"),
            ("jane+a@fastmail.com", "jane@fastmail.com"),
            ("jane+x@me.com", "jane@icloud.com"),
            ("jane@pm.me", "jane+y@protonmail.com"),
        ],
    )
    def test_aliases_of_one_mailbox_are_equal(self, one: str, other: str) -> None:
        assert address_key(one) == address_key(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("a+b@example.com", "a@example.com"),
            ("j.doe@outlook.com", "jdoe@outlook.com"),
            ("jane@hotmail.com", "jane@outlook.com"),
        ],
    )
    def test_two_people_are_not_merged(self, one: str, other: str) -> None:
        assert address_key(one) != address_key(other)

    @given(
        st.builds(
            lambda local, domain: f"{local}@{domain}",
            LOCALS,
            st.sampled_from(["gmail.com", "me.com", "x.de"]),
        )
    )
    def test_it_is_a_normal_form(self, text: str) -> None:
        try:
            address = parse_address(text)
        except InvalidInput:
            return
        key = address_key(address)
        assert address_key(key) == key
        assert key.rpartition("@")[0]

"""One spelling per page, and the fast path says what the slow one says."""

import string
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linkwright.errors import InvalidInput
from linkwright.parsing.urls import (
    _parse,
    canonical_page,
    canonical_url,
    domain_of,
    registered_domain,
    site_of,
)

PIECES = st.lists(
    st.sampled_from(
        [
            *"aZ0-_.~/?&=#%:@;+ '\"<>|\\^`{}[]é中",
            "..",
            "/./",
            "/../",
            "%2e",
            "%2E",
            "%41",
            "%7e",
            "%zz",
            "%2%45",
            "utm_source=x",
            "&gclid=1",
            "UTM%5Fmedium=y",
            "fbclid",
            "%c3%bc",
            "%25",
            "//",
            "xn--",
            "www.",
            ".com",
        ]
    ),
    max_size=14,
).map("".join)
SCHEMES = st.sampled_from(["http://", "https://", "HTTPS://", "//", "", "http:", "https:\\\\", "ftp://"])
HOSTS = st.sampled_from(
    [
        "example.com",
        "WWW.Example.Com",
        "example.com.",
        "example.com:443",
        "example.com:80",
        "example.com:8080",
        "münchen.de",
        "xn--mnchen-3ya.de",
        "例え.jp",
        "a_b.blogspot.com",
        "1.2.3.4",
        "0x7f.1",
        "localhost",
        "x",
    ]
)
ADDRESSES = st.one_of(
    st.builds(lambda scheme, host, rest: f"{scheme}{host}/{rest}", SCHEMES, HOSTS, PIECES),
    st.builds(lambda scheme, rest: scheme + rest, SCHEMES, PIECES),
    st.text(max_size=40),
)


def parsed(function: Callable[[str], str], text: str) -> str | tuple[str, str]:
    try:
        return function(text)
    except InvalidInput as error:
        return ("refused", error.rule)


class TestCanonicalUrl:
    @given(ADDRESSES)
    @settings(max_examples=600)
    @example("http://example.com/%2%45")
    @example("http://example.com/%%41/%2%2%45e")
    @example("http://example.com/a?&utm_source=1&&b")
    def test_doing_it_twice_changes_nothing(self, text: str) -> None:
        try:
            once = canonical_url(text)
        except InvalidInput:
            return
        assert canonical_url(once) == once
        assert len(once) <= 2048
        assert once.isascii()

    @given(ADDRESSES)
    @settings(max_examples=600)
    def test_the_fast_path_answers_as_the_slow_one(self, text: str) -> None:
        slow = parsed(lambda value: _parse(value, "url"), text)
        assert parsed(canonical_url, text) == slow

    @given(
        st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=70),
        st.sampled_from(["com", "co.uk", "c", "123", "a1", "xn--p1ai", "test", "local", "x-"]),
        st.text("abcXYZ019/._~-=&?!$'()*+,;:@", max_size=30),
    )
    @settings(max_examples=600)
    def test_the_fast_path_answers_as_the_slow_one_where_it_is_taken(
        self, label: str, ending: str, rest: str
    ) -> None:
        text = f"https://{label}.{ending}/{rest}"
        assert parsed(canonical_url, text) == parsed(lambda value: _parse(value, "url"), text)

    @pytest.mark.parametrize(
        "spelling",
        [
            "https://example.com/a?b=1&c=2",
            "HTTPS://EXAMPLE.COM/a?b=1&c=2",
            "https://example.com:443/a?b=1&c=2",
            "https://example.com./a?b=1&c=2",
            "https://example.com/a?b=1&c=2#comments",
            "https://example.com/x/../a?b=1&c=2",
            "https://example.com/%61?b=1&c=2",
            "https://example.com/a?utm_source=news&b=1&gclid=9&c=2&UTM_Campaign=z",
            "https://example.com/a?b=1&utm%5Fsource=news&c=2",
            "  https://example.com/a?b=1&c=2\n",
            "example.com/a?b=1&c=2",
            "//example.com/a?b=1&c=2",
            "https://\uff45\uff58ample.com/a?b=1&c=2",
        ],
    )
    def test_spellings_of_one_page_are_equal(self, spelling: str) -> None:
        assert canonical_url(spelling) == "https://example.com/a?b=1&c=2"

    @pytest.mark.parametrize(
        ("text", "url"),
        [
            ("example.com", "https://example.com/"),
            ("http://example.com", "http://example.com/"),
            ("https://example.com?", "https://example.com/"),
            ("https://example.com/?fbclid=x", "https://example.com/"),
            ("example.com:8080/x", "https://example.com:8080/x"),
            ("https://example.com/?b=2&a=1", "https://example.com/?b=2&a=1"),
            ("https://example.com/A/b", "https://example.com/A/b"),
            ("https://münchen.de/ü?q=ß", "https://xn--mnchen-3ya.de/%C3%BC?q=%C3%9F"),
            ("https://example.com/a b", "https://example.com/a%20b"),
            ("https://example.com/ref?ref=utm_source", "https://example.com/ref?ref=utm_source"),
            ("https://example.com/%2F%25", "https://example.com/%2F%25"),
        ],
    )
    def test_what_differs_stays_different(self, text: str, url: str) -> None:
        assert canonical_url(text) == url

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("", "empty"),
            ("   ", "empty"),
            ("javascript:alert(1)", "http or https"),
            ("file:///etc/passwd", "http or https"),
            ("ftp://example.com/", "http or https"),
            ("data:text/html,x", "http or https"),
            ("mailto:jane@example.com", "http or https"),
            ("jane@example.com", "email address"),
            ("https://user:secret@example.com/", "password"),
            ("https://user@example.com/", "user name"),
            ("http://127.0.0.1/", "IP address"),
            ("http://2130706433/", "IP address"),
            ("http://0x7f.1/", "IP address"),
            ("http://[::1]:80/", "IP address"),
            ("http://localhost/x", "public site"),
            ("http://printer.local/", "public site"),
            ("http://intranet/", "public site"),
            ("n/a", "dot"),
            ("https://exa mple.com/", "valid"),
            ("https://example..com/", "between the dots"),
            (f"https://{'a' * 64}.com/", "between the dots"),
            (f"https://{'a.' * 130}com/", "253"),
            ("https://exam!ple.com/", "letters"),
            ("https://example.com/\x00", "control"),
            ("https://example.com/a\tb", "control"),
            ("https://example.com/\ud800", "surrogates"),
            ("https://example.com/" + "a" * 5000, "2048"),
            ("https://example.com/" + "ü" * 1000, "2048"),
            ("https://example.com/" + "a" * 20_000, "2048"),
            ("/about", "only a path"),
            (None, "text"),
            (7, "text"),
        ],
    )
    def test_what_is_no_public_page_is_refused(self, text: str, word: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            canonical_url(text, field="link_url")
        assert word in caught.value.rule
        assert caught.value.field == "link_url"
        assert caught.value.value == text

    def test_a_long_address_may_shrink_to_what_fits(self) -> None:
        assert canonical_url("https://example.com/?utm_source=" + "a" * 3000) == "https://example.com/"

    def test_the_longest_that_fits_is_taken_and_one_more_is_not(self) -> None:
        longest = "https://example.com/" + "a" * (2048 - 20)
        assert canonical_url(longest) == longest
        with pytest.raises(InvalidInput):
            canonical_url(longest + "a")


class TestDomains:
    @given(ADDRESSES)
    def test_the_domain_comes_with_the_page(self, text: str) -> None:
        try:
            url, domain = canonical_page(text)
        except InvalidInput:
            return
        assert domain_of(url) == domain
        assert len(domain) <= 253
        assert ":" not in domain

    def test_www_is_not_part_of_a_domain(self) -> None:
        assert domain_of("https://www.example.com:8080/") == "example.com"
        assert domain_of("https://www.com/") == "www.com"

    @pytest.mark.parametrize(
        ("host", "site"),
        [
            ("example.com", "example.com"),
            ("a.b.example.co.uk", "example.co.uk"),
            ("jane.wordpress.com", "jane.wordpress.com"),
            ("a.jane.wordpress.com", "jane.wordpress.com"),
            ("en.wordpress.com", "wordpress.com"),
            ("wordpress.com", "wordpress.com"),
            ("jane.substack.com", "jane.substack.com"),
            ("jane.github.io", "jane.github.io"),
            ("github.io", "github.io"),
            ("jane.blogspot.com", "jane.blogspot.com"),
            ("shop.jane.wixsite.com", "jane.wixsite.com"),
            ("blog.test", "blog.test"),
        ],
    )
    def test_tenants_of_a_shared_host_are_sites_of_their_own(self, host: str, site: str) -> None:
        assert registered_domain(host) == site

    @pytest.mark.parametrize(
        ("url", "site"),
        [
            ("https://medium.com/@jane/story?x=1", "medium.com/@jane"),
            ("https://jane.medium.com/story", "jane.medium.com"),
            ("https://medium.com/", "medium.com"),
            ("https://sites.google.com/view/jane/home", "sites.google.com/view/jane"),
            ("https://www.example.com/a/b", "example.com"),
        ],
    )
    def test_a_path_may_be_the_site(self, url: str, site: str) -> None:
        assert site_of(url) == site

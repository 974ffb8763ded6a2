"""The database's URL, as people write it and as they mistype it."""

import pytest

from linkwright.db.urls import async_url
from linkwright.errors import InvalidInput

SECRET = "hunter2-Pa55"


class TestAsyncUrl:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("sqlite:///a b.db", "sqlite+aiosqlite:///a b.db"),
            ("sqlite:////srv/a.db", "sqlite+aiosqlite:////srv/a.db"),
            ("postgres://h/x", "postgresql+asyncpg://h/x"),
            ("postgresql+psycopg2://h/x", "postgresql+asyncpg://h/x"),
            ("postgresql://a:b@[::1]:5433/x", "postgresql+asyncpg://a:b@[::1]:5433/x"),
            ("postgresql://h/x?sslmode=require", "postgresql+asyncpg://h/x?ssl=require"),
            ("postgresql:///x?host=%2Frun%2Fpg", "postgresql+asyncpg:///x?host=%2Frun%2Fpg"),
        ],
    )
    def test_the_driver_is_added(self, written: str, read: str) -> None:
        assert async_url(written).render_as_string(hide_password=False) == read

    @pytest.mark.parametrize(
        "written",
        [
            "",
            SECRET,
            "sqlite://",
            "sqlite:///:memory:",
            "sqlite://a.db",
            "sqlite://folder/a.db",
            "sqlite:///a.db?mode=ro",
            "sqlite:///\x00",
            "mysql://a:hunter2-Pa55@h/x",
            "postgresql://a:hunter2-Pa55@h\x00/x",
            "postgresql://a:hunter2-Pa55@[::1/x",
            "postgresql://a:hunter2-Pa55@h:port/x",
            "postgresql://a:hunter2-Pa55@h:99999/x",
            "postgresql://a:hunter2-Pa55@h/x?sslmode=frob",
            "postgresql://a:hunter2-Pa55@h/x?password=hunter2-Pa55",
            "postgresql://a:hunter2-Pa55@/x?host=h:1&host=h:port",
            "postgresql://a:hunter2-Pa55@h/x?prepared_statement_cache_size=many",
            "postgresql://a:hunter2-Pa55@1/b@h:5432/x",
        ],
    )
    def test_what_cannot_be_opened_is_refused_without_its_password(self, written: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            async_url(written)

        assert refused.value.field == "database_url"
        assert SECRET not in str(refused.value)

    @pytest.mark.parametrize("password", ["a@b", "a@b/c", "a@b#d"])
    def test_a_password_that_ends_too_early_is_told_how_to_write_it(self, password: str) -> None:
        with pytest.raises(InvalidInput, match="written as %40"):
            async_url(f"postgresql://me:{password}@host:5432/x")

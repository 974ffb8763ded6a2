"""Statements about prospects: how they read on both databases, and which index answers them."""

import json
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.engine import Database
from linkwright.db.planning import in_index_order
from linkwright.models import BacklinkOpportunity
from linkwright.queries import opportunities as queries
from linkwright.services.opportunities import Opportunities
from tests.support.prospects import at_noon, full_row, make_campaign

DIALECTS: dict[str, Any] = {
    name: make_url(url).get_dialect()()
    for name, url in {"sqlite": "sqlite+aiosqlite://", "postgresql": "postgresql+asyncpg://"}.items()
}


def sql(statement: Any, dialect: str) -> str:
    return " ".join(str(statement.compile(dialect=DIALECTS[dialect])).split())


class TestSpelling:
    @pytest.mark.parametrize("dialect_name", DIALECTS)
    @pytest.mark.parametrize(
        "statement",
        [
            queries.by_id(1, 2),
            queries.locked(1, None),
            queries.campaign_of(1, 2),
            queries.campaign_locked("c", 2),
            queries.owner_of("c"),
            queries.page("c", "qualified", 50, (0.5, 0.5, 7)),
            queries.ids_by_url("c", ["https://example.com/"]),
            queries.known_of([1, 2], filled=["title", "primary_topics"], compared=["spam_score"]),
            queries.fill_in(["title"]),
            queries.suppress([1]),
            queries.children("c", 1),
            queries.count_up("c", total=1),
        ],
    )
    def test_reads_on_both_databases(self, statement: Any, dialect_name: str) -> None:
        assert sql(statement, dialect_name)

    def test_a_page_begins_behind_its_key(self) -> None:
        said = sql(queries.page("c", None, 50, (0.5, 0.5, 7)), "sqlite")

        assert "ai_relevance_score, backlinking_opportunities.ai_authority_score" in said
        assert said.endswith(("LIMIT ? OFFSET ?", "LIMIT ?"))

    def test_holding_a_prospect_does_not_hold_up_its_children(self) -> None:
        assert sql(queries.locked(1, None), "postgresql").endswith("FOR NO KEY UPDATE")
        assert "FOR" not in sql(queries.locked(1, None), "sqlite").split()

    def test_an_owner_narrows(self) -> None:
        assert "user_id" in sql(queries.by_id(1, 2), "sqlite")
        assert "user_id" not in sql(queries.by_id(1, None), "sqlite")


async def plan(session: AsyncSession, statement: Any) -> str:
    """What the database says it would do, without having been forbidden anything."""
    connection = await session.connection()
    compiled = statement.compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True, "literal_binds": True}
    )
    word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = await session.execute(text(f"{word} {str(compiled).replace(':', chr(92) + ':')}"))
    return "\n".join(" ".join(map(str, row)) for row in rows)


class TestPlans:
    @pytest.fixture
    async def campaign_id(self, database: Database) -> str:
        async with database.transaction() as session:
            campaign_id = await make_campaign(session, max_opportunities=10_000)
            rows = (
                {
                    "url": f"https://site{number}.example.com/",
                    "ai_relevance_score": number % 97 / 97,
                    "ai_authority_score": number % 89 / 89,
                    "status": ("discovered", "qualified", "rejected")[number % 3],
                }
                for number in range(4_000)
            )
            await Opportunities(at_noon(session)).add_many(campaign_id, rows)
        async with database.transaction() as session:
            await session.execute(text("ANALYZE"))
        return campaign_id

    @pytest.mark.parametrize("after", [None, (0.5, 0.5, 2_000)])
    @pytest.mark.parametrize(
        ("status", "index"),
        [("discovered", "ix_opportunities_best_by_status"), (None, "ix_opportunities_best")],
    )
    async def test_a_page_is_read_from_an_index_in_its_order(
        self,
        session: AsyncSession,
        campaign_id: str,
        status: str | None,
        index: str,
        after: queries.Key | None,
    ) -> None:
        said = await plan(session, queries.page(campaign_id, status, 50, after))

        assert index in said
        assert "Sort" not in said
        assert "TEMP B-TREE" not in said

    async def test_a_page_behind_a_key_does_not_read_what_is_before_it(
        self, session: AsyncSession, campaign_id: str
    ) -> None:
        said = await plan(session, queries.page(campaign_id, "discovered", 50, (0.5, 0.5, 2_000)))

        assert "ai_relevance_score" in said  # As a bound of the index, not as a filter beside it.
        assert "Filter" not in said

    @pytest.mark.parametrize("pages", [1, 900])
    @pytest.mark.parametrize("known", [True, False], ids=["analysed", "new beside an analysed one"])
    async def test_pages_are_looked_up_in_the_unique_index(
        self,
        session: AsyncSession,
        campaign_id: str,
        known: bool,  # noqa: FBT001
        pages: int,
    ) -> None:
        """Seen to fail on the new one without `in_index_order`: PostgreSQL reads all of it for each page."""
        if not known:
            campaign_id = await make_campaign(session, max_opportunities=10_000)
            new = ({"url": f"https://site{number}.example.com/"} for number in range(2_000))
            await Opportunities(at_noon(session)).add_many(campaign_id, new)
        connection = await session.connection()
        statement = queries.ids_by_url(
            campaign_id, [f"https://site{number}.example.com/" for number in range(pages)]
        )
        compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
        bound = [
            value if isinstance(value, str | int) else json.dumps(value)
            for value in (compiled.params[name] for name in compiled.positiontup or ())
        ]
        word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        async with in_index_order(session):
            rows = await connection.exec_driver_sql(f"{word} {compiled}", tuple(bound))
        said = "\n".join(" ".join(map(str, row)) for row in rows)

        assert "uq_backlinking_opportunities_campaign_id_url" in said or "sqlite_autoindex" in said
        assert "ix_opportunities" not in said
        assert "Seq Scan" not in said
        assert "SCAN backlinking_opportunities" not in said


class TestNumberOfStatements:
    async def test_no_relationship_is_loaded_by_surprise(self, session: AsyncSession) -> None:
        campaign_id = await make_campaign(session)
        await Opportunities(at_noon(session)).create(campaign_id, full_row())
        session.expunge_all()
        row = (await session.scalars(queries.page(campaign_id, None, 5, None))).one()

        assert isinstance(row, BacklinkOpportunity)
        with pytest.raises(Exception, match="raise"):
            _ = row.campaign

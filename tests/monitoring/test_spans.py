"""Statements and calls to models as spans: the conventions' names, and nothing of a person."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from linkwright import BacklinkingDatabaseService
from linkwright.outreach.spans import trace_call
from linkwright.settings import Settings
from tests.monitoring.test_recorder import SECRETS, some_work


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    yield exporter
    provider.shutdown()


async def traced(url: str) -> BacklinkingDatabaseService:
    settings = Settings.load({"LINKWRIGHT_DATABASE_URL": url, "LINKWRIGHT_TRACING": "true"})
    return await BacklinkingDatabaseService.open(settings=settings)


class TestStatements:
    async def test_each_is_a_span_by_the_conventions(
        self, migrated_url: str, dialect: str, spans: InMemorySpanExporter
    ) -> None:
        async with await traced(migrated_url) as service:
            await some_work(service)

        found = [
            span
            for span in spans.get_finished_spans()
            if attributes(span)["linkwright.issuer"] == "create_email"
        ]
        written = [span for span in found if span.name == "INSERT backlinking_emails"]
        assert len(written) == 3
        assert attributes(written[1]) == {
            "db.system.name": dialect,
            **({"db.namespace": migrated_url.rpartition("/")[2]} if dialect == "postgresql" else {}),
            "db.operation.name": "INSERT",
            "db.collection.name": "backlinking_emails",
            "db.query.summary": "INSERT backlinking_emails",
            "db.query.text": attributes(written[0])["db.query.text"],
            "db.response.returned_rows": 1,
            "linkwright.issuer": "create_email",
            "linkwright.compiled": "prepared",
        }
        assert all(span.kind is trace.SpanKind.CLIENT for span in found)
        assert all((span.end_time or 0) > (span.start_time or 0) for span in found)

    async def test_they_hang_under_the_span_of_who_called(
        self, migrated_url: str, spans: InMemorySpanExporter
    ) -> None:
        async with await traced(migrated_url) as service:
            with trace.get_tracer("test").start_as_current_span("request") as request:
                await service.create_user(SECRETS[0], name="Me")

        parents = {span.parent.span_id for span in spans.get_finished_spans() if span.parent}
        assert parents == {request.get_span_context().span_id}

    async def test_nothing_of_a_person_is_in_them(
        self, migrated_url: str, spans: InMemorySpanExporter
    ) -> None:
        async with await traced(migrated_url) as service:
            await some_work(service)
            with pytest.raises(DBAPIError):
                async with service.database.engine.connect() as connection:
                    await connection.execute(
                        text("SELECT nothing FROM nowhere WHERE a = :a"), {"a": SECRETS[0]}
                    )

        said = "".join(span.to_json() for span in spans.get_finished_spans())
        assert [secret for secret in (*SECRETS, "me@example.com") if secret in said] == []
        assert "127.0.0.1" not in said
        failed = [span for span in spans.get_finished_spans() if not span.status.is_ok]
        assert {str(attributes(span)["error.type"]).endswith("Error") for span in failed} == {True}


class TestCalls:
    def test_a_call_has_the_names_of_the_conventions_and_no_word_of_it(
        self, spans: InMemorySpanExporter
    ) -> None:
        told = {
            "kind": "classify",
            "operation_name": "chat",
            "provider_name": "openai",
            "request_model": "small",
            "response_model": "small-7",
            "input_tokens": 7,
            "cost": 0.01,
            "duration_ms": 250,
            "rendered_prompt": SECRETS[0],
            "output": {"body": SECRETS[0]},
            "reasoning": SECRETS[0],
        }
        trace_call(told)
        trace_call({**told, "error_type": "timeout"})

        well, failed = spans.get_finished_spans()
        assert well.name == "chat small"
        assert attributes(well) == {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "small",
            "gen_ai.response.model": "small-7",
            "gen_ai.usage.input_tokens": 7,
            "linkwright.kind": "classify",
            "linkwright.cost": 0.01,
        }
        assert (well.end_time or 0) - (well.start_time or 0) == 250_000_000
        assert attributes(failed)["error.type"] == failed.status.description == "timeout"


def test_nothing_of_it_is_loaded_unless_asked(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys; from linkwright import BacklinkingDatabaseService as S\n"
        "async def go():\n    await (await S.open('sqlite:///a.db', check_schema=False)).close()\n"
        "asyncio.run(go())\n"
        "print([name for name in ('opentelemetry', 'prometheus_client') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})

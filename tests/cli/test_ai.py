"""`linkwright ai`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from linkwright.cli import app
from tests.parsing.mail.corpus.letters import letter

SECRET = "sk-not-to-be-seen"


def ran(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["ai", *words])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINKWRIGHT_AI_EMBEDDING", "none")


def test_without_settings_everything_is_local() -> None:
    told = json.loads(ran("show", "--json"))
    assert (told["provider"], told["key"], told["pages_scored_by"]) == ("local", "none", "rule:keywords")
    assert told["replies_read_by"].startswith("rule:mail+linear:")


def test_a_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKWRIGHT_AI_PROVIDER", "openai")
    monkeypatch.setenv("LINKWRIGHT_AI_KEY", SECRET)
    for words in (["show"], ["show", "--json"]):
        told = ran(*words)
        assert "openai:gpt-4o-mini" in told
        assert SECRET not in told


def test_a_message_is_read_with_its_evidence(tmp_path: Path) -> None:
    (tmp_path / "reply.eml").write_bytes(letter("Please unsubscribe me from your list."))
    told = json.loads(ran("read", "reply.eml", "--json"))
    assert (told["kind"], told["intent"]) == ("unsubscribe", "unsubscribe_request")
    assert told["evidence"]
    assert "unsubscribe" in ran("read", "reply.eml")


def test_the_local_ai_answers() -> None:
    assert "asks_for_topics" in ran("check")


def test_a_page_is_scored(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("Mountain huts\nWhere we slept and what we paid.")
    told = json.loads(ran("score", "page.txt", "-k", "mountain huts", "--json"))
    assert told["relevance"] > 0.5

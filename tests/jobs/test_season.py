"""The season of the examples: letters leave, answers come, and what is learned of them."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import SecretStr

from linkwright.db.engine import Database
from linkwright.monitoring.doctor import examine
from linkwright.settings import Settings
from tests.support.dump import dump

FOLDER = Path("examples/northwind-season").resolve()
WEEKS = 3


@pytest.fixture
def season(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The program, for the first weeks and some days behind the last."""
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = importlib.util.spec_from_file_location("season", FOLDER / "season.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "MONDAYS", module.MONDAYS[:WEEKS])
    monkeypatch.setattr(module, "END", module.MONDAYS[-1])
    yield module
    for name in ("people", "editors"):
        sys.modules.pop(name, None)


def files_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.*")}


async def test_lets_letters_leave_under_their_choices_learns_of_them_and_changes_nothing_the_second_time(
    season: ModuleType, database: Database, migrated_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=SecretStr(migrated_url))
    first = await season.play(tmp_path / "desk", settings)
    before, files = await dump(database), files_of(tmp_path / "desk")

    again = await season.play(tmp_path / "desk", settings)

    assert (again.changed, again.done, again.patterns) == (False, {}, first.patterns)
    assert await dump(database) == before
    assert files_of(tmp_path / "desk") == files
    assert (await examine(database)).sound
    left = [row for row in before["ai_decisions"] if row["factor"] == "template" and row["executed_at"]]
    assert len(left) > 50
    assert {row["executed_action"] for row in left} == {"offer-article", "hut-data", "one-route"}
    assert sum(pattern.replies for pattern in first.patterns) > 0
    assert not first.refused

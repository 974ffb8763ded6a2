"""`linkwright run`: what it prints, what it leaves, and how it ends."""

from pathlib import Path

import pytest

from tests.cli.command import linkwright, process
from tests.jobs.campaigns import FILE, PROSPECTS

NOW = "2026-09-15T12:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a small campaign in it."""
    place = tmp_path / "here"
    place.mkdir()
    (place / "prospects.csv").write_text(PROSPECTS)
    text = FILE.format(name="Autumn", prospects="rule", emails="person", campaign="", more="")
    (place / "campaign.toml").write_text(text)
    return place


class TestRun:
    def test_prints_what_came_in_what_was_done_and_what_needs_a_person(
        self, migrated_url: str, folder: Path
    ) -> None:
        said = linkwright("run", "campaign.toml", "--now", NOW, url=migrated_url, folder=folder)

        assert said.status == 0, said.err
        for words in (
            "Autumn  active  mara@northwind.example  as of 15 September 2026, 12:00 UTC",
            "prospects.csv",
            "2 first letters drafted",
            "Found",
            "Needs a person  4",
            "Find an address",
            "Done. Nothing was sent.",
        ):
            assert words in said.out
        assert said.err == ""

    def test_says_when_there_was_nothing_to_do(self, migrated_url: str, folder: Path) -> None:
        linkwright("run", "campaign.toml", "--now", NOW, url=migrated_url, folder=folder)
        again = linkwright("run", "campaign.toml", "--now", NOW, url=migrated_url, folder=folder)
        assert again.status == 0
        assert "Nothing new: everything was already as the files say." in again.out
        assert "Done  " not in again.out

    def test_gives_json(self, migrated_url: str, folder: Path) -> None:
        said = linkwright("run", "campaign.toml", "--json", "--now", NOW, url=migrated_url, folder=folder)

        assert said.json["done"]["first letters drafted"] == 2
        assert said.json["funnel"][0] == {"name": "Found", "count": 5}
        assert said.json["now"] == "2026-09-15T12:00:00+00:00"

    def test_ends_with_1_when_rows_were_refused(self, migrated_url: str, folder: Path) -> None:
        (folder / "prospects.csv").write_text(PROSPECTS + "javascript:alert(1),[bold]Six[/bold],,,\n")

        said = linkwright("run", "campaign.toml", "--now", NOW, url=migrated_url, folder=folder)

        assert said.status == 1
        assert "must be an http or https address" in said.out
        assert (folder / "prospects.csv.rejects.csv").is_file()

    def test_keeps_nothing_of_a_dry_run(self, migrated_url: str, folder: Path) -> None:
        dry = linkwright("run", "campaign.toml", "--dry-run", url=migrated_url, folder=folder)
        assert dry.status == 0
        assert "Nothing was kept." in dry.out
        wet = linkwright("run", "campaign.toml", "--json", url=migrated_url, folder=folder)
        assert wet.json["created"]

    def test_shows_a_strangers_words_as_words(self, migrated_url: str, folder: Path) -> None:
        hostile = "https://six.example/,[red]Six[/red] \u202e,fay@six.example,,70\n"
        (folder / "prospects.csv").write_text(PROSPECTS + hostile)
        said = linkwright("run", "campaign.toml", "--now", NOW, url=migrated_url, folder=folder)
        assert "[red]Six[/red]" in said.out
        assert "\u202e" not in said.out


class TestWrongUse:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["none.toml"], "no such file"),
            (["."], "is a folder"),
            (["campaign.toml", "--now", "yesterday"], "with its zone"),
            (["campaign.toml", "--now", "2026-09-15T12:00:00"], "with its zone"),
            (["campaign.toml", "--database-url", "mysql://x/y"], "must be of SQLite or PostgreSQL"),
            (["campaign.toml", "--rejects", "nowhere"], "must be a folder that is there"),
        ],
    )
    @pytest.mark.dialects("sqlite")
    def test_is_one_line_and_status_2(
        self, migrated_url: str, folder: Path, words: list[str], told: str
    ) -> None:
        said = linkwright("run", *words, url=migrated_url, folder=folder)
        assert said.status == 2
        assert told in said.err + said.out
        assert "Traceback" not in said.err

    @pytest.mark.dialects("sqlite")
    def test_in_the_file_names_every_fault_with_its_line(self, migrated_url: str, folder: Path) -> None:
        text = (folder / "campaign.toml").read_text()
        wrong = text.replace("keywords =", "keyword =").replace("after_days = 6", "after_days = 0")
        (folder / "campaign.toml").write_text(wrong)

        said = linkwright("run", "campaign.toml", url=migrated_url, folder=folder)

        assert said.status == 2
        assert said.out == ""
        lines = said.err.splitlines()
        assert "line 3, campaign.keyword: is not a key; did you mean 'keywords'?" in lines[0]
        assert any("follow_up.after_days" in line for line in lines)

    def test_an_empty_database_names_the_command_that_mends_it(self, database_url: str, folder: Path) -> None:
        said = linkwright("run", "campaign.toml", url=database_url, folder=folder)
        assert said.status == 1
        assert "linkwright db upgrade" in said.err

    @pytest.mark.dialects("sqlite")
    def test_leaves_no_noise_behind_in_a_process(self, migrated_url: str, folder: Path) -> None:
        said = process("run", "campaign.toml", "--now", NOW, url=migrated_url, folder=folder)
        assert said.status == 0
        assert said.err == ""

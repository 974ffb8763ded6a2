"""`linkwright db`, and how the command line ends when it cannot do what was asked."""

from pathlib import Path

import pytest

from tests.cli.command import linkwright, process


class TestDb:
    def test_a_database_is_made_looked_at_and_taken_back(self, database_url: str, dialect: str) -> None:
        before = linkwright("db", "check", url=database_url)
        assert (before.status, before.out) == (
            1,
            "The database has no schema yet. Run `linkwright db upgrade`.\n",
        )

        head = linkwright("db", "check", "--json", url=database_url).json["head"]

        made = linkwright("db", "upgrade", url=database_url)
        assert (made.status, made.out, made.err) == (0, f"The schema went from nothing to {head}.\n", "")
        again = linkwright("db", "upgrade", url=database_url)
        assert again.out == f"Nothing to do: the schema is at {head}.\n"
        assert linkwright("db", "check", url=database_url).status == 0

        info = linkwright("db", "info", "--json", url=database_url).json
        assert info["dialect"] == dialect
        assert info["schema"] == {
            "kind": "head",
            "current": head,
            "head": head,
            "command_that_mends": None,
        }
        assert info["bytes"] > 0
        assert {table["name"]: table["rows"] for table in info["tables"]}["backlinking_emails"] == 0
        assert all(table["bytes"] is None or table["bytes"] > 0 for table in info["tables"])
        assert "backlinking_campaigns" in linkwright("db", "info", url=database_url).out

        gone = linkwright("db", "downgrade", "base", "--yes", "--json", url=database_url)
        assert gone.json == {"before": head, "after": None, "head": head}

    @pytest.mark.dialects("sqlite")
    def test_going_back_asks_first_and_no_answer_is_no(self, migrated_url: str) -> None:
        said = linkwright("db", "downgrade", "base", url=migrated_url)

        assert said.status == 1
        assert "deletes what it has no place for" in said.err
        assert linkwright("db", "check", url=migrated_url).status == 0

    def test_the_option_goes_before_the_variable(self, tmp_path: Path) -> None:
        wanted, other = (f"sqlite:///{tmp_path / name}.db" for name in ("wanted", "other"))

        linkwright("db", "upgrade", "--database-url", wanted, url=other)

        assert [file.name for file in tmp_path.iterdir()] == ["wanted.db"]

    def test_without_any_word_the_file_is_in_this_folder(self, tmp_path: Path) -> None:
        assert linkwright("db", "upgrade", folder=tmp_path).status == 0
        assert (tmp_path / "linkwright.db").is_file()


class TestHowItEnds:
    """One line on standard error, no traceback: 2 when the asking was wrong, 1 when the doing was."""

    @pytest.mark.parametrize(
        ("words", "status", "line"),
        [
            (("frob",), 2, "no such command 'frob'"),
            (
                ("db", "upgrade", "4711"),
                2,
                "linkwright: revision: must be one of head, ",
            ),
            (("db", "check", "--database-url", "oracle://x"), 2, "must be of SQLite or PostgreSQL"),
            (("db", "check", "--database-url", "secret"), 2, "must look like sqlite:///file.db"),
            (("db", "check", "--database-url", "sqlite://"), 2, "must name a file"),
            (("db", "upgrade", "--database-url", "sqlite:////nowhere/at/all.db"), 1, "cannot be opened"),
            (
                ("db", "upgrade", "--database-url", "postgresql://a:pass@127.0.0.1:1/x"),
                1,
                "cannot be reached",
            ),
        ],
    )
    def test_with_one_line(self, tmp_path: Path, words: tuple[str, ...], status: int, line: str) -> None:
        said = linkwright(*words, folder=tmp_path)

        assert said.status == status
        assert line in said.err
        assert "Traceback" not in said.err
        assert "pass" not in said.err
        assert said.out == ""

    def test_a_file_that_is_no_database_is_left_as_it_is(self, tmp_path: Path) -> None:
        file = tmp_path / "letter.txt"
        file.write_text("Dear editor, " * 1000)

        for command in ("check", "upgrade", "info"):
            said = linkwright("db", command, url=f"sqlite:///{file}")
            assert (said.status, said.err.count("\n")) == (1, 1)
            assert "not a sound SQLite database" in said.err
        assert file.read_text() == "Dear editor, " * 1000

    def test_a_directory_where_a_file_is_meant(self, tmp_path: Path) -> None:
        said = linkwright("db", "upgrade", url=f"sqlite:///{tmp_path}")

        assert (said.status, said.err.count("\n")) == (1, 1)

    def test_a_setting_that_breaks_a_rule_is_named(self, tmp_path: Path) -> None:
        said = linkwright("db", "check", folder=tmp_path, LINKWRIGHT_POOL_SIZE="many")

        assert said.status == 2
        assert said.err.startswith("linkwright: LINKWRIGHT_POOL_SIZE: ")

    def test_the_version_is_said(self) -> None:
        said = process("--version")

        assert said.status == 0
        assert said.out.startswith("linkwright 0.")

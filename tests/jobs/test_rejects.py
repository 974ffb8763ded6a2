"""The rejects file: what was refused, where, and why, safe to open in a spreadsheet."""

import csv
from pathlib import Path
from typing import Any

import pytest

from linkwright.errors import InvalidInput
from linkwright.jobs.rejects import RejectsFile
from linkwright.parsing.refusals import Refusal

JUNK = Refusal(7, "url", "junk://", "must be an http or https address")


def written(path: Path, *batches: list[Refusal]) -> RejectsFile:
    rejects = RejectsFile(path)
    rejects.begin_at(0)
    for batch in batches:
        rejects.keep(rejects.add(batch))
    return rejects


def cells(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


class TestAdd:
    def test_each_refusal_is_a_row_below_one_header(self, tmp_path: Path) -> None:
        path = tmp_path / "r.csv"
        written(path, [JUNK], [], [JUNK, JUNK])
        row = ["7", "url", "junk://", "must be an http or https address"]
        assert cells(path) == [["row", "field", "value", "rule"], row, row, row]

    def test_nothing_refused_makes_no_file(self, tmp_path: Path) -> None:
        written(tmp_path / "r.csv", [], [])
        assert not (tmp_path / "r.csv").exists()

    @pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
    def test_formulas_are_text(self, tmp_path: Path, value: str) -> None:
        written(tmp_path / "r.csv", [Refusal(1, value, value, "is bad")])
        assert cells(tmp_path / "r.csv")[1][1:3] == [f"'{value}", f"'{value}"]

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            ("a\x00b", "a\\x00b"),
            ("lone \udc80", "lone \\udc80"),
            ('two\nlines, "quoted"', 'two\nlines, "quoted"'),
            (None, ""),
            (1.7, "1.7"),
            (["a"], "['a']"),
            ("x" * 5_000, "x" * 2_000 + "… (5000 characters)"),
        ],
    )
    def test_any_value_can_be_shown(self, tmp_path: Path, value: Any, shown: str) -> None:
        written(tmp_path / "r.csv", [Refusal(1, "url", value, "is bad")])
        assert cells(tmp_path / "r.csv")[1][2] == shown

    def test_what_lies_beyond_its_length_is_cut_off(self, tmp_path: Path) -> None:
        path = tmp_path / "r.csv"
        size = written(path, [JUNK]).size
        before = path.read_bytes()
        path.write_bytes(before + b"8,url,half a l")

        again = RejectsFile(path)
        again.begin_at(size)
        again.add([])

        assert path.read_bytes() == before
        assert not again.lost

    def test_one_that_became_shorter_is_lost(self, tmp_path: Path) -> None:
        path = tmp_path / "r.csv"
        size = written(path, [JUNK, JUNK]).size
        path.write_bytes(path.read_bytes()[:-3])

        again = RejectsFile(path)
        again.begin_at(size)
        again.keep(again.add([JUNK]))

        assert again.lost
        assert len(cells(path)) == 2

    def test_an_old_one_gives_way_to_a_new_run(self, tmp_path: Path) -> None:
        path = tmp_path / "r.csv"
        written(path, [JUNK, JUNK])
        written(path, [JUNK])
        assert len(cells(path)) == 2
        written(path, [])
        assert not path.exists()

    def test_nothing_is_touched_before_the_first_batch(self, tmp_path: Path) -> None:
        path = tmp_path / "r.csv"
        written(path, [JUNK])
        before = path.read_bytes()
        RejectsFile(path).begin_at(0)
        assert path.read_bytes() == before

    def test_what_failed_is_taken_back(self, tmp_path: Path) -> None:
        path = tmp_path / "r.csv"
        rejects = written(path, [JUNK])
        before = path.read_bytes()
        rejects.add([JUNK])
        rejects.undo()
        assert path.read_bytes() == before


class TestPlace:
    def test_another_file_is_not_overwritten(self, tmp_path: Path) -> None:
        path = tmp_path / "precious.csv"
        path.write_text("row,of,my,own\n", "utf-8")
        with pytest.raises(InvalidInput, match="is an existing file of another kind"):
            RejectsFile(path).begin_at(0)
        assert path.read_text("utf-8") == "row,of,my,own\n"

    def test_the_imported_file_least_of_all(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text("row,field,value,rule\r\n", "utf-8")
        with pytest.raises(InvalidInput, match="must not be the file that is imported"):
            RejectsFile(path, source=path).begin_at(0)

    @pytest.mark.parametrize(
        ("place", "rule"),
        [
            (".", "must be a file"),
            ("nowhere/r.csv", "must be in a folder that is there"),
            ("x" * 300, "cannot be written"),
        ],
    )
    def test_a_place_that_cannot_be_is_said_so(self, tmp_path: Path, place: str, rule: str) -> None:
        with pytest.raises(InvalidInput, match=rule):
            RejectsFile(tmp_path / place).begin_at(0)

"""`linkwright campaigns`: look, start, pause, end; and on whose behalf."""

import pytest

from tests.cli.command import linkwright
from tests.cli.office import ME, OTHER, Office


def state(office: Office, user: str = ME) -> str:
    return str(office("campaigns", "show", "Autumn", "--json", user=user).json["campaign"]["status"])


class TestReading:
    def test_lists_ones_own_with_the_whole_id(self, office: Office) -> None:
        [mine] = office("campaigns", "list", "--json").json["campaigns"]

        said = office("campaigns", "list", "--status", "active")

        assert said.out.splitlines()[2].split() == [mine["id"], "active", "5", "0", "Autumn"]
        assert office("campaigns", "list", "--status", "paused").out == "No campaigns.\n"

    def test_shows_numbers_and_history_by_name_or_id(self, office: Office) -> None:
        [mine] = office("campaigns", "list", "--json").json["campaigns"]

        by_name, by_id = office("campaigns", "show", "Autumn"), office("campaigns", "show", mine["id"])

        assert by_name.out == by_id.out
        for words in ("Autumn  active", "response rate  not known", "approved    2", "draft → active"):
            assert words in by_name.out
        assert office("campaigns", "show", "Autumn", "--json").json["response_rate"] is None


class TestMoving:
    def test_walks_the_life_with_reasons(self, office: Office) -> None:
        for verb, becomes in (("pause", "paused"), ("resume", "active"), ("complete", "completed")):
            said = office("campaigns", verb, "Autumn", "--reason", f"to be {becomes}")
            assert said.status == 0, said.err
            assert said.out.endswith(f": {becomes}\n")
            assert state(office) == becomes

        assert "active → paused     user:1  to be paused" in office("campaigns", "show", "Autumn").out
        assert state(office, OTHER) == "active"

    def test_what_the_life_has_not_is_refused(self, office: Office) -> None:
        said = office("campaigns", "start", "Autumn")
        assert said.status == 1
        assert "is active and cannot become active" in said.err
        assert office("campaigns", "cancel", "Autumn", "--json").json[0]["status"] == "cancelled"


class TestOthers:
    def test_a_campaign_of_another_user_is_not_there(self, office: Office) -> None:
        [theirs] = office("campaigns", "list", "--json", user=OTHER).json["campaigns"]

        for words in (
            ("campaigns", "show", theirs["id"]),
            ("campaigns", "pause", theirs["id"]),
            ("prospects", "list", "-c", theirs["id"]),
            ("letters", "list", "-c", theirs["id"]),
            ("letters", "approve", "--all-drafts", "--yes", "-c", theirs["id"]),
            ("inbox", "list", "-c", theirs["id"]),
        ):
            said = office(*words)
            rule = f"must be a campaign of this user; there are: Autumn (got {theirs['id']})"
            assert (said.status, said.err) == (2, f"linkwright: campaign: {rule}\n")
        assert state(office, OTHER) == "active"


class TestUser:
    @pytest.mark.parametrize("words", [("campaigns", "list"), ("suppress", "list"), ("inbox", "list")])
    def test_must_be_named_where_there_are_several(self, office: Office, words: tuple[str, ...]) -> None:
        unnamed = linkwright(*words, url=office.url)
        unknown = linkwright(*words, "--user", "nobody@example.com", url=office.url)
        named = linkwright(*words, "--user", ME, url=office.url)

        assert (unnamed.status, unknown.status, named.status) == (2, 2, 0)
        assert "must be named with --user or LINKWRIGHT_USER: there are several: " in unnamed.err
        assert ME in unnamed.err
        assert OTHER in unnamed.err
        assert "user: must be known here (got nobody@example.com)" in unknown.err

    def test_there_may_be_none(self, migrated_url: str) -> None:
        said = linkwright("campaigns", "list", url=migrated_url)
        assert said.status == 2
        assert "makes one" in said.err

    def test_a_schema_that_is_behind_is_said(self, database_url: str) -> None:
        said = linkwright("campaigns", "list", url=database_url)
        assert said.status == 1
        assert "linkwright db upgrade" in said.err


class TestHostileWords:
    @pytest.mark.parametrize("name", ["", "x" * 5000, "a\x1b[31mb", "a\udcffb", "%", "Autumn\n"])
    def test_are_no_campaign_and_one_plain_line(self, office: Office, name: str) -> None:
        said = office("campaigns", "show", name)
        assert said.status in {1, 2}
        assert len(said.err.splitlines()) == 1
        assert "fault in Linkwright" not in said.err
        assert "\x1b" not in said.err

    @pytest.mark.parametrize("number", ["0", "-1", "2147483648", "99999999999999999999"])
    def test_are_no_ids(self, office: Office, number: str) -> None:
        for words in (("letters", "approve"), ("prospects", "approve"), ("inbox", "review")):
            said = office(*words, "--", number)
            assert said.status == 1
            assert said.err.startswith("linkwright: There is no ")
        for limit in ("0", "1001"):
            assert office("letters", "list", "-c", "Autumn", "--limit", limit).status == 2

"""`linkwright retention`: policies, holds, what would go and what went."""

from tests.cli.office import ME, OTHER, Office


def policies(office: Office, *words: str, user: str = ME) -> list[tuple[str, int | None, int | None]]:
    found = office("retention", "list", "--json", *words, user=user).json["policies"]
    return [(row["data_class"], row["days"], row["user_id"]) for row in found]


def sent_letter(office: Office) -> int:
    letter = int(office.letters()[0]["id"])
    office.send(letter, "<one@northwind.example>")
    return letter


class TestPolicies:
    def test_are_a_users_or_everybodys(self, office: Office) -> None:
        said = office("retention", "set", "email_bodies", "strip", "730d")
        assert said.status == 0, said.err
        assert "email bodies" in said.out or "email_bodies" in said.out
        assert office("retention", "set", "events", "delete", "365", "--everybody").status == 0

        assert policies(office) == [("email_bodies", 730, 1), ("events", 365, None)]
        assert policies(office, user=OTHER) == [("events", 365, None)]
        assert len(policies(office, "--everybody", user=OTHER)) == 2
        assert office("retention", "remove", "email_bodies").status == 0
        assert policies(office) == [("events", 365, None)]

    def test_that_cannot_be_are_one_line_and_change_nothing(self, office: Office) -> None:
        for words, rule in (
            (("events", "delete", "0"), "days: must be from 1 to 36500 (got 0)"),
            (("events", "delete", "--", "-3"), "days: must be from 1 to 36500 (got -3)"),
            (("events", "delete", "soon"), "days: must be a number of days such as 365d (got soon)"),
            (("events", "delete"), "days: must say for how many days it is kept"),
            (("events", "keep", "9"), "days: must not be given where everything is kept (got 9)"),
            (("decisions", "delete", "9"), "action: must be strip for decisions: costs, outcomes,"),
            (("raw_inbound", "delete", "9"), "would bring deleted messages back as new ones: use strip"),
        ):
            said = office("retention", "set", *words)
            assert (said.status, said.out) == (2, ""), words
            assert rule in said.err
            assert said.err.count("\n") == 1
        assert office("retention", "set", "letters", "delete", "9").status == 2
        assert policies(office) == []

    def test_are_a_known_users(self, office: Office) -> None:
        said = office("retention", "list", user="nobody@elsewhere.example")

        assert (said.status, said.err) == (
            2,
            "linkwright: user: must be known here (got nobody@elsewhere.example)\n",
        )


class TestApply:
    def test_removes_what_the_plan_showed_and_says_so_where_the_words_were(self, office: Office) -> None:
        letter = sent_letter(office)
        office("retention", "set", "email_bodies", "strip", "30d")
        [planned] = [row for row in office("retention", "plan", "--json").json["planned"] if row["rows"]]
        again = office("retention", "apply", "--dry-run", "--json").json["planned"][0]
        assert again == planned | {"before": again["before"]}

        done = office("retention", "apply", "--json")

        assert done.status == 0
        [removed] = done.json["removed"]
        assert removed == planned | {"before": removed["before"]}
        assert done.json["left"] == []
        assert done.json["longest_lock_seconds"] < 1
        assert office("retention", "apply").out == "Nothing was due.\n"
        assert "(removed by retention on 20" in office("letters", "show", str(letter)).out
        assert "its words were removed by retention on 20" in " ".join(
            office("explain", "email", str(letter)).out.split()
        )
        [record] = office("retention", "list", "--removed", "--json").json["removed"]
        assert (record["row_count"], record["byte_count"]) == (1, removed["bytes"])
        assert office("retention", "list", "--removed", "--json", user=OTHER).json["removed"] == []
        assert office("doctor").status == 0

    def test_that_is_out_of_time_says_what_is_left(self, office: Office) -> None:
        sent_letter(office)
        office("retention", "set", "email_bodies", "strip", "30d")

        said = office("retention", "apply", "--seconds", "0")

        assert said.status == 1
        assert said.out == "Nothing was due.\nleft: email_bodies of user 1: there was no time\n"

    def test_of_somebody_else_leaves_mine(self, office: Office) -> None:
        sent_letter(office)
        office("retention", "set", "email_bodies", "strip", "30d", "--everybody")

        assert office("retention", "apply", user=OTHER).out == "Nothing was due.\n"
        assert office("retention", "plan", "--json").json["planned"][0]["rows"] == 1


class TestHolds:
    def test_keep_everything_until_they_are_released(self, office: Office) -> None:
        sent_letter(office)
        office("retention", "set", "email_bodies", "strip", "30d")

        placed = office("retention", "hold", "--reason", "the lawsuit of May", "--json").json

        assert office("retention", "plan").out == "Nothing is due.\n"
        assert "the lawsuit of May" in office("retention", "list").out
        assert office("retention", "release", str(placed["id"]), user=OTHER).status == 1
        said = office("retention", "release", str(placed["id"]))
        assert said.out.startswith(f"Hold {placed['id']} is released since 20")
        assert office("retention", "list", "--json").json["holds"] == []
        assert len(office("retention", "list", "--released", "--json").json["holds"]) == 1
        assert office("retention", "apply", "--json").json["removed"][0]["rows"] == 1

    def test_need_a_reason_and_something_to_hold(self, office: Office) -> None:
        assert office("retention", "hold").status == 2
        assert office("retention", "hold", "--reason", "").status == 2
        assert "There is no campaign" in office("retention", "hold", "--reason", "x", "-c", "none").err

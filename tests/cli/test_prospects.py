"""`linkwright prospects`: look, decide, note an address or a link."""

from tests.cli.office import NOW, OTHER, Office


def shown(office: Office, prospect: int) -> dict[str, object]:
    found = office("prospects", "show", str(prospect), "--json").json["prospect"]
    return dict(found)


class TestReading:
    def test_lists_the_best_first_by_state(self, office: Office) -> None:
        everybody = office("prospects", "list", "-c", "Autumn", "--json").json
        approved = office("prospects", "list", "-c", "Autumn", "--status", "approved")

        assert len(everybody["prospects"]) == 5
        assert not everybody["more"]
        assert [line.split()[1:] for line in approved.out.splitlines()[2:]] == [
            ["approved", "·", "bob@two.example", "https://two.example/write"],
            ["approved", "·", "ann@one.example", "https://one.example/write"],
        ]

    def test_shows_facts_letters_answers_reasons_and_history(self, office: Office) -> None:
        letter = office.letters()[0]
        office.send(letter["id"], "<one@northwind.example>")
        office.receive(words="Yes please, send me a draft!", answers="<one@northwind.example>")

        said = office("prospects", "show", str(letter["opportunity_id"]))

        assert said.status == 0, said.err
        text = " ".join(said.out.split())
        for words in (
            "One responded",
            "ann@one.example",
            f"{letter['id']} sent initial For One",
            "Yes please, send me a draft!",
            "qualify: keeps every rule · rule (campaign file, [qualify])",
            "qualified → approved policy:Mara",
            f"letter {letter['id']} approved → queued",
            "contacted → responded",
        ):
            assert words in text
        assert max(map(len, said.out.splitlines())) <= 100

    def test_a_strangers_words_move_no_cursor(self, office: Office) -> None:
        prospect = office.prospects("approved")[0]
        office("prospects", "contact", str(prospect), "a@one.example", "--name", "[red]A\u202e\x1b[31m")
        said = office("prospects", "show", str(prospect))
        assert "[red]A" in said.out
        assert not {"\u202e", "\x1b"} & set(said.out)


class TestDeciding:
    def test_approve_reject_and_qualify(self, office: Office) -> None:
        qualified = office.prospects("qualified", OTHER)
        [rejected] = office.prospects("rejected", OTHER)
        one, two = map(str, qualified)

        assert office("prospects", "approve", one, user=OTHER).out == f"prospect {one}: approved\n"
        no = office("prospects", "reject", two, "--reason", "a shop", user=OTHER)
        assert no.out == f"prospect {two}: rejected\n"
        back = office("prospects", "qualify", str(rejected), "--reason", "small and good", user=OTHER)
        assert back.status == 0, back.err

        assert office.prospects("approved", OTHER) == [int(one)]
        assert office.prospects("rejected", OTHER) == [int(two)]
        assert "small and good" in office("prospects", "show", str(rejected), user=OTHER).out

    def test_one_that_fails_stops_no_other(self, office: Office) -> None:
        one, two = map(str, office.prospects("qualified", OTHER))

        said = office("prospects", "approve", one, "999999", two, "--json", user=OTHER)

        assert said.status == 1
        assert [(row["id"], row["status"]) for row in said.json] == [
            (int(one), "approved"),
            (999999, None),
            (int(two), "approved"),
        ]
        assert said.json[1]["problem"] == "There is no prospect 999999."

    def test_a_dry_run_keeps_nothing(self, office: Office) -> None:
        ids = office.prospects("qualified", OTHER)
        said = office("prospects", "approve", *map(str, ids), "--dry-run", user=OTHER)

        assert said.out.count(": approved") == 2
        assert "nothing was kept" in said.out
        assert office.prospects("qualified", OTHER) == ids

    def test_a_rejection_needs_a_reason(self, office: Office) -> None:
        ids = [str(one) for one in office.prospects("qualified", OTHER)]

        assert office("prospects", "reject", *ids, user=OTHER).status == 2
        blank = office("prospects", "reject", *ids, "--reason", " ", user=OTHER)
        assert (blank.status, blank.out) == (2, "")
        assert [str(one) for one in office.prospects("qualified", OTHER)] == ids


class TestNoting:
    def test_an_address_that_somebody_found_lets_the_next_run_write(self, office: Office) -> None:
        waiting = office.prospects("discovered", OTHER)
        three = next(
            one for one in waiting
            if "three" in office("prospects", "show", str(one), user=OTHER).out
        )  # fmt: skip

        said = office("prospects", "contact", str(three), "cy@three.example", "--name", "Cy Dee", user=OTHER)
        office("run", "campaign.toml", "--now", NOW, user=OTHER)

        assert said.out == f"prospect {three}: discovered\n"
        assert "cy@three.example" in [row["to_email"] for row in office.letters(OTHER)]

    def test_a_wrong_address_is_refused(self, office: Office) -> None:
        prospect = office.prospects("approved")[0]
        said = office("prospects", "contact", str(prospect), "nobody")
        assert said.status == 2
        assert "contact_email: must be a valid email address" in said.err

    def test_a_link_is_noted_once(self, office: Office) -> None:
        letter = office.letters()[0]
        office.send(letter["id"], "<one@northwind.example>")
        prospect = letter["opportunity_id"]
        words = (
            "prospects",
            "link",
            str(prospect),
            "https://one.example/guest",
            "--at",
            "2024-09-16T00:00:00Z",
        )

        first, again = office(*words), office(*words)

        assert first.out == again.out == f"prospect {prospect}: published\n"
        assert shown(office, prospect)["link_url"] == "https://one.example/guest"
        assert office("campaigns", "show", "Autumn", "--json").json["campaign"]["successful_links"] == 1

    def test_what_is_no_page_is_refused(self, office: Office) -> None:
        prospect = office.prospects("approved")[0]
        said = office("prospects", "link", str(prospect), "javascript:alert(1)")
        assert said.status == 2
        assert shown(office, prospect)["status"] == "approved"


class TestLost:
    def test_a_link_that_was_noted_wrongly_makes_room_for_the_right_one(self, office: Office) -> None:
        [prospect, *_] = map(str, office.prospects("approved"))
        office("prospects", "link", prospect, "https://one.example/wrong")

        lost = office("prospects", "lost", prospect, "--evidence", "it is on another page")
        right = office("prospects", "link", prospect, "https://one.example/right")

        assert (lost.status, lost.out) == (0, f"prospect {prospect}: link lost\n"), lost.err
        assert right.status == 0, right.err
        shown = office("prospects", "show", prospect).out
        assert "https://one.example/right" in shown
        assert "it is on another page" in shown


class TestOthers:
    def test_prospects_of_another_user_are_not_there(self, office: Office) -> None:
        theirs = str(office.prospects("qualified", OTHER)[0])

        for words in (
            ("show", theirs),
            ("approve", theirs),
            ("qualify", theirs),
            ("reject", theirs, "--reason", "x"),
            ("contact", theirs, "x@one.example"),
            ("link", theirs, "https://one.example/x"),
        ):
            said = office("prospects", *words)
            assert (said.status, said.err) == (1, f"linkwright: There is no prospect {theirs}.\n")
        assert int(theirs) in office.prospects("qualified", OTHER)

"""`linkwright inbox`: what came back, what it is, where it belongs."""

import pytest

from tests.cli.office import NOW, OTHER, Office


@pytest.fixture
def answered(office: Office) -> Office:
    """The first letter was sent and answered; a stranger wrote too."""
    office.send(office.letters()[0]["id"], "<one@northwind.example>")
    office.receive(words="Yes please, send me a draft!", answers="<one@northwind.example>")
    office.receive(words="May we quote your finder?", sender="Oda Nilsen <oda@far.example>")
    return office


def waiting(office: Office, *words: str) -> list[dict[str, object]]:
    said = office("inbox", "list", *words, "--json").json
    return list(said["messages" if "--unmatched" in words else "answers"])


class TestReading:
    def test_lists_what_nobody_has_looked_at(self, answered: Office) -> None:
        [one] = waiting(answered)
        listed = answered("inbox", "list", "-c", "Autumn")
        assert listed.out.splitlines()[2].startswith(f"{one['id']}   2024-09-16 08:00  positive")
        answered("inbox", "review", str(one["id"]))
        assert waiting(answered) == []
        assert [row["id"] for row in waiting(answered, "-c", "Autumn", "--all")] == [one["id"]]

    def test_shows_answers_and_messages_whole(self, answered: Office) -> None:
        [one], [stray] = waiting(answered), waiting(answered, "--unmatched")

        answer = answered("inbox", "show", str(one["id"]))
        message = answered("inbox", "show", f"m{stray['id']}")

        assert "Yes please, send me a draft!" in answer.out
        assert "reviewed   no" in answer.out
        assert "May we quote your finder?" in message.out
        assert "belongs to  no letter yet" in message.out

    @pytest.mark.parametrize(
        "words",
        [
            ("list", "--all"),
            ("list", "--unmatched", "-c", "Autumn"),
            ("show", "x1"),
            ("show", "m"),
            ("show", "m¹"),
        ],
    )
    def test_wrong_use_is_one_line_and_status_2(self, answered: Office, words: tuple[str, ...]) -> None:
        said = answered("inbox", *words)
        assert (said.status, said.out) == (2, "")
        assert len(said.err.splitlines()) == 1


class TestDismiss:
    def test_puts_a_message_away_and_takes_that_back(self, answered: Office) -> None:
        [stray] = waiting(answered, "--unmatched")

        away = answered("inbox", "dismiss", f"m{stray['id']}")
        again = answered("inbox", "dismiss", str(stray["id"]))

        assert (away.status, away.out) == (0, f"message m{stray['id']}: put away\n")
        assert again.status == 0
        assert waiting(answered, "--unmatched") == []
        [kept] = answered("inbox", "list", "--dismissed", "--json").json["messages"]
        assert (kept["id"], kept["dismissed_by"]) == (stray["id"], "user:1")
        assert "Match a message" not in answered("run", "campaign.toml", "--now", NOW).out
        assert answered("inbox", "dismiss", f"m{stray['id']}", "--undo").out.endswith(": waits again\n")
        assert len(waiting(answered, "--unmatched")) == 1

    def test_not_an_answer_nor_what_is_not_there(self, answered: Office) -> None:
        matched = answered("inbox", "dismiss", "m1", "m999999")

        assert matched.status == 1
        assert "Message m1 belongs to letter" in matched.err
        assert "There is no message m999999." in matched.err

    def test_of_another_user_is_not_there(self, answered: Office) -> None:
        [stray] = waiting(answered, "--unmatched")
        assert answered("inbox", "dismiss", f"m{stray['id']}", user=OTHER).status == 1
        assert len(waiting(answered, "--unmatched")) == 1


class TestMatch:
    def test_makes_an_answer_of_a_message(self, answered: Office) -> None:
        second = answered.letters()[1]
        answered.send(second["id"], "<two@northwind.example>")
        [stray] = waiting(answered, "--unmatched")

        said = answered("inbox", "match", f"m{stray['id']}", str(second["id"]))

        assert said.status == 0, said.err
        assert f"to letter {second['id']}" in said.out
        assert waiting(answered, "--unmatched") == []
        assert second["opportunity_id"] in answered.prospects("responded")
        again = answered("inbox", "match", f"m{stray['id']}", str(second["id"]))
        assert (again.status, "already" in again.err) == (1, True)

    def test_not_to_a_letter_that_never_left(self, answered: Office) -> None:
        draft = answered.letters()[1]
        [stray] = waiting(answered, "--unmatched")

        said = answered("inbox", "match", f"m{stray['id']}", str(draft["id"]))

        assert said.status == 1
        assert len(waiting(answered, "--unmatched")) == 1


class TestReview:
    def test_a_persons_word_stands_and_has_its_effects(self, answered: Office) -> None:
        [one] = waiting(answered)

        said = answered("inbox", "review", str(one["id"]), "--as", "unsubscribe", "--note", "by telephone")

        assert said.out == f"answer {one['id']}: unsubscribe, reviewed\n"
        assert answered("suppress", "list", "--json").json["suppressed"][0]["address"] == "ann@one.example"
        assert "by telephone" in answered("inbox", "show", str(one["id"])).out

    def test_knows_the_kinds(self, answered: Office) -> None:
        said = answered("inbox", "review", "1", "--as", "maybe")
        assert said.status == 2
        assert "positive" in said.err


class TestOthers:
    def test_find_nothing(self, answered: Office) -> None:
        [one], [stray] = waiting(answered), waiting(answered, "--unmatched")
        theirs = str(answered.letters(OTHER)[0]["id"])

        assert answered("inbox", "list", user=OTHER).out == "No answers that nobody has looked at.\n"
        assert answered("inbox", "list", "--unmatched", user=OTHER).out == "No messages without a letter.\n"
        for words, kind in (
            (("show", str(one["id"])), "response"),
            (("review", str(one["id"]), "--as", "negative"), "response"),
            (("show", f"m{stray['id']}"), "message"),
            (("match", f"m{stray['id']}", theirs), "message"),
        ):
            said = answered("inbox", *words, user=OTHER)
            assert said.status == 1
            assert said.err.startswith(("linkwright: There is no", f"linkwright: There is no {kind}"))
        assert answered("inbox", "match", f"m{stray['id']}", theirs).err == (
            f"linkwright: There is no letter {theirs}.\n"
        )
        assert len(waiting(answered)) == 1
        assert len(waiting(answered, "--unmatched")) == 1

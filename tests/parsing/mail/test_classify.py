"""What a received message is."""

from __future__ import annotations

import pytest

from linkwright.parsing.mail import classify, parse_message
from linkwright.vocabulary import ResponseType
from tests.parsing.mail.corpus.letters import GMAIL, OUR_MAIL, OUTLOOK, letter


class TestUnsubscribe:
    @pytest.mark.parametrize(
        "words",
        [
            "remove me",
            "Remove",
            "STOP",
            "Please stop emailing me",
            "take me off your list",
            "Take us off this list please",
            "do not contact me again",
            "Don't email me anymore",
            "don\u2019t ever write to me again",
            "no more emails please",
            "opt out",
            "Opt me out",
            "UNSUBSCRIBE!!!",
            "unsubscibe",
            "please delete my email from your database",
            "I do not wish to be contacted",
            "cease and desist",
            "leave me alone",
            "quit emailing us",
            "Abmelden",
            "Bitte keine weiteren Mails",
            "Schreiben Sie mir nicht mehr",
            "désabonnez-moi",
            "Ne me contactez plus",
            "darme de baja",
            "no me envíen más correos",
            "cancellatemi dalla lista",
            "non scrivetemi più",
            "descadastrar",
            "não me envie mais emails",
            "afmelden aub",
            "mail mij niet meer",
            "proszę o usunięcie z listy",
        ],
    )
    @pytest.mark.parametrize("tail", ["", GMAIL, OUTLOOK], ids=["bare", "gmail", "outlook"])
    def test_no_wish_to_leave_is_missed(self, words: str, tail: str) -> None:
        reading = classify(parse_message(letter(words + tail)))
        assert reading.kind is ResponseType.UNSUBSCRIBE

    @pytest.mark.parametrize(
        "words",
        [
            "Don't hesitate to send more.",
            "I don't want to unsubscribe, tell me more.",
            "We'd like a post on unsubscribe rates.",
            "Please don't send anything before Friday.",
            "We never stop learning.",
            "Remove the second link, please.",
            "Non-stop fun.",
        ],
    )
    def test_words_near_it_are_not_taken_for_it(self, words: str) -> None:
        assert classify(parse_message(letter(words))).kind is not ResponseType.UNSUBSCRIBE

    @pytest.mark.parametrize(
        "words",
        [
            "Get me off this list now.",
            "Can you please not send us any more of these?",
            "I'd like to be removed from all future mailings.",
            "We've asked before: no further correspondence please.",
            "Enough. Remove.",
            "My email should not be in your outreach sequence, please delete it.",
            "pls dont mail us",
            "Streichen Sie unsere Adresse bitte.",
            "Ich möchte keine Anfragen dieser Art mehr bekommen.",
            "Veuillez supprimer notre adresse de votre base.",
            "Je ne souhaite plus recevoir vos messages.",
            "Os ruego que me eliminéis de vuestra lista de correo.",
            "Non desidero ricevere altre email.",
            "Não quero mais receber esses e-mails.",
            "Haal me van de lijst.",
            "Wij willen geen mails van u ontvangen.",
            "This is unsolicited, take our site off your prospect list.",
            "Never contact me again!",
            "Scrub my details from your outreach.",
            "You're not welcome to write here anymore.",
            "I want out of this list.",
            "Off your list please!!",
            "Do me a favour and lose this contact.",
            "Please cancel my subscription to whatever this is.",
            "How do I unsubscribe from this?",
            "Kein Kontakt mehr bitte.",
            "Nehmt uns von der Liste.",
            "Merci de me retirer de vos envois.",
            "Arrêtez de m'écrire.",
            "Sáquenme de su lista.",
            "No vuelvan a escribirme.",
            "Non contattateci più.",
            "Parem de me mandar e-mail.",
            "Schrijf me niet meer aan.",
            "Further emails will be reported as spam.",
            "pls take me of ur list",
        ],
    )
    def test_no_wish_to_leave_is_missed_however_it_is_put(self, words: str) -> None:
        assert classify(parse_message(letter(words + GMAIL))).kind is ResponseType.UNSUBSCRIBE

    @pytest.mark.parametrize(
        "words",
        [
            "Please remove the second paragraph and send it back to me.",
            "You can delete our old article from your list of examples.",
            "I never write about this, but my colleague does.",
            "Don't worry, write me whenever you like.",
            "Please don't forget to email us the draft again.",
            "We do not email drafts, please use the form to reach us.",
            "Add us to your list!",
            "No, you can write to me in English, please.",
            "I can take your article, put it on our list for May.",
            "Bitte schicken Sie mir keine PDF, sondern eine Word-Datei.",
            "Ne m'envoyez pas le fichier en PDF s'il vous plaît.",
            "Do not send us the invoice yet, please.",
            "My team will take a look at your list of topics.",
            "I stopped writing on the blog, please contact us via the shop.",
            "Not now, write me again in May.",
            "We drop our rates in March, see my price list.",
            "Never mind, please send us the text.",
            "We removed the broken link, thanks for telling us.",
            "Can you remove the tracking parameters from our link?",
            "I could not write back sooner, sorry.",
            "No one told me about the list, who is on it?",
            "Don't email Sam, email me instead.",
            "Stop by our booth if you are at the fair.",
            "We are no longer a blog; we write a newsletter for our members.",
            "Take a look at my list of sites and tell me which you like.",
            "Please never use stock photos when you write for us.",
            "Ich kann Ihnen keine Preise nennen, schreiben Sie bitte uns.Danke",
            "Je ne peux pas vous écrire avant lundi.",
            "No te preocupes, escríbeme cuando quieras.",
            "Can you delete that comment from my post?",
            "Drop me a line when the list is ready.",
            "Add my email to the list for the next round.",
        ],
    )
    def test_ordinary_requests_are_not_taken_for_it(self, words: str) -> None:
        assert classify(parse_message(letter(words + GMAIL))).kind is not ResponseType.UNSUBSCRIBE

    def test_our_footer_quoted_in_html_makes_nobody_leave(self) -> None:
        raw = letter(
            f"<p>Sounds great!</p><blockquote>{OUR_MAIL}</blockquote>",
            content_type="text/html; charset=utf-8",
        )
        assert classify(parse_message(raw)).kind is ResponseType.POSITIVE


class TestEvidence:
    def test_a_reading_says_what_it_rests_on(self) -> None:
        reading = classify(parse_message(letter("Not interested, thanks.")))
        assert reading.kind is ResponseType.NEGATIVE
        assert reading.evidence == ("body: Not interested",)

    def test_silence_is_unclear_and_not_sure(self) -> None:
        reading = classify(parse_message(b""))
        assert (reading.kind, reading.evidence) == (ResponseType.NEUTRAL, ())
        assert reading.confidence < 0.5

# ruff: noqa: E501  (a letter is read best on the line it was written on)
"""More letters, written after the rules: at first sight 36 of 36 senders were told apart and 18 kinds were right.

The rules have since been widened to them, so they hold the ground that was won and measure nothing.
"""

from __future__ import annotations

from linkwright.vocabulary import ResponseType
from tests.parsing.mail.corpus.letters import (
    APPLE,
    DUTCH,
    FRENCH,
    GERMAN,
    GERMAN_OUTLOOK,
    GMAIL,
    ITALIAN,
    OUTLOOK,
    PORTUGUESE,
    SPANISH,
    Labelled,
    daemon,
    letter,
)

LATER = (
    Labelled(
        "later 1",
        ResponseType.NEGATIVE,
        letter(
            "Hello Alex, thank you for thinking of us. At present our editorial calendar is written in-house, so we'll have to say no."
            + GMAIL
        ),
    ),
    Labelled("later 2", ResponseType.NEGATIVE, letter("Nope." + APPLE)),
    Labelled(
        "later 3",
        ResponseType.NEGATIVE,
        letter("Danke für die Anfrage, wir veröffentlichen keine Gastartikel." + GERMAN),
    ),
    Labelled(
        "later 4", ResponseType.NEGATIVE, letter("Dank voor je mail, maar hier doen we niet aan mee." + DUTCH)
    ),
    Labelled("later 5", ResponseType.NEGATIVE, letter("We don't do link insertions, sorry." + OUTLOOK)),
    Labelled(
        "later 6", ResponseType.POSITIVE, letter("Hey! Love the idea. When could you have it ready?" + GMAIL)
    ),
    Labelled("later 7", ResponseType.POSITIVE, letter("Ok, please proceed with topic number two." + APPLE)),
    Labelled(
        "later 8",
        ResponseType.POSITIVE,
        letter("Bonjour Alex, votre proposition nous plaît. Envoyez-nous l'article." + FRENCH),
    ),
    Labelled(
        "later 9",
        ResponseType.POSITIVE,
        letter("Hola Alex, me parece muy bien, mándame el texto cuando lo tengas." + SPANISH),
    ),
    Labelled(
        "later 10",
        ResponseType.POSITIVE,
        letter("Your post went up this morning: https://example.org/a" + GMAIL),
    ),
    Labelled(
        "later 11",
        ResponseType.POSITIVE,
        letter("I have updated the article with your resource. Thanks for the tip!" + OUTLOOK),
    ),
    Labelled("later 12", ResponseType.NEUTRAL, letter("Who is this? How did you find us?" + GMAIL)),
    Labelled(
        "later 13",
        ResponseType.NEUTRAL,
        letter("Our rate for a guest article is EUR 90 plus VAT." + GERMAN_OUTLOOK),
    ),
    Labelled("later 14", ResponseType.NEUTRAL, letter("Sarah handles this, I have copied her in." + APPLE)),
    Labelled("later 15", ResponseType.NEUTRAL, letter("Let me think about it over the weekend." + GMAIL)),
    Labelled(
        "later 16",
        ResponseType.NEUTRAL,
        letter("Would you also place a link to our site on yours?" + ITALIAN),
    ),
    Labelled(
        "later 17", ResponseType.UNSUBSCRIBE, letter("Kindly take this inbox out of your campaign." + GMAIL)
    ),
    Labelled("later 18", ResponseType.UNSUBSCRIBE, letter("Lose my email address." + APPLE)),
    Labelled(
        "later 19",
        ResponseType.UNSUBSCRIBE,
        letter("I never asked for this. Please don't contact our company any further." + OUTLOOK),
    ),
    Labelled(
        "later 20",
        ResponseType.UNSUBSCRIBE,
        letter("Bitte entfernen Sie meine E-Mail-Adresse aus Ihrer Datenbank." + GERMAN),
    ),
    Labelled("later 21", ResponseType.UNSUBSCRIBE, letter("Merci de ne plus m'écrire." + FRENCH)),
    Labelled("later 22", ResponseType.UNSUBSCRIBE, letter("Por favor quítame de tu lista." + SPANISH)),
    Labelled("later 23", ResponseType.UNSUBSCRIBE, letter("Favor remover meu e-mail da lista." + PORTUGUESE)),
    Labelled("later 24", ResponseType.UNSUBSCRIBE, letter("Verwijder mijn adres uit uw bestand." + DUTCH)),
    Labelled("later 25", ResponseType.UNSUBSCRIBE, letter("Toglimi dalla tua lista." + ITALIAN)),
    Labelled(
        "later 26",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "I'm travelling this week with patchy wifi, replies will be slow.",
            subject="Auto: Re: Your guide",
            headers="Auto-Submitted: auto-replied",
        ),
    ),
    Labelled(
        "later 27",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "Ich befinde mich bis 12. Januar in Elternzeit.",
            subject="Automatische Antwort: Artikel",
            headers="Auto-Submitted: auto-generated",
        ),
    ),
    Labelled(
        "later 28",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "Jag är på semester till den 12 januari.", subject="Autosvar: guide", headers="X-Autoreply: yes"
        ),
    ),
    Labelled(
        "later 29",
        ResponseType.AUTO_REPLY,
        letter(
            "Thanks! A member of the team will be in touch shortly.",
            subject="We got your message",
            headers="Auto-Submitted: auto-generated",
        ),
    ),
    Labelled(
        "later 30",
        ResponseType.AUTO_REPLY,
        letter(
            "Jane no longer works at Example. For press matters write to press@example.com.",
            subject="Automatic reply: guide",
            headers="Auto-Submitted: auto-replied",
        ),
    ),
    Labelled(
        "later 31",
        ResponseType.AUTO_REPLY,
        letter(
            "Hallo, Ihre Anfrage #4411 ist bei uns eingegangen. Diese E-Mail wurde automatisch erzeugt.",
            subject="Anfrage 4411",
            sender="noreply@desk.example.net",
        ),
    ),
    Labelled(
        "later 32",
        ResponseType.BOUNCE,
        daemon(
            "Delivery to the following recipient failed permanently:\n\n     gone@mail.example.com\n\nTechnical details of permanent failure:\n550-5.1.1 The email account that you tried to reach does not exist.\n\n----- Original message -----\n",
            subject="Delivery Status Notification (Failure)",
            sender="Mail Delivery Subsystem <mailer-daemon@mail.example.com>",
        ),
    ),
    Labelled(
        "later 33",
        ResponseType.BOUNCE,
        daemon(
            "El mensaje no se pudo entregar a info@sitio.example.com porque la casilla no existe.",
            subject="No se puede entregar: guía",
            sender="postmaster@sitio.example.com",
        ),
    ),
    Labelled(
        "later 34",
        ResponseType.BOUNCE,
        daemon(
            "Message from yahoo.example.com.\nUnable to deliver message to the following address(es).\n\n<x@yahoo.example.com>:\nThis user doesn't have a account\n",
            subject="failure delivery",
            sender="MAILER-DAEMON@yahoo.example.com",
        ),
    ),
    Labelled(
        "later 35",
        ResponseType.BOUNCE,
        letter(
            "The following message to <a@b.example.com> was undeliverable.\nThe reason for the problem:\n5.1.0 - Unknown address error 550-'User not found'",
            subject="Delivery Status Notification (Failure)",
            sender="postmaster@b.example.com",
            reply=False,
        ),
    ),
    Labelled(
        "later 36",
        ResponseType.SPAM,
        letter(
            "Hi, I am a web developer. We can redesign your website and rank it on the first page of Google.",
            reply=False,
            subject="Website",
        ),
    ),
)

# ruff: noqa: E501  (a letter is read best on the line it was written on)
"""Messages that the rules were written against."""

from __future__ import annotations

from linkwright.vocabulary import Intent, ResponseType
from tests.parsing.mail.corpus.letters import (
    APPLE,
    DUTCH,
    FRENCH,
    GERMAN,
    GMAIL,
    ITALIAN,
    OLD_OUTLOOK,
    ORIGINAL_ID,
    OUR_MAIL,
    OUTLOOK,
    PORTUGUESE,
    SPANISH,
    Labelled,
    daemon,
    feedback,
    letter,
    quoted,
    report,
)

DEV = (
    # Bounces.
    Labelled(
        "postfix",
        ResponseType.BOUNCE,
        report("ghost@blog.example.com"),
        bounce="hard",
        recipient="ghost@blog.example.com",
    ),
    Labelled(
        "forwarded address",
        ResponseType.BOUNCE,
        report(
            "inner@host.example.net",
            fields="Original-Recipient: rfc822;jane@blog.example.com\nFinal-Recipient: rfc822; inner@host.example.net\nAction: failed\nStatus: 5.1.1\n",
        ),
        bounce="hard",
        recipient="jane@blog.example.com",
    ),
    Labelled(
        "action with a comment, no angle id",
        ResponseType.BOUNCE,
        report(
            "x@y.example.com",
            fields="Final-Recipient: RFC822; <x@y.example.com>\nAction: failed (bad address)\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no such mailbox\n",
        ),
        bounce="hard",
        recipient="x@y.example.com",
    ),
    Labelled(
        "mailbox full",
        ResponseType.BOUNCE,
        report("full@blog.example.com", status="5.2.2", diagnostic="smtp; 552 mailbox full"),
        bounce="soft",
        recipient="full@blog.example.com",
    ),
    Labelled(
        "message too big",
        ResponseType.BOUNCE,
        report("big@blog.example.com", status="5.3.4", diagnostic="smtp; 552 message too big"),
        bounce="soft",
        recipient="big@blog.example.com",
    ),
    Labelled(
        "no such host",
        ResponseType.BOUNCE,
        report("a@nowhere.example.com", status="5.4.4", diagnostic="dns; Host not found"),
        bounce="hard",
        recipient="a@nowhere.example.com",
    ),
    Labelled(
        "delayed",
        ResponseType.AUTO_REPLY,
        report(
            "late@blog.example.com",
            action="delayed",
            status="4.4.1",
            subject="Warning: message delayed 4 hours",
        ),
        bounce="delayed",
        recipient="late@blog.example.com",
    ),
    Labelled(
        "postfix in words",
        ResponseType.BOUNCE,
        daemon(
            "This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your message could not\n"
            "be delivered to one or more recipients.\n\n<old@site.example.org>: host mx.site.example.org[192.0.2.4] said: 550\n"
            "    5.1.1 <old@site.example.org>: Recipient address rejected: User unknown\n",
            subject="Undelivered Mail Returned to Sender",
        ),
        bounce="hard",
        recipient="old@site.example.org",
    ),
    Labelled(
        "yahoo in words",
        ResponseType.BOUNCE,
        daemon(
            "Sorry, we were unable to deliver your message to the following address.\n\n<someone@mail.example.com>:\n"
            f"554: delivery error: dd This user doesn't have a mail.example.com account (someone@mail.example.com) [0]\n\n"
            f"--- Below this line is a copy of the message.\n\nMessage-ID: <{ORIGINAL_ID}>\n",
            subject="Failure Notice",
            sender="MAILER-DAEMON@mail.example.com",
        ),
        bounce="hard",
        recipient="someone@mail.example.com",
    ),
    Labelled(
        "exchange 5.5",
        ResponseType.BOUNCE,
        daemon(
            "Your message\n\n  To:      chief@corp.example.org\n  Subject: Your guide\n  Sent:    Mon, 5 Jan 2026 09:12:00\n\n"
            "did not reach the following recipient(s):\n\nchief@corp.example.org on Mon, 5 Jan 2026 09:12:40\n"
            "    The recipient name is not recognized. User unknown.\n",
            subject="Undeliverable: Your guide",
            sender="System Administrator <postmaster@corp.example.org>",
        ),
        bounce="hard",
        recipient="chief@corp.example.org",
    ),
    Labelled(
        "french server in words",
        ResponseType.BOUNCE,
        daemon(
            "Votre message n'a pas pu être remis au destinataire suivant :\n\n  contact@site.example.net\n\n552 boîte aux lettres pleine\n",
            subject="Échec de la remise",
            sender="postmaster@site.example.net",
        ),
        bounce="soft",
        recipient="contact@site.example.net",
    ),
    # Complaints and their kin.
    Labelled("abuse", ResponseType.COMPLAINT, feedback("abuse"), recipient="reader@isp.example.net"),
    Labelled(
        "opt-out by feedback loop", ResponseType.UNSUBSCRIBE, feedback("opt-out"), Intent.UNSUBSCRIBE_REQUEST
    ),
    # Automatic replies.
    Labelled(
        "outlook away",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "I am out of the office until Monday, 19 January 2026 with limited access to email.",
            subject="Automatic reply: Your guide",
            headers="Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: All",
        ),
    ),
    Labelled(
        "away without headers",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "I'm currently out of the office and will return on January 12th.",
            subject="Out of Office: Your guide",
        ),
    ),
    Labelled(
        "german away",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "Ich bin vom 5. bis zum 23. Januar nicht im Büro.",
            subject="Automatische Antwort: Ihr Artikel",
            headers="Auto-Submitted: auto-generated",
        ),
    ),
    Labelled(
        "italian away",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "Sono fuori ufficio fino al 15 gennaio 2026.",
            subject="Risposta automatica: guida",
            headers="Auto-Submitted: auto-replied",
        ),
    ),
    Labelled(
        "portuguese away",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "Estarei de férias até 30 de janeiro.",
            subject="Resposta automática: guia",
            headers="Auto-Submitted: auto-replied",
        ),
    ),
    Labelled(
        "dutch away",
        ResponseType.OUT_OF_OFFICE,
        letter("Ik ben op vakantie tot 26 januari.", subject="Afwezig", headers="X-Autoreply: yes"),
    ),
    Labelled(
        "precedence auto_reply",
        ResponseType.AUTO_REPLY,
        letter("We have your mail.", headers="Precedence: auto_reply"),
    ),
    Labelled(
        "ticket",
        ResponseType.AUTO_REPLY,
        letter(
            "We have received your request. Your ticket number is 1182.",
            subject="Ticket 1182",
            headers="Auto-Submitted: auto-replied",
        ),
    ),
    Labelled(
        "receipt from no-reply",
        ResponseType.AUTO_REPLY,
        letter(
            "This is an automated message. Please do not reply to this email.",
            subject="Thank you",
            sender="noreply@form.example.com",
            reply=False,
        ),
    ),
    # People who want no more mail.
    Labelled(
        "remove me",
        ResponseType.UNSUBSCRIBE,
        letter(f"Remove me from your list.{GMAIL}"),
        Intent.UNSUBSCRIBE_REQUEST,
    ),
    Labelled(
        "do not contact",
        ResponseType.UNSUBSCRIBE,
        letter(f"Please do not contact us again.{OUTLOOK}"),
        Intent.UNSUBSCRIBE_REQUEST,
    ),
    Labelled(
        "subject alone",
        ResponseType.UNSUBSCRIBE,
        letter("", subject="Unsubscribe"),
        Intent.UNSUBSCRIBE_REQUEST,
    ),
    Labelled(
        "abmelden", ResponseType.UNSUBSCRIBE, letter(f"Bitte abmelden.{GERMAN}"), Intent.UNSUBSCRIBE_REQUEST
    ),
    Labelled(
        "french leave",
        ResponseType.UNSUBSCRIBE,
        letter(f"Merci de me désinscrire de votre liste.{FRENCH}"),
        Intent.UNSUBSCRIBE_REQUEST,
    ),
    Labelled(
        "italian leave",
        ResponseType.UNSUBSCRIBE,
        letter(f"Non scrivetemi più, grazie.{ITALIAN}"),
        Intent.UNSUBSCRIBE_REQUEST,
    ),
    Labelled(
        "erase my data",
        ResponseType.UNSUBSCRIBE,
        letter(f"Please delete all my personal data.{OLD_OUTLOOK}"),
        Intent.ERASURE_REQUEST,
    ),
    # People who decline.
    Labelled(
        "not interested",
        ResponseType.NEGATIVE,
        letter(f"Not interested, sorry.{GMAIL}"),
        Intent.NOT_INTERESTED,
    ),
    Labelled("no thanks", ResponseType.NEGATIVE, letter(f"No thanks!{APPLE}"), Intent.NOT_INTERESTED),
    Labelled(
        "spanish no",
        ResponseType.NEGATIVE,
        letter(f"Hola, no nos interesa. Un saludo.{SPANISH}"),
        Intent.NOT_INTERESTED,
    ),
    Labelled(
        "link removed",
        ResponseType.NEGATIVE,
        letter(f"Hi, we have removed the link from the page.{GMAIL}"),
        Intent.LINK_REMOVED_NOTICE,
    ),
    # People who are glad.
    Labelled(
        "yes, tell me more",
        ResponseType.POSITIVE,
        letter(f"Yes, we'd be interested! Tell me more.{OUTLOOK}"),
        Intent.INTERESTED,
    ),
    Labelled(
        "send the draft",
        ResponseType.POSITIVE,
        letter(f"Great, send us the draft when it is ready.{GMAIL}"),
        Intent.ASKS_FOR_DRAFT,
    ),
    Labelled(
        "published",
        ResponseType.POSITIVE,
        letter(f"We just published it here: https://site.example.net/p{GMAIL}"),
        Intent.PUBLISHED_NOTICE,
    ),
    Labelled(
        "german yes",
        ResponseType.POSITIVE,
        letter(f"Hallo Alex, das klingt interessant. Welche Themen schlagen Sie vor?{GERMAN}"),
    ),
    Labelled("dutch yes", ResponseType.POSITIVE, letter(f"Hoi, klinkt goed! Stuur maar een artikel.{DUTCH}")),
    Labelled(
        "below the quotation",
        ResponseType.POSITIVE,
        letter(
            f"On Mon, Jan 5, 2026 at 9:12 AM Alex Reed <alex@ours.example.org> wrote:\n{quoted()}\n\nSounds great, let's talk next week."
        ),
        Intent.INTERESTED,
    ),
    Labelled(
        "writes about unsubscribing",
        ResponseType.POSITIVE,
        letter(f"We would love to see an article about unsubscribe pages.{GMAIL}"),
    ),
    # People who neither agree nor decline.
    Labelled(
        "fee",
        ResponseType.NEUTRAL,
        letter(f"Our editorial fee is 150 EUR per post.{PORTUGUESE}"),
        Intent.WANTS_PAYMENT,
    ),
    Labelled(
        "colleague",
        ResponseType.NEUTRAL,
        letter(f"Please contact our editor, sam@site.example.net.{GMAIL}"),
        Intent.REFERRAL,
    ),
    Labelled(
        "question",
        ResponseType.NEUTRAL,
        letter(f"Hi, which company do you work for?{APPLE}"),
        Intent.ASKS_FOR_INFO,
    ),
    Labelled("thanks only", ResponseType.NEUTRAL, letter(f"Thanks Alex.{GMAIL}"), Intent.UNCLEAR),
    Labelled(
        "a person on a list",
        ResponseType.NEUTRAL,
        letter(
            "Thanks for the mail, I have passed it round.",
            headers="Precedence: list\nList-Id: editors.example.org\nList-Unsubscribe: <mailto:leave@example.org>",
        ),
        Intent.UNCLEAR,
    ),
    # A person who writes about a bounce.
    Labelled(
        "about a bounce",
        ResponseType.NEUTRAL,
        letter(
            f"Hi, your last mail to sam@site.example.net was undeliverable, mailbox full. Who are you?\n\n{OUR_MAIL[:10]}",
            subject="Undeliverable mail",
        ),
        Intent.ASKS_FOR_INFO,
    ),
    Labelled(
        "spam",
        ResponseType.SPAM,
        letter("Buy cheap backlinks today. Do you want more traffic?", subject="Offer", reply=False),
    ),
)

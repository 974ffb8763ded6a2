# ruff: noqa: E501  (a letter is read best on the line it was written on)
"""Messages that the rules were not written against: labelled first, looked at afterwards.

At first sight 46 of 47 senders (bounce, automatic, complaint, person) were told apart, 45 kinds
and 22 of 24 intents were right. One person wrote rules and letters both, so real mail will do worse.
"""

from __future__ import annotations

from linkwright.vocabulary import Intent, ResponseType
from tests.parsing.mail.corpus.letters import (
    APPLE,
    DUTCH,
    FRENCH,
    GERMAN,
    GERMAN_OUTLOOK,
    GMAIL,
    ITALIAN,
    OLD_OUTLOOK,
    OUR_MAIL,
    OUTLOOK,
    PORTUGUESE,
    SPANISH,
    Labelled,
    daemon,
    feedback,
    letter,
    report,
)

HELD_OUT = (
    # Bounces.
    Labelled(
        "exchange online, unknown",
        ResponseType.BOUNCE,
        report(
            "marta.ruiz@corp.example.com",
            status="5.1.10",
            diagnostic="smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            subject="Undeliverable: Your guide",
            sender="postmaster@corp.example.com",
            words="Your message to marta.ruiz@corp.example.com couldn't be delivered.\nmarta.ruiz wasn't found at corp.example.com.",
        ),
        bounce="hard",
        recipient="marta.ruiz@corp.example.com",
    ),
    Labelled(
        "gmail, inactive account",
        ResponseType.BOUNCE,
        report(
            "oldblogger@mail.example.com",
            status="5.2.1",
            diagnostic="smtp; 550-5.2.1 The email account that you tried to reach is inactive.",
            subject="Delivery Status Notification (Failure)",
            sender="Mail Delivery Subsystem <mailer-daemon@googlemail.example.com>",
        ),
        bounce="hard",
        recipient="oldblogger@mail.example.com",
    ),
    Labelled(
        "quota with a 5.2.2",
        ResponseType.BOUNCE,
        report(
            "full@box.example.net", status="5.2.2", diagnostic="smtp; 552 5.2.2 Mailbox size limit exceeded"
        ),
        bounce="soft",
        recipient="full@box.example.net",
    ),
    Labelled(
        "refused for its reputation",
        ResponseType.BOUNCE,
        report(
            "editor@strict.example.org",
            status="5.7.1",
            diagnostic="smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using a block list",
        ),
        bounce="soft",
        recipient="editor@strict.example.org",
    ),
    Labelled(
        "given up after four days",
        ResponseType.BOUNCE,
        report("team@slow.example.net", status="4.4.7", diagnostic="smtp; 421 4.4.7 Delivery time expired"),
        bounce="soft",
        recipient="team@slow.example.net",
    ),
    Labelled(
        "only the headers came back",
        ResponseType.BOUNCE,
        report("nobody@short.example.org", returned="text/rfc822-headers"),
        bounce="hard",
        recipient="nobody@short.example.org",
    ),
    Labelled(
        "qmail",
        ResponseType.BOUNCE,
        daemon(
            "Hi. This is the qmail-send program at mx.example.net.\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
            "<webmaster@gone.example.org>:\n192.0.2.7 does not like recipient.\n"
            "Remote host said: 550 5.1.1 <webmaster@gone.example.org>: Recipient address rejected: User unknown\n\n"
            f"--- Below this line is a copy of the message.\n\nReturn-Path: <alex@ours.example.org>\n{OUR_MAIL}",
            subject="failure notice",
        ),
        bounce="hard",
        recipient="webmaster@gone.example.org",
    ),
    Labelled(
        "exim",
        ResponseType.BOUNCE,
        daemon(
            "This message was created automatically by mail delivery software.\n\n"
            "A message that you sent could not be delivered to one or more of its\nrecipients. "
            "This is a permanent error. The following address(es) failed:\n\n"
            "  press@shop.example.com\n    host mx.shop.example.com [192.0.2.9]\n"
            "    SMTP error from remote mail server after RCPT TO:<press@shop.example.com>:\n    550 No such user here\n\n"
            "------ This is a copy of the message, including all the headers. ------\n\nFrom: alex@ours.example.org\n",
            subject="Mail delivery failed: returning message to sender",
            sender="Mail Delivery System <Mailer-Daemon@mx.example.net>",
            headers="X-Failed-Recipients: press@shop.example.com",
        ),
        bounce="hard",
        recipient="press@shop.example.com",
    ),
    Labelled(
        "german server, no report",
        ResponseType.BOUNCE,
        daemon(
            "Ihre Nachricht konnte nicht zugestellt werden.\n\nEmpfänger:\n  redaktion@magazin.example.net\n\n"
            "Grund: 550 Benutzer unbekannt\n",
            subject="Unzustellbar: Ihr Artikel",
            sender="postmaster@magazin.example.net",
        ),
        bounce="hard",
        recipient="redaktion@magazin.example.net",
    ),
    Labelled(
        "still trying",
        ResponseType.AUTO_REPLY,
        report(
            "info@greylist.example.org",
            action="delayed",
            status="4.4.1",
            diagnostic="smtp; connect timed out",
            subject="Delayed Mail (still being retried)",
        ),
        bounce="delayed",
        recipient="info@greylist.example.org",
    ),
    Labelled(
        "delivered, says the report",
        ResponseType.AUTO_REPLY,
        report(
            "ok@fine.example.com",
            action="delivered",
            status="2.0.0",
            diagnostic="smtp; 250 ok",
            subject="Successful Mail Delivery Report",
        ),
    ),
    # Complaints.
    Labelled(
        "abuse report",
        ResponseType.COMPLAINT,
        feedback("abuse", fields="Original-Rcpt-To: <reader@isp.example.net>\n"),
        recipient="reader@isp.example.net",
    ),
    Labelled("fraud report", ResponseType.COMPLAINT, feedback("fraud")),
    # Automatic replies.
    Labelled(
        "outlook, away",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "Thanks for your email. I'm on parental leave and will be back on 2 March 2026. For anything urgent please write to Tom.",
            subject="Automatic reply: Your guide to trail running",
            headers="Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All",
        ),
    ),
    Labelled(
        "gmail vacation responder",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "Hello! I'm hiking with no signal until January 19. I will answer when I return.",
            subject="Out of office Re: Your guide",
            headers="Precedence: bulk\nX-Autoreply: yes\nAuto-Submitted: auto-replied",
        ),
    ),
    Labelled(
        "german absence",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "Vielen Dank für Ihre Nachricht. Ich bin bis einschließlich 16.01.2026 im Urlaub und lese keine E-Mails.",
            subject="Abwesenheitsnotiz: Ihr Artikel",
            headers="Auto-Submitted: auto-replied",
        ),
    ),
    Labelled(
        "french absence",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "Bonjour,\nJe suis actuellement en congés, de retour le 12 janvier. Votre message ne sera pas transféré.",
            subject="Réponse automatique : Votre guide",
            headers="Auto-Submitted: auto-generated",
        ),
    ),
    Labelled(
        "spanish absence",
        ResponseType.OUT_OF_OFFICE,
        letter(
            "Gracias por tu mensaje. Estaré de vacaciones hasta el 20 de enero.",
            subject="Respuesta automática: tu guía",
            headers="X-Autorespond: tu guía",
        ),
    ),
    Labelled(
        "help desk receipt",
        ResponseType.AUTO_REPLY,
        letter(
            "##- Please type your reply above this line -##\n\nYour request (48213) has been received and is being reviewed by our support staff.",
            subject="[Request received] Your guide",
            sender="Support <support@helpdesk.example.com>",
            headers="Auto-Submitted: auto-generated\nPrecedence: bulk",
        ),
    ),
    Labelled(
        "editor's receipt, no headers",
        ResponseType.AUTO_REPLY,
        letter(
            "Thank you for contacting Trail Weekly. This is an automated response to let you know that we have received your message. We read every pitch.",
            subject="Thanks for your submission",
            sender="no-reply@trail.example.org",
            reply=False,
        ),
    ),
    Labelled(
        "dutch automatic answer",
        ResponseType.AUTO_REPLY,
        letter(
            "Bedankt voor uw bericht. Wij reageren binnen twee werkdagen.",
            subject="Automatisch antwoord: uw artikel",
            headers="Auto-Submitted: auto-replied",
        ),
    ),
    # People who want no more mail.
    Labelled("curt", ResponseType.UNSUBSCRIBE, letter(f"unsubscribe{GMAIL}"), Intent.UNSUBSCRIBE_REQUEST),
    Labelled(
        "polite",
        ResponseType.UNSUBSCRIBE,
        letter(f"Hi Alex, could you please take my address off your mailing list? Thanks, Jane{OUTLOOK}"),
        Intent.UNSUBSCRIBE_REQUEST,
    ),
    Labelled(
        "angry",
        ResponseType.UNSUBSCRIBE,
        letter(f"This is the third time. STOP EMAILING ME!!{APPLE}"),
        Intent.UNSUBSCRIBE_REQUEST,
    ),
    Labelled(
        "german leave",
        ResponseType.UNSUBSCRIBE,
        letter(f"Bitte nehmen Sie mich aus Ihrem Verteiler.{GERMAN}"),
        Intent.UNSUBSCRIBE_REQUEST,
    ),
    Labelled(
        "spanish leave",
        ResponseType.UNSUBSCRIBE,
        letter(f"Por favor, no me escriban más.{SPANISH}"),
        Intent.UNSUBSCRIBE_REQUEST,
    ),
    Labelled(
        "erasure",
        ResponseType.UNSUBSCRIBE,
        letter(f"Under Article 17 GDPR I ask you to erase everything you hold about me.{GMAIL}"),
        Intent.ERASURE_REQUEST,
    ),
    Labelled(
        "where did you get this",
        ResponseType.UNSUBSCRIBE,
        letter(f"Where did you get my address? I never signed up. Don't write to me again.{OLD_OUTLOOK}"),
        Intent.UNSUBSCRIBE_REQUEST,
    ),
    # People who decline.
    Labelled(
        "not for us",
        ResponseType.NEGATIVE,
        letter(f"Thanks for reaching out, but we don't accept guest posts.{GMAIL}"),
        Intent.NOT_INTERESTED,
    ),
    Labelled(
        "pass",
        ResponseType.NEGATIVE,
        letter(f"Appreciate the note, I'm going to pass on this one.{APPLE}"),
        Intent.NOT_INTERESTED,
    ),
    Labelled(
        "german no",
        ResponseType.NEGATIVE,
        letter(
            f"Guten Tag,\nvielen Dank, aber wir haben kein Interesse.\nMit freundlichen Grüßen{GERMAN_OUTLOOK}"
        ),
        Intent.NOT_INTERESTED,
    ),
    Labelled(
        "french no",
        ResponseType.NEGATIVE,
        letter(f"Bonjour, merci mais nous ne sommes pas intéressés.{FRENCH}"),
        Intent.NOT_INTERESTED,
    ),
    Labelled(
        "lawyer",
        ResponseType.NEGATIVE,
        letter(f"Our lawyers will hear about this use of our trademark.{OUTLOOK}"),
        Intent.LEGAL_COMPLAINT,
    ),
    # People who are glad.
    Labelled(
        "interested",
        ResponseType.POSITIVE,
        letter(
            f"Hi Alex,\n\nThis sounds great, I'd love to see what you have in mind.\n\nJane\n-- \nJane Doe\nUnsubscribe from my newsletter here{GMAIL}"
        ),
        Intent.INTERESTED,
    ),
    Labelled(
        "topics please",
        ResponseType.POSITIVE,
        letter(f"Sure, send me a few topic ideas and I'll pick one.{APPLE}"),
        Intent.ASKS_FOR_TOPICS,
    ),
    Labelled(
        "it is live",
        ResponseType.POSITIVE,
        letter(f"Hey Alex, your article is live: https://blog.example.com/trails{GMAIL}"),
        Intent.PUBLISHED_NOTICE,
    ),
    Labelled(
        "italian yes",
        ResponseType.POSITIVE,
        letter(f"Ciao Alex, siamo molto interessati! Raccontaci di più.{ITALIAN}"),
        Intent.INTERESTED,
    ),
    Labelled(
        "portuguese yes",
        ResponseType.POSITIVE,
        letter(f"Olá, temos interesse sim. Pode enviar o artigo?{PORTUGUESE}"),
    ),
    Labelled(
        "will add it",
        ResponseType.POSITIVE,
        letter(f"Good catch, that link was dead. We'll add yours next week.{OUTLOOK}"),
        Intent.ACCEPTED,
    ),
    # People who neither agree nor decline.
    Labelled(
        "price list",
        ResponseType.NEUTRAL,
        letter(f"Hello, we charge $120 for a sponsored post with one do-follow link.{GMAIL}"),
        Intent.WANTS_PAYMENT,
    ),
    Labelled(
        "exchange",
        ResponseType.NEUTRAL,
        letter(f"We could do a link exchange, would you link back to our store?{APPLE}"),
        Intent.WANTS_LINK_EXCHANGE,
    ),
    Labelled(
        "dutch question",
        ResponseType.NEUTRAL,
        letter(f"Hoi Alex, wie is jullie klant precies?{DUTCH}"),
        Intent.ASKS_FOR_INFO,
    ),
    Labelled(
        "later",
        ResponseType.NEUTRAL,
        letter(f"We're swamped with the redesign. Check back with me in April?{GMAIL}"),
        Intent.NOT_NOW,
    ),
    Labelled(
        "wrong person",
        ResponseType.NEUTRAL,
        letter(f"I'm no longer the editor of this blog.{OUTLOOK}"),
        Intent.WRONG_PERSON,
    ),
    Labelled(
        "help desk, but a person",
        ResponseType.NEUTRAL,
        letter(
            "Hi Alex, I looked into it with the team; what is the site you are writing for?",
            headers="Precedence: bulk\nList-Id: support.example.com\nX-Auto-Response-Suppress: OOF",
        ),
        Intent.ASKS_FOR_INFO,
    ),
    Labelled("nothing but the quotation", ResponseType.NEUTRAL, letter(GMAIL), Intent.UNCLEAR),
    # Spam.
    Labelled(
        "seo offer",
        ResponseType.SPAM,
        letter(
            "Dear owner, we offer high quality link building services. Guaranteed first page rankings at $99.",
            subject="SEO proposal",
            reply=False,
        ),
    ),
)

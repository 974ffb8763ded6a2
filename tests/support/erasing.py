"""A person who is everywhere: twenty texts that name them, planted in every table of a user's."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import insert, update

from linkwright.db.engine import Database
from linkwright.models import (
    AIContent,
    AIDecision,
    AILearningData,
    BacklinkingCampaign,
    BacklinkingEmail,
    BacklinkingResponse,
    BacklinkingTemplate,
    BacklinkOpportunity,
    EmailEvent,
    ImportJob,
    InboundMessage,
    StatusChange,
)
from linkwright.services.decision_texts import digest_of
from tests.monitoring.sound_record import Ids
from tests.support.prospects import NOON

ADDRESS: Final = "Zoe.Q.Hartvig@gmail.com"
ALIASES: Final = [
    "zoe.q.hartvig@gmail.com",
    "zoeqhartvig@gmail.com",
    "ZOEQHARTVIG@GMAIL.COM",
    "z.o.e.q.h.a.r.t.v.i.g@gmail.com",
    "zoe.q.hartvig+links@gmail.com",
    "zoeqhartvig+a.b@googlemail.com",
    "Zoe.Q.Hartvig@googlemail.com",
    "zoe.qhartvig@gmail.com",
    "zoeq.hartvig+news@googlemail.com",
    "Z.oeqhartvig@Gmail.com",
]
NAME: Final = "Zoe Q. Hartvig"
TELEPHONE: Final = "+45 20 79 46 00"

OWN: Final = [
    "Vesterbrogade 17",
    "my sister Ingeborg",
    "zoehart_on_social",
    "allergic to nuts",
    "Message-ZQH",
]
"""What only stands in the person's own letters, answers and pages."""

PLANTED: Final = [
    ADDRESS,
    *ALIASES[1:6],
    "zoe.q.hartvig%40gmail.com",
    "zoe.q.hartvig&#64;gmail.com",
    NAME,
    "Hartvig, Zoe",
    "zoe-q-hartvig",
    "zoehartvig",
    "ZOE HARTVIG",
    TELEPHONE,
    "+45 20  79 46 00",
    *OWN,
]
"""Twenty texts, of which none may be left."""

_ALL: Final = " | ".join(PLANTED)
_ABOUT: Final = " | ".join(text for text in PLANTED if text not in OWN)
_JSON: Final = {"said": _ALL, "list": [_ALL, {"deep": _ALL}]}


async def plant(database: Database, ids: Ids) -> None:
    """Make the person the contact of a prospect who answered, and let others speak of them."""
    prompt, other_prompt = f"Write to {_ALL}", f"Write to Bob, who knows {_ABOUT}"
    async with database.transaction() as session:

        async def put(model: Any, which: Any, **values: Any) -> None:
            await session.execute(update(model).where(which).values(**values))

        await put(
            BacklinkOpportunity,
            BacklinkOpportunity.id == ids.answered,
            contact_email=ADDRESS,
            contact_name=NAME,
            contact_page_url="https://site.example/zoe-q-hartvig",
            title=f"Zoe's page {_ABOUT}"[:500],
            description=f"Written by Zoe {_ABOUT}",
            user_notes=_ALL,
            ai_content_analysis=_JSON,
        )
        await put(
            BacklinkOpportunity,
            BacklinkOpportunity.id == ids.silent,
            contact_email=ALIASES[5],
            contact_name=NAME,
        )
        for email, to in (
            (ids.opened_email, ADDRESS),
            (ids.silent_email, ALIASES[5]),
            (ids.follow_up, ALIASES[5]),
        ):
            await put(
                BacklinkingEmail,
                BacklinkingEmail.id == email,
                to_email=to,
                subject=f"To {NAME}, {OWN[0]}",
                body_html=_ALL,
                body_text=_ALL,
                personalization_data=_JSON,
                smtp_response=f"250 {_ALL}",
            )
        await put(BacklinkingEmail, BacklinkingEmail.id == ids.opened_email, ai_prompt_used=prompt)
        await put(
            BacklinkingResponse,
            BacklinkingResponse.id == ids.response,
            from_email=ALIASES[1],
            subject=OWN[1],
            body_html=_ALL,
            body_text=_ALL,
            user_notes=_ALL,
            message_id=f"<{OWN[4]}-{ALIASES[1]}>",
        )
        await put(
            BacklinkingEmail,
            BacklinkingEmail.id == ids.gone_email,
            body_text=f"Ask {_ABOUT}",
            body_html=f"<p>Ask {_ABOUT}</p>",
            personalization_data={_ABOUT: [_ABOUT]},
        )
        await put(
            BacklinkOpportunity,
            BacklinkOpportunity.id == ids.fresh,
            url="https://pages.example/authors/zoe-q-hartvig?by=zoehartvig",
            title=f"With {_ABOUT}"[:500],
            user_notes=_ABOUT,
        )
        await put(BacklinkingCampaign, BacklinkingCampaign.id == ids.campaign, description=_ABOUT)
        await put(
            BacklinkingTemplate, BacklinkingTemplate.id == ids.template, body_template_text=f"Like {_ABOUT}"
        )
        await put(
            StatusChange, StatusChange.email_id == ids.opened_email, reason=f"because Zoe said {_ABOUT}"
        )
        await put(StatusChange, StatusChange.email_id == ids.gone_email, reason=f"as {_ABOUT}")
        await put(EmailEvent, EmailEvent.email_id == ids.opened_email, detail={"kind": "human", **_JSON})
        await put(EmailEvent, EmailEvent.email_id == ids.gone_email, detail={"via": _ABOUT})
        digests = {"rendered_prompt_digest": digest_of(prompt), "output_digest": digest_of(_ALL)}
        await put(
            AIDecision,
            AIDecision.email_id == ids.opened_email,
            **digests,
            reasoning=_ALL,
            context={"slice": "uniform", "who": _ABOUT},
            excluded=[_ABOUT],
        )
        await put(
            AIDecision,
            AIDecision.opportunity_id == ids.fresh,
            reasoning=_ABOUT,
            output_digest=digest_of(other_prompt),
        )
        await session.execute(
            insert(AIContent),
            [
                {"user_id": ids.user, "digest": digest_of(text), "text": text, "created_at": NOON}
                for text in (prompt, _ALL, other_prompt)
            ],
        )
        received = {
            "user_id": ids.user,
            "message_id": f"<{OWN[4]}>",
            "references": [_ALL],
            "from_name": NAME,
            "to_addresses": [ALIASES[2]],
            "subject": OWN[2],
            "raw_headers": _ALL,
            "body_text": _ALL,
            "body_html": _ALL,
            "attachments": [_JSON],
            "reading": _JSON,
            "recorded_at": NOON,
        }
        about: dict[str, Any] = {
            "message_id": None,
            "references": None,
            "to_addresses": None,
            "attachments": None,
        }
        about |= dict.fromkeys(("subject", "raw_headers", "body_text", "body_html"), _ABOUT) | {
            "reading": {"w": _ABOUT}
        }
        await session.execute(
            insert(InboundMessage),
            [
                {**received, "digest": "1" * 64, "from_address": ALIASES[4]},
                {
                    **received,
                    **about,
                    "digest": "2" * 64,
                    "from_address": "bob@x.example",
                    "from_name": "Bob",
                },
            ],
        )
        learned = {
            "user_id": ids.user,
            "data_type": "subject_pattern",
            "data_key": "x",
            "data_value": {"trials": 3},
        }
        await session.execute(insert(AILearningData).values(**learned))
        job = {"user_id": ids.user, "kind": "mail", "target": "mailbox", "digest": "d", "state": "done"}
        source = "/lists/zoe-q-hartvig.csv"
        await session.execute(insert(ImportJob).values(**job, source=source, counts={}, started_at=NOON))

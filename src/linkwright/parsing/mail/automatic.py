"""Mail that a program sent on somebody's behalf, and whether that somebody is away.

Headers decide (RFC 3834 and its older cousins). `Precedence: bulk` and `List-*` alone decide
nothing: help desks and newsletters tools put them on mail that people wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from linkwright.parsing.mail.away_dates import read_return_date

if TYPE_CHECKING:
    from datetime import date

    from linkwright.parsing.mail.message import ParsedMessage

_NO_REPLY: Final = re.compile(
    r"(?:no|do[-_.]?not|donot)[-_.]?reply|auto[-_.]?(?:reply|responder|confirm)|notifications?", re.IGNORECASE
)

_AWAY_SUBJECT: Final = re.compile(
    r"out of (?:the )?office|out-of-office|\booo\b|away from (?:my |the )?(?:office|desk|mail|email)|"
    r"on (?:annual |maternity |paternity |parental |sick )?leave|"
    r"on vacation|on holidays?|vacation (?:reply|notice|response|message)|"
    r"abwesenheit|abwesend|nicht im (?:b(?:ü|ue)ro|haus)|au(?:ß|ss)er haus|im urlaub|elternzeit|"
    r"absence du bureau|absent[e]? du bureau|\babsence\b|^\s*absente?\b|en cong[ée]s?|en vacances|"
    r"fuera de (?:la )?oficina|ausencia|ausente|de vacaciones|"
    r"fuori (?:sede|ufficio)|assenza|^\s*assente\b|in ferie|"
    r"fora do escrit[óo]rio|aus[êe]ncia|de f[ée]rias|"
    r"afwezig|niet op kantoor|met vakantie|op vakantie|"
    r"poza biurem|nieobecno|urlop|fr[åa]nvaro|p[åa] semester|ikke p[åa] kontoret|"
    r"ferie|mimo kancel|poissa|lomalla",
    re.IGNORECASE,
)
_AWAY_BODY: Final = re.compile(
    r"(?:i am|i'm|i\u2019m|i will be|i'll be|currently|we are|is) .{0,30}(?:out of (?:the )?office|away|"
    r"on .{0,20}leave|on vacation|on holidays?|travell?ing|unavailable)|"
    r"out of (?:the )?office|limited access to (?:my )?e-?mail|(?:back|return(?:ing)?) (?:in|"
    r"to) (?:the )?office|"
    r"no longer (?:check|monitor)|"
    r"(?:bin|befinde mich) .{0,60}(?:nicht im (?:b(?:ü|ue)ro|haus)|abwesend|im urlaub|au(?:ß|"
    r"ss)er haus|in elternzeit|"
    r"nicht erreichbar)|wieder (?:im b(?:ü|ue)ro|erreichbar|f(?:ü|ue)r sie da)|"
    r"je suis .{0,60}(?:absent|en cong|en vacances|en d[ée]placement)|de retour (?:au bureau|le)|"
    r"(?:estoy|estar[ée]|me encuentro) .{0,60}(?:fuera de (?:la )?oficina|ausente|de vacaciones)|"
    r"(?:sono|sar[òo]) .{0,60}(?:fuori (?:sede|ufficio)|assente|in ferie)|"
    r"(?:estou|estarei) .{0,60}(?:fora do escrit|ausente|de f[ée]rias)|"
    r"(?:ik ben|ben ik) .{0,60}(?:afwezig|niet op kantoor|op vakantie|met vakantie|met verlof)|"
    r"(?:sono|sar[òo]|siamo) (?:in|al|dal) ferie|(?:bin|sind) .{0,30}im urlaub|"
    r"(?:przebywam|jestem|b[ęe]d[ęe]) .{0,40}(?:na urlopie|poza biurem|nieobecn)|"
    r"(?:on|in) (?:parental|maternity|paternity|sick|annual) leave|(?:not|n't) (?:be )?(?:read|check|"
    r"answer)(?:ed|ing)? .{0,20}mail|"
    r"on sabbatical|ben er niet|met (?:vakantie|verlof)|encontro-me ausente|acceso al correo|sans acc[èe]s|"
    r"(?:jestem|będę) .{0,60}(?:nieobecn|na urlopie|poza biurem)|p[åa] semester|lomalla",
    re.IGNORECASE,
)
_AUTO_SUBJECT: Final = re.compile(
    r"^\s*(?:\[?auto(?:matic|mated|matische?)?[-: ]?(?:reply|response|responder|antwort|"
    r"confirmation)|automatisch(?:e)? (?:antwort|antwoord|afwezigheid)|"
    r"r[ée]ponse automatique|respuesta autom[áa]tica|risposta automatica|resposta autom[áa]tica|"
    r"autosvar|odpowied[źz] automatyczna|"
    r"automatick[áa] odpov|automaattinen vastaus|自动回复|自動返信|자동 ?회신)",
    re.IGNORECASE,
)
_RECEIVED_BODY: Final = re.compile(
    r"this is an automat(?:ed|ic)(?:ally generated)? (?:reply|response|message|e-?mail|acknowledg)|"
    r"this (?:e-?mail|message|reply) (?:was|is|has been) (?:sent )?automatic|"
    r"please do not reply to this (?:e-?mail|message)|do not respond to this (?:e-?mail|message)|"
    r"(?:ticket|case|request) (?:number|id|#|no\.?)|your (?:ticket|request|inquiry|enquiry|message|"
    r"e-?mail) has been (?:received|logged|created)|"
    r"we(?:'ve| have) received your (?:message|e-?mail|request|inquiry|enquiry)|(?:##|"
    r"--)- please type your reply above|"
    r"automatisch (?:erzeugte|generierte|erstellte)|diese (?:e-?mail|nachricht) wurde automatisch|"
    r"(?:message|r[ée]ponse|e-?mail|courriel) (?:g[ée]n[ée]r[ée]e?|envoy[ée]e?) automatiquement|"
    r"(?:mensaje|correo|respuesta) (?:generad[oa] )?autom[áa]tic|messaggio (?:generato )?automatic|"
    r"mensagem autom[áa]tica|"
    r"automatisch (?:gegenereerd|bericht|antwoord)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Automatic:
    """A reply that no person typed just now. `away` tells an absence from a mere receipt."""

    away: bool
    returns_on: date | None
    confidence: float
    evidence: tuple[str, ...]


def read_automatic(message: ParsedMessage) -> Automatic | None:
    """Say whether a message is an automatic reply and which kind; None when a person wrote it."""
    proof, hints = _headers(message)
    start = message.reply_text[:3000]
    away_subject = _AWAY_SUBJECT.search(message.subject)
    away_body = _AWAY_BODY.search(" ".join(start.split()))
    auto_subject = _AUTO_SUBJECT.match(message.subject)
    auto_body = _RECEIVED_BODY.search(start)
    if auto_subject:
        proof.append(f"subject: {auto_subject[0].strip()}")
    # A person may answer in the thread of an out-of-office; the words must be in both places.
    if away_subject and away_body and not message.subject.lower().startswith(("re:", "aw:", "sv:")):
        proof.append(f"subject: {away_subject[0]}")
    said = [f"body: {auto_body[0]}"] if auto_body else []
    if message.from_address and _NO_REPLY.match(message.from_address):
        hints.append("sender takes no replies")
    # Help desks put several of these headers on what people write, so words must bear them out.
    if not proof and not (hints and said):
        return None
    away = bool(away_body or (away_subject and proof))
    returns = read_return_date(start, message.sent_at or message.received_at) if away else None
    words = away_body or away_subject
    evidence = [*proof, *hints, *said, *([f"away: {words[0].strip()[:80]}"] if away and words else [])]
    return Automatic(away, returns, 0.95 if proof else 0.75, tuple(dict.fromkeys(evidence)))


def is_automatic(message: ParsedMessage) -> bool:
    """Say whether no person typed this message."""
    return read_automatic(message) is not None


def _headers(message: ParsedMessage) -> tuple[list[str], list[str]]:
    """Return what proves an automatic reply, and what only hints at one."""
    proof: list[str] = []
    hints: list[str] = []
    submitted = message.header("auto-submitted").lower().partition(";")[0].strip()
    if submitted.startswith("auto-"):
        proof.append(f"Auto-Submitted: {submitted}")
    for name in (
        "X-Autoreply",
        "X-Autorespond",
        "X-Autoresponder",
        "X-Auto-Reply",
        "X-Vacation",
        "X-Autogenerated",
    ):
        value = message.header(name).lower()
        if message.has(name) and value not in {"no", "false", "0"}:
            proof.append(name)
    precedence = message.header("precedence").lower().strip()
    if precedence in {"auto_reply", "auto-reply", "autoreply"}:
        proof.append(f"Precedence: {precedence}")
    elif precedence in {"bulk", "junk", "list"}:
        hints.append(f"Precedence: {precedence}")
    # Exchange puts this on automatic replies, but some programs put it on everything they send.
    if (value := message.header("x-auto-response-suppress").lower()) and value != "none":
        hints.append("X-Auto-Response-Suppress")
    if message.header("return-path").strip() == "<>":
        hints.append("empty return path")
    if "disposition-notification" in message.header("content-type").lower():
        proof.append("disposition notification")
    return proof, hints

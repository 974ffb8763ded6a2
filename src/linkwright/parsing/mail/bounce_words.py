"""How mail servers say in words that a message came back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from linkwright.parsing.mail.headers import is_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkwright.parsing.mail.message import ParsedMessage

LIMIT: Final = 20_000
_ROBOTS: Final = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|mail[-_.]?delivery|maildelivery|bounces?|"
    r"microsoftexchange[0-9a-f]+|delivery|failnotice|mdaemon)(?:[+._-]|$)",
    re.IGNORECASE,
)
_SUBJECT: Final = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed|failed|problem|incomplete)|failure notice|"
    r"returned mail|returned to sender|mail delivery fail|mail could not be delivered|"
    r"message could not be delivered|"
    r"non[- ]?deliverable|delivery report|mail system error|rejected mail|message you sent blocked|"
    r"unzustellbar|zustellung.{0,40}(?:fehl|nicht)|nicht zugestellt|"
    r"non remis|[ée]chec de (?:la )?(?:remise|distribution|livraison)|notification d.[ée]tat de remise|"
    r"no se (?:puede|pudo) entregar|no entregado|error de entrega|"
    r"mancato recapito|non recapitabile|consegna fallita|"
    r"n[ãa]o (?:entregue|foi poss[íi]vel entregar)|falha na entrega|"
    r"onbestelbaar|niet bezorgd|bezorging mislukt|niedostarczon|nie (?:zosta[łl]a )?dostarczon|"
    r"zwrot (?:wiadomo|poczty)|"
    r"kunde inte levereras|kunne ikke leveres|mail failure|permanent (?:delivery )?failure|"
    r"nachricht.{0,20}zur(?:ü|ue)ck|"
    r"non distribu|retour (?:de votre message|d.un message)|non (?:recapitat|consegnat)|mancata consegna|"
    r"entrega (?:fallida|del mensaje)|mensaje (?:devuelto|no entregado)|mensagem (?:devolvida|"
    r"n[ãa]o entregue)|devolvid|"
    r"недоставлен|не доставлен|退信|配信不能|message status",
    re.IGNORECASE,
)
_DELAY: Final = re.compile(
    r"delayed|delay(?:ed)? (?:mail|delivery)|warning: (?:could not send|message)|will (?:keep trying|"
    r"be retried|continue to)|"
    r"do(?:es)? not need to (?:re)?send|still (?:being )?(?:retried|trying)|not yet been delivered|"
    r"verz(?:ö|oe)gert|retard[ée]|"
    r"retraso|in ritardo|vertraagd",
    re.IGNORECASE,
)
_OPENING: Final = re.compile(
    r"i'm afraid i wasn't able to deliver|this is the (?:mail|qmail-send|mail delivery|"
    r"e-mail) (?:system|program)|"
    r"was not delivered|(?:could|can) ?not be delivered|couldn.t be delivered|wasn.t delivered|"
    r"delivery (?:to|has) .{0,80}fail|"
    r"unable to deliver|failed permanently|permanent (?:fatal )?error|undeliverable|delivery failed|"
    r"returned to (?:the )?sender|"
    r"message delivery failed|did not reach the following recipient|had permanent fatal errors|"
    r"konnte nicht (?:zugestellt|ausgeliefert)|nicht zugestellt werden|n.a pas pu [êe]tre (?:remis|"
    r"d[ée]livr|distribu)|"
    r"no (?:se )?(?:ha podido|pudo|puede) (?:ser )?entrega|non [èe] stato possibile (?:consegnare|"
    r"recapitare)|"
    r"n[ãa]o (?:p[ôo]de|foi)(?: poss[íi]vel)? (?:ser )?entreg|kon(?:den)? niet (?:worden )?(?:bezorgd|"
    r"afgeleverd)|"
    r"nie (?:uda[łl]o si[ęe]|mog[łl]a|mo[żz]e|mo[żz]na|zosta[łl]a).{0,20} dostarcz|kunde inte levereras|"
    r"(?:не (?:может быть|было|удалось)).{0,20}достав|non [èe] stato consegnat|not (?:reach|delivered)|"
    r"came back|"
    r"(?:was|is) rejected by|fatal (?:delivery )?errors?|failed to deliver|could not (?:deliver|reach)",
    re.IGNORECASE,
)
_HARD: Final = re.compile(
    r"user unknown|unknown user|no such (?:user|mailbox|recipient|address|person|account)|does(?:n.t|"
    r" not) exist|"
    r"no mailbox here|mailbox (?:unavailable|not found|does not exist|is disabled|disabled|inactive)|"
    r"not found|"
    r"(?:recipient|address|user|mailbox) (?:address )?(?:rejected|invalid|unknown|not known)|"
    r"invalid (?:recipient|mailbox|user|address)|"
    r"unknown (?:recipient|address|local part|mailbox)|unrouteable|unroutable|"
    r"host (?:or domain name )?(?:not found|unknown)|domain not found|"
    r"name or service not known|nxdomain|no (?:mail )?hosts? (?:found|exists)|account (?:has been |"
    r"is )?(?:disabled|deleted|closed|suspended|inactive)|"
    r"no longer (?:valid|exists|active|works|with|available|employed)|doesn't have a .{0,30}account|"
    r"address couldn.t be found|wasn.t found|"
    r"unbekannt|existiert nicht|n.existe pas|inconnu|no existe|desconhecid|desconocid|non esiste|inesistente|"
    r"n[ãa]o existe|bestaat niet|"
    r"(?:recipient|user|address|person)\W.{0,60}\b(?:not known|unknown|not listed)|illegal (?:host|domain)|"
    r"not listed in|"
    r"(?:computer|server|domain) was not found|archiv(?:ed recipient|[ée]e)|nie istnieje|nie ma takiego|"
    r"nieznan|"
    r"finns inte|ok[äa]nd mottagare|n[ãa]o (?:foi )?encontrad|no encontrad|non trovato|onbekend|introuvable|"
    r"no such|inexistent|inactiv(?:e|ity)|不存在|не найден|не существует|"
    r"recipient not found|not a valid (?:user|mailbox|address)|#5\.1\.1|550[ -]5\.1\.1|nosuchuser",
    re.IGNORECASE,
)
_SOFT: Final = re.compile(
    r"mailbox (?:is |was )?(?:full|over)|over ?quota|quota (?:exceeded|exceed)|exceed(?:s|"
    r"ed)? .{0,30}(?:quota|storage|size)|out of storage|"
    r"insufficient (?:system )?storage|too large|too big|try again|temporar|timed? ?out|greylist|"
    r"graylist|deferred|rate limit|"
    r"too many|timeout|no (?:answer|response) from|connection (?:refused|reset|dropped)|spam|blocked|"
    r"blacklist|block ?list|reputation|"
    r"policy|dmarc|spf|dkim|"
    r"authentication|not authenticated|content|virus|postfach (?:ist )?voll|bo[îi]te .{0,20}pleine|"
    r"buz[óo]n .{0,20}lleno|casella .{0,20}piena|"
    r"caixa .{0,20}cheia|(?:mailbox|postvak|brievenbus) (?:is )?vol\b|postfach.{0,40}(?:voll|"
    r"speichergrenze)|voll\b|"
    r"przepe[łl]nion|pe[łl]na skrzynka|storage limit|size limit|security polic|unauthenticated|relaying|"
    r"not authori[sz]ed",
    re.IGNORECASE,
)
_MAILBOX: Final = r"[^\s@<>()\[\],;:\"']{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}[A-Za-z0-9]"
_NAMED: Final = (
    re.compile(rf"^[ \t]*<({_MAILBOX})>(?:\s*\(.{{0,80}}\))?:", re.MULTILINE),  # qmail, postfix, yahoo
    re.compile(rf"^[ \t]{{1,8}}({_MAILBOX})[ \t]*$", re.MULTILINE),  # exim, exchange, gmail
    re.compile(
        rf"(?:delivered to|deliver (?:\S+ )?(?:message )?to|recipients?(?: address)?(?:\(s\))?(?: failed)?:?|"
        rf"rcpt to:|to the following (?:address|recipient)(?:es|s)?:?)[\s*<]{{0,8}}({_MAILBOX})",
        re.IGNORECASE,
    ),
    re.compile(rf"^[ \t*>-]*<?({_MAILBOX})>?[ \t]*(?:[:(<-].*)?$", re.MULTILINE),
)
_ANYWHERE: Final = re.compile(_MAILBOX)
_IDS: Final = re.compile(
    r"^.{0,40}\b(?:message-id|references|in-reply-to):.*$|<[^<>\s]+@[^<>\s]+>\s*(?=$)",
    re.IGNORECASE | re.MULTILINE,
)
_OURS_INSIDE: Final = re.compile(r"^[> \t]*message-id:\s*<", re.IGNORECASE | re.MULTILINE)
_ORIGINAL: Final = re.compile(
    r"^.{0,20}(?:below this line is a copy|this is a copy of the message|original message|"
    r"------ .{0,60}(?:copy|message)|"
    r"included is a copy|message (?:text|header) follows|returned message|"
    r"diagnostic information for administrators)",
    re.IGNORECASE | re.MULTILINE,
)


def looks_returned(message: ParsedMessage) -> bool:
    """Say whether a mail server wrote this about a mail that it could not deliver.

    The sender must look like a server and the words like a failure: a person may write about a
    bounce, and a server may write about other things.
    """
    if message.has("x-failed-recipients"):
        return True
    local = (message.from_address or message.from_name or "").partition("@")[0]
    path = message.header("return-path").strip()
    robot = _ROBOTS.match(local) is not None or path in {"<>", "<MAILER-DAEMON>"}
    content = message.header("content-type").lower()
    reported = content.startswith("multipart/report") and "delivery-status" in content
    if "disposition-notification" in content:
        return False
    words = has_failure_subject(message) or _OPENING.search(message.body_text[:2000]) is not None
    if reported or (robot and (words or is_delay(message))):
        return True
    # A server under a person's name: it answers nothing, and shows whose mail it is about.
    answers = message.in_reply_to is not None or message.references
    return not answers and has_failure_subject(message) and _OURS_INSIDE.search(message.body_text) is not None


def has_failure_subject(message: ParsedMessage) -> bool:
    """Say whether the subject is one that servers use."""
    return _SUBJECT.search(message.subject) is not None


def is_delay(message: ParsedMessage) -> bool:
    """Say whether the server is still trying."""
    if re.search(
        r"\bdelay|warning|verz(?:ö|oe)ger|retard|retras|ritard|vertraag", message.subject, re.IGNORECASE
    ):
        return True
    start = message.body_text[:2000]
    return _DELAY.search(start) is not None and not re.search(
        r"permanent|failed|given up|gave up", start, re.IGNORECASE
    )


def failed_recipients(message: ParsedMessage) -> Iterator[str]:
    """Yield the addresses that the server names as failed, in lower case."""
    named = message.header("x-failed-recipients")
    listed = [address.strip().lower() for address in named.split(",") if is_address(address.strip())]
    if listed:
        yield from listed
        return
    text = message.body_text[:LIMIT]
    if original := _ORIGINAL.search(text):
        text = text[: original.start()] or text
    own = {message.from_address, *(mailbox.address for mailbox in message.to)}
    for pattern in _NAMED:
        found = [match.lower() for match in pattern.findall(text)[:50]]
        if found := [address for address in found if is_address(address) and address not in own]:
            yield from dict.fromkeys(found)
            return
    # Wherever it stands in a sentence: the only address there is can be no other.
    spoken = {match.lower().strip(".") for match in _ANYWHERE.findall(_IDS.sub(" ", text))[:50]} - own
    only = [address for address in spoken if is_address(address) and not _ROBOTS.match(address)]
    if len(only) == 1:
        yield only[0]


def explanation(text: str) -> str:
    """Return the line that says why, with the one after it, or an empty text."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for i, line in enumerate(lines[:200]):
        if _HARD.search(line[:500]) or _SOFT.search(line[:500]) or re.search(r"\b[45]\d\d[ -]", line[:500]):
            return " ".join(lines[i : i + 2])[:1000]
    return ""


def verdict(diagnostic: str) -> Literal["hard", "soft", ""]:
    """Say what the words alone mean: a full mailbox is named soft even beside a 5xx code."""
    text = diagnostic[:2000]
    hard, soft = _HARD.search(text), _SOFT.search(text)
    if hard and soft:
        return "hard" if hard.start() < soft.start() else "soft"
    return "hard" if hard else "soft" if soft else ""

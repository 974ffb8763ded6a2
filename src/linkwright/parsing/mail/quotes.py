"""The part of a reply that its sender wrote, without the mail it answers.

Lines are judged one after another with patterns of bounded length. The published reply parsers
search the whole text with nested repetitions, which a hostile mail can make run for hours.
"""

from __future__ import annotations

import re
from typing import Final

_LINES: Final = 5000
_LINE: Final = 400

# "On ..., Jane wrote:" in the tongues that outreach meets. The verb may come before the name.
_WROTE: Final = re.compile(
    r"\b(?:wrote|writes|schrieb|schreibt|geschrieben|a [ée]crit|[ée]crivait|escribi[óo]|ha scritto|scrive|"
    r"escreveu|schreef|geschreven|skrev|skrifaði|kirjoitti|napisa[łl]a?|napsal|pisze|írta|a scris|"
    r"написал|пише|пишет|έγραψε|yazd\u0131|menulis|đã viết)\b|написала?|님이 작성|写道|のメール|書きました",
    re.IGNORECASE,
)
_WROTE_START: Final = re.compile(
    r"(?:on|am|le|el|il|em|op|den|dne|dnia|w dniu|pe|på|la|mon|tue|wed|thu|fri|sat|sun|\d{1,4}[./年-])\b",
    re.IGNORECASE,
)
_MAILBOX_OR_TIME: Final = re.compile(r"<[^<>\s]{1,100}@[^<>\s]{1,100}>|\d{1,2}[:.h]\d{2}")
_STAMP_AND_ADDRESS: Final = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.{0,60}<[^<>\s]+@[^<>\s]+>\s*[:\uff1a]$"
)
_SEPARATOR: Final = re.compile(
    r"[-_*=\s]{2,}\s*(?:(?:begin )?(?:original|forwarded) message|original appointment|"
    r"urspr(?:ü|ue)ngliche (?:nachricht|e-mail)|weitergeleitete nachricht|"
    r"message d['\u2019]origine|message (?:original|transf[ée]r[ée])|mensaje (?:original|reenviado)|"
    r"messaggio (?:originale|inoltrato)|mensagem (?:original|encaminhada)|"
    r"(?:oorspronkelijk|doorgestuurd) bericht|oprindelig meddelelse|ursprungligt meddelande|"
    r"wiadomo[śs][ćc] oryginalna|p[ůu]vodn[íi] zpr[áa]va)\s*[-_*=\s]*$",
    re.IGNORECASE,
)
_BEGIN: Final = re.compile(
    r"(?:begin forwarded message|anfang der weitergeleiteten nachricht|"
    r"d[ée]but du message (?:transf[ée]r[ée]|r[ée]exp[ée]di[ée])|"
    r"inicio del mensaje reenviado|inizio messaggio inoltrato|"
    r"in[íi]cio da mensagem (?:encaminhada|reencaminhada))\s*:\s*$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(
    r"[>*\s]*(?:from|von|de|da|van|fra|från|od|expéditeur|remitente|mittente|发件人|"
    r"보낸 ?사람)\s?\*?\s?[:\uff1a]\*?\s*\S",
    re.IGNORECASE,
)
_OTHER_FIELD: Final = re.compile(
    r"[>*\s]*(?:sent|date|to|subject|cc|gesendet|datum|an|betreff|envoyé|à|objet|enviado(?: el| em)?|"
    r"fecha|para|asunto|"
    r"inviato|data|a|oggetto|verzonden|aan|onderwerp|assunto|skickat|till|ämne|sendt|til|emne|wysłano|"
    r"do|temat|"
    r"发送时间|收件人|主题|제목)\s?\*?\s?[:\uff1a]",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(r"--\s?$|—\s?$|_{20,}$")
_DEVICE: Final = re.compile(
    r"(?:sent from (?:my|mail for|yahoo|outlook|proton|the|samsung)|get outlook for|"
    r"von meinem .{1,40} gesendet|"
    r"gesendet von|envoy[ée] (?:de mon|depuis)|enviado (?:desde|do meu|a partir)|inviato da|"
    r"verzonden (?:vanaf|met)|verstuurd vanaf|skickat från min|sendt fra min|wysłane z)\b.{0,80}$",
    re.IGNORECASE,
)


def cut_quoted(text: str) -> str:
    """Return what the sender wrote now; the whole text when nothing else would be left."""
    return new_text(text) or text.strip()


def new_text(text: str) -> str:
    """Return what the sender wrote now, which may be nothing.

    Answers written between quoted lines are kept; the signature after "-- " is not.
    """
    lines = text.replace("\r\n", "\n").split("\n")[:_LINES]
    kept: list[str] = []
    i = 0
    while i < len(lines):
        line = lines[i][:_LINE].strip()
        if line.startswith((">", "|>")):
            i += 1
            continue
        if _SEPARATOR.match(line) or _BEGIN.match(line) or _is_header_block(lines, i):
            break
        if _SIGNATURE.match(line) and _has_words(kept):
            if not line.startswith("_") or _is_header_block(lines, i + 1):
                break
        elif length := _attribution(lines, i):
            following = next((rest.strip() for rest in lines[i + length :] if rest.strip()), "")
            if not following.startswith(">") and (_has_words(kept) or following):
                break  # Quoted without marks: everything below is the old mail.
            i += length
            continue
        kept.append(lines[i].rstrip())
        i += 1
    return _tidy(_without_wrapped(lines, kept))


def _attribution(lines: list[str], i: int) -> int:
    """Return how many lines from `i` make up an "On ..., Jane wrote:" line; 0 when they do not."""
    joined = ""
    for length in (1, 2, 3):
        if i + length > len(lines):
            return 0
        part = lines[i + length - 1][:_LINE].strip()
        if not part or (length > 1 and part.startswith(">")):
            return 0
        joined = f"{joined} {part}".strip()
        if len(joined) > _LINE:
            return 0
        if not joined.endswith((":", "\uff1a")):
            continue
        if _STAMP_AND_ADDRESS.search(joined):
            return length
        # "As I wrote in 2025:" is prose: without an opening word, only an address or a time counts.
        sure = re.search(r"\d", joined) if _WROTE_START.match(joined) else _MAILBOX_OR_TIME.search(joined)
        return length if sure and _WROTE.search(joined) else 0
    return 0


def _is_header_block(lines: list[str], i: int) -> bool:
    """Say whether a copied From/Sent/To/Subject block starts at line `i`."""
    if i >= len(lines) or not _FROM.match(lines[i][:_LINE]):
        return False
    near = [line[:_LINE] for line in lines[i + 1 : i + 8] if line.strip()][:5]
    return sum(1 for line in near if _OTHER_FIELD.match(line)) >= 2  # noqa: PLR2004  (one alone may be prose)


def _has_words(lines: list[str]) -> bool:
    return any(line.strip() for line in lines)


def _without_wrapped(lines: list[str], kept: list[str]) -> list[str]:
    """Drop the tails of quoted lines that a mail program wrapped without a mark of their own."""
    tails = {
        lines[i].strip()
        for i in range(1, len(lines) - 1)
        if lines[i].strip()
        and lines[i - 1].lstrip().startswith(">")
        and lines[i + 1].lstrip().startswith(">")
        and len(lines[i - 1]) > 60  # noqa: PLR2004  (a shorter line was not wrapped)
        and len(lines[i].split()) <= 4  # noqa: PLR2004
    }
    return [line for line in kept if line.strip() not in tails] if tails else kept


def _tidy(lines: list[str]) -> str:
    while lines and (not lines[-1].strip() or _DEVICE.match(lines[-1].strip())):
        lines = lines[:-1]
    text = "\n".join(lines).strip()
    return re.sub(r"\n{3,}", "\n\n", text)

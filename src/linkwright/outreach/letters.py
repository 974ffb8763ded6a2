"""What a letter says, without how it greets and takes its leave.

"Hi again" and "Have a good one" are no words of the matter, and short mail has few others.
"""

from __future__ import annotations

import re
from typing import Final

from linkwright.outreach.words import concepts, fold

_GREETING: Final = re.compile(
    r"\W*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|morning|greetings|hallo|guten|"
    r"sehr geehrte\w*|"
    r"liebe[rs]?|moin|servus|gruss|bonjour|bonsoir|salut|chere?s?|madame|monsieur|hola|buen[oa]s|"
    r"estimad\w+|querid\w+|"
    r"ciao|buongiorno|buonasera|gentile|egregi\w|salve|ola|oi|bom dia|boa tarde|prezad\w+|car[oa]s?|beste|"
    r"geachte|"
    r"goede\w*|dag|hoi|dzien dobry|czesc|szanown\w+|witam|hejsan|hej|god (?:morgon|dag))\b"
)
_FAREWELL: Final = re.compile(
    r"\W*(?:(?:kind|best|warm|many|with)\w* (?:regards|wishes)|regards|best|cheers|thanks|thank you|"
    r"sincerely|yours|"
    r"all the best|have a (?:good|nice|great|lovely)|take care|warmly|mit (?:freundlichen|besten)|"
    r"viele gruss\w*|"
    r"(?:liebe|beste|schone|freundliche) gruss\w*|gruss\w*|lg|mfg|cordialement|bien (?:a vous|"
    r"cordialement)|bonne journee|"
    r"salutations|saludos|un saludo|atentamente|un abrazo|(?:cordiali|distinti|un) saluti?|saluti|a presto|"
    r"atenciosamente|abraco|(?:com os melhores )?cumprimentos|groet\w*|met (?:vriendelijke|hartelijke)|"
    r"pozdrawiam|"
    r"z powazaniem|serdecznie|mvh|(?:med )?vanliga? halsning\w*|halsning\w*)\b"
)
_NAMED: Final = re.compile(r"(?:i\. ?[AV]\. |von |de |van |di |the |of |and |und |& )*[A-Z\d+(&À-Þ]")
_SHORT: Final = 6
_TAIL: Final = 8
_NAME: Final = 3
_LINE: Final = 7
_OPENING: Final = 40


def said(text: str) -> str:
    r"""Return what a letter says between its greeting and its farewell; all of it if that is nothing.

    >>> said("Hi again,\n\nPlease send topics.\n\nHave a good one\nJane Doe")
    'Please send topics.'
    """
    lines = [line.strip() for line in text.strip().split("\n")]
    lines[0] = _after_greeting(lines[0])
    start = 1 if len(lines) > 1 and _is(lines[0], _GREETING) else 0
    end = len(lines)
    for index in range(max(start + 1, end - _TAIL), end):
        if _is(lines[index], _FAREWELL):
            end = index
            break
    end = _before_card(lines, start, end)
    while end - 1 > start and (not lines[end - 1] or _is_name(lines[end - 1])):
        end -= 1
    return "\n".join(lines[start:end]).strip() or text.strip()


def _after_greeting(line: str) -> str:
    """Return a line without the greeting that stands before its first comma, if there is more after it."""
    found = re.search(r"[,!:]\s+(?=\S)", line[: _OPENING + 1])
    return line[found.end() :] if found and _is(line[: found.start()], _GREETING) else line


def _before_card(lines: list[str], start: int, end: int) -> int:
    """Return where a last paragraph begins that is no sentence but a card: name, office, house, telephone."""
    first = end
    while first > start and lines[first - 1]:
        first -= 1
    card = lines[first:end]
    above = any(lines[start:first])
    return first if above and len(card) > 1 and all(map(_is_of_a_card, card)) else end


def _is_of_a_card(line: str) -> bool:
    words = line.split()
    if len(words) > _LINE or line.endswith((".", "?", "!")):
        return False
    named = sum(_NAMED.match(word) is not None for word in words)
    return 2 * named >= len(words)


def _is(line: str, pattern: re.Pattern[str]) -> bool:
    return len(line.split()) <= _SHORT and pattern.match(fold(line)) is not None


def _is_name(line: str) -> bool:
    """Say whether a last line is a name: a few words, none of which means anything here."""
    words = fold(line).replace(".", " ").replace(",", " ").split()
    return len(words) <= _NAME and not any(concepts(word) for word in words)

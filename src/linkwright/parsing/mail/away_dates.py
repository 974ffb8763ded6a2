"""The day an out-of-office reply names for the return, in the languages of the reply.

A day that can be read in two ways is not guessed, unless only one reading lies in the near future.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari stycznia",
            "february feb februar fevrier février févr febrero febbraio fevereiro fev februari lutego",
            "march mar märz maerz mrz mars marzo março marco maart mrt marca",
            "april apr avril avr abril abr aprile kwietnia",
            "may mai mayo maggio mag maio mei maj maja",
            "june jun juni juin junio giugno giu junho czerwca",
            "july jul juli juillet juil julio luglio lug julho lipca",
            "august aug août aout agosto ago augustus augusti sierpnia",
            "september sep sept septembre septiembre settembre set setembro września",
            "october oct oktober okt octobre octubre ottobre ott outubro out października",
            "november nov novembre noviembre novembro listopada",
            "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro grudnia",
        ),
        start=1,
    )
    for name in names.split()
}
_WORD: Final = r"[A-Za-zÀ-ÿŚśŹźń]{3,12}"
_CUE: Final = re.compile(
    r"\b(?:until|till|through|back|return(?:ing|s)?|again (?:on|from)|bis|ab dem|wieder|zur(?:ü|ue)ck|"
    r"jusqu|retour|[àa] partir|hasta|regres\w+|"
    r"vuelv\w+|volver\w*|incorporar\w*|fino al|"
    r"fino|rientr\w+|torn\w+|at[ée]|volt\w+|regress\w+|retorn\w+|"
    r"tot|terug|vanaf|do dnia|wracam|til|till|igen)\b",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    rf"\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?\s+(?:of\s+|de\s+|"
    rf"di\s+)?(?P<m1>{_WORD})\.?(?:,?\s+(?:de\s+|del\s+)?(?P<y1>\d{{4}}))?"
    rf"|\b(?P<m2>{_WORD})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y2>\d{{4}}))?",
    re.IGNORECASE,
)
_NUMBERS: Final = re.compile(
    r"\b(?P<iso>\d{4})-(?P<im>\d{2})-(?P<id>\d{2})\b|"
    r"\b(?P<a>\d{1,2})(?P<s>[./-])(?P<b>\d{1,2})(?:[./-](?P<y>\d{4}|\d{2})?)?(?!\d)"
)
_REACH: Final = 90
_HORIZON: Final = timedelta(days=400)


def read_return_date(text: str, now: datetime | None) -> date | None:
    """Return the last day named shortly after a word such as "until" or "back", if it is certain.

    `now` is when the reply was written: it supplies a missing year and rules out the past.
    """
    today = now.date() if now else None
    text = " ".join(text.split())
    best: tuple[int, date] | None = None
    for cue in list(_CUE.finditer(text))[:20]:
        reach = text[cue.end() : cue.end() + _REACH]
        # The next sentence may name a day that is about something else.
        reach = re.split(r"(?<=[a-z0-9]{4})[.!?] (?=[A-Z])", reach, maxsplit=1)[0]
        for place, day in _days(reach, today):
            if best is None or cue.end() + place < best[0]:
                best = (cue.end() + place, day)
            break
    return best[1] if best else None


def _days(text: str, today: date | None) -> list[tuple[int, date]]:
    found: list[tuple[int, date]] = []
    for match in _NAMED.finditer(text):
        month = _MONTHS.get((match["m1"] or match["m2"]).lower())
        number = int(match["d1"] or match["d2"])
        year = match["y1"] or match["y2"]
        if month and (day := _day(int(year) if year else None, month, number, today)):
            found.append((match.start(), day))
    for match in _NUMBERS.finditer(text):
        if match["iso"]:
            readings = {_day(int(match["iso"]), int(match["im"]), int(match["id"]), today)}
        else:
            first, second = int(match["a"]), int(match["b"])
            year_text = match["y"]
            year_number = (int(year_text) + (2000 if len(year_text) == 2 else 0)) if year_text else None  # noqa: PLR2004
            readings = {_day(year_number, second, first, today)}
            if match["s"] == "/":
                readings.add(_day(year_number, first, second, today))
        sure = {day for day in readings if day}
        if len(sure) == 1:
            found.append((match.start(), sure.pop()))
    return sorted(found)


def _day(year: int | None, month: int, day: int, today: date | None) -> date | None:
    """Return a day that exists and is not in the past; without a year, the next such day."""
    if year is None and today is None:
        return None
    years = [year] if year is not None else [today.year, today.year + 1] if today else []
    for candidate in years:
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if today is None or timedelta(0) <= found - today <= _HORIZON:
            return found
    return None

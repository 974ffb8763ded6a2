"""One small export of every tool, and how a test reads it."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl

from linkwright.parsing.formats import (
    Prospect,
    Record,
    open_prospects,
    read_prospects,
)
from linkwright.parsing.refusals import Refusal

SAMPLES: dict[str, list[dict[str, str]]] = {
    "linkwright": [
        {
            "url": "https://WWW.Example.com/write?utm_source=x",
            "title": "Write for us",
            "contact_email": "Jane <jane@Example.com>",
            "ai_relevance_score": "0.8",
            "primary_topics": '["gardens", "tools"]',
            "word_count_min": "800",
            "word_count_max": "1,500",
            "allows_links": "yes",
            "status": "qualified",
            "discovered_at": "2026-09-15T10:00:00Z",
            "domain_authority": "40",
            "user_rating": "5",
            "user_notes": "'=careful",
        }
    ],
    "alwrity_leads": [
        {
            "lead_id": "bl_1",
            "campaign_id": "bl_c",
            "domain": "example.com",
            "page_title": "Gardens",
            "email": "jane@example.com",
            "status": "replied",
            "discovery_source": "duckduckgo",
            "created_at": "2026-09-15T10:00:00.123456",
        }
    ],
    "alwrity_attempts": [
        {
            "attempt_id": "att_1",
            "lead_id": "bl_1",
            "campaign_id": "bl_c",
            "sender_email": "me@example.org",
            "subject": "Hello",
            "status": "sent",
            "sent_at": "2026-09-15T10:00:00",
            "created_at": "2026-09-15T09:00:00",
        }
    ],
    "alwrity_replies": [
        {
            "reply_id": "rep_1",
            "attempt_id": "att_1",
            "from_email": "jane@example.com",
            "subject": "Re: Hello",
            "classification": "replied",
            "received_at": "2026-09-16T10:00:00",
        }
    ],
    "search_console_links": [{"Linking page": "https://example.com/a", "Last crawled": "Sep 15, 2026"}],
    "search_console_sites": [{"Site": "example.com", "Linking pages": "1,240", "Target pages": "2.0"}],
    "ahrefs": [
        {
            "Referring page title": "Gardens",
            "Referring page URL": "https://example.com/a",
            "Language": "en",
            "Platform": "wordpress, blogs",
            "Referring page HTTP code": "200",
            "Domain rating": "71.5",
            "UR": "12",
            "Domain traffic": "1,240",
            "Page traffic": "",
            "Target URL": "https://rival.example/x",
            "Left context": "see",
            "Anchor": "the guide",
            "Right context": "for more",
            "Type": "text",
            "Nofollow": "true",
            "UGC": "FALSE",
            "Sponsored": "false",
            "First seen": "2026-01-02 10:00:00",
            "Last seen": "2026-09-15",
            "Lost": "2026-09-16",
            "Drop reason": "link removed",
            "Author": "Jane",
        }
    ],
    "semrush": [
        {
            "Page ascore": "33",
            "Source title": "Gardens",
            "Source url": "https://example.com/a",
            "Target url": "https://rival.example/x",
            "Anchor": "the guide",
            "External links": "$8",
            "Internal links": "120",
            "Nofollow": "True",
            "Sponsored": "False",
            "Ugc": "False",
            "Text": "True",
            "Frame": "False",
            "Form": "False",
            "Image": "False",
            "Sitewide": "False",
            "First seen": "2026-01-02",
            "Last seen": "2026-09-15",
            "New link": "False",
            "Lost link": "True",
        }
    ],
    "moz": [
        {
            "URL": "https://example.com/a",
            "Title": "Gardens",
            "Anchor Text": "the guide",
            "Spam Score": "3%",
            "Page Authority": "30",
            "Domain Authority": "41",
            "Number of Domains Linking to this Page": "1,240",
            "Number of Domains Linking to Domain": "2.0",
            "Origin": "External",
            "Target URL": "https://rival.example/x",
            "Link Equity": "Yes",
            "No Link Equity": "",
            "Only rel=nofollow": "No",
            "Only follow": "Yes",
            "301": "",
        }
    ],
    "majestic": [
        {
            "Target URL": "https://rival.example/x",
            "Source URL": "https://example.com/a",
            "Anchor Text": "the guide",
            "Source Crawl Date": "2026-09-15",
            "Source First Found Date": "2026-01-02",
            "FlagNoFollow": "+",
            "FlagImageLink": "-",
            "FlagRedirect": "-",
            "FlagFrame": "-",
            "FlagOldCrawl": "-",
            "FlagAltText": "-",
            "FlagMention": "-",
            "SourceCitationFlow": "30",
            "SourceTrustFlow": "28",
            "TargetCitationFlow": "10",
            "TargetTrustFlow": "9",
        }
    ],
    "hunter": [
        {
            "Domain name": "example.com",
            "Organization": "Example",
            "Email address": "jane@example.com",
            "Type": "personal",
            "Confidence score": "94",
            "Number of sources": "7",
            "First name": "Jane",
            "Last name": "Doe",
            "Department": "Editorial",
            "Job title": "Editor",
        }
    ],
}


def delimited(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write(folder: Path, content: bytes | str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def load(path: Path, **options: Any) -> list[Record | Refusal]:
    return list(read_prospects(*open_prospects(path, **options)))


def one(folder: Path, name: str, **changes: str | None) -> Record | Refusal:
    """Read the sample of a format with some cells changed, or left out where they are None."""
    sample = {**SAMPLES[name][0], **changes}
    row = {key: value for key, value in sample.items() if value is not None}
    (record,) = load(write(folder, delimited([row])))
    return record


def prospect(folder: Path, name: str, **changes: str | None) -> Prospect:
    record = one(folder, name, **changes)
    assert isinstance(record, Prospect), record
    return record


def workbook(folder: Path, sheets: dict[str, list[list[object]]], *, write_only: bool = False) -> Path:
    book = openpyxl.Workbook(write_only=write_only)
    if not write_only:
        book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "book.xlsx"
    book.save(path)
    book.close()
    return path

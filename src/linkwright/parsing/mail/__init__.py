"""From hostile mail to typed values: find messages, parse them, say what they are. No database."""

from linkwright.parsing.mail.automatic import Automatic, is_automatic, read_automatic
from linkwright.parsing.mail.body import Attachment, Report
from linkwright.parsing.mail.bounces import Bounce, BounceKind, read_bounce
from linkwright.parsing.mail.classify import Reading, classify
from linkwright.parsing.mail.complaints import Complaint, read_complaint
from linkwright.parsing.mail.headers import Address
from linkwright.parsing.mail.message import ParsedMessage, parse_message, reply_keys
from linkwright.parsing.mail.quotes import cut_quoted
from linkwright.parsing.mail.raw import RawMessage
from linkwright.parsing.mail.sources import read_messages

__all__ = [
    "Address",
    "Attachment",
    "Automatic",
    "Bounce",
    "BounceKind",
    "Complaint",
    "ParsedMessage",
    "RawMessage",
    "Reading",
    "Report",
    "classify",
    "cut_quoted",
    "is_automatic",
    "parse_message",
    "read_automatic",
    "read_bounce",
    "read_complaint",
    "read_messages",
    "reply_keys",
]

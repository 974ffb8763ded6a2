"""The campaign file: one TOML file that says what a campaign is and where its files are.

It is read strictly. A key nobody knows is refused with the key that was probably meant,
because a misspelt limit that is quietly ignored sends mail. Templates are checked here
too, down to the names they use, so that a typing error costs a message and not a letter.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from linkwright.errors import InvalidInput
from linkwright.jobs.campaign_file_faults import Fault, faults_of
from linkwright.jobs.campaign_file_fields import (
    STRICT,
    Address,
    AnyPath,
    Days,
    FilePath,
    FolderPath,
    Name,
    Share,
    Text,
    Words,
    read_text,
)
from linkwright.jobs.campaign_file_templates import Template, refuse_unknown_names
from linkwright.jobs.letter_variables import did_you_mean
from linkwright.jobs.toml_lines import line_inside, line_of
from linkwright.parsing.formats import custom
from linkwright.vocabulary import PersonalizationLevel, Priority, Tone

MAX_FILE = 1_000_000


class Part(BaseModel):
    """A table of the file: nothing is converted, nothing unknown is let through."""

    model_config = STRICT


class Owner(Part):
    """Who the campaign belongs to."""

    email: Address
    name: Annotated[Text, Field(max_length=200)] | None = None


class Limits(Part):
    """How much the campaign may do."""

    max_opportunities: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    max_emails_per_day: Annotated[int, Field(ge=1, le=10_000)] = 10
    max_follow_ups: Annotated[int, Field(ge=0, le=10)] = 3
    # In US dollars, for all of its time. A file that says nothing leaves what was set elsewhere.
    ai_budget: Annotated[float, Field(ge=0, lt=1_000_000, allow_inf_nan=False, strict=False)] | None = None


class Campaign(Part):
    """The campaign itself; its owner and its name say which one it is."""

    name: Name
    user: Owner
    description: Annotated[Text, Field(max_length=10_000)] | None = None
    keywords: Annotated[Words, Field(min_length=1)]
    target_industries: Words = []
    content_pillars: Words = []
    tone_preference: Annotated[Tone, Field(strict=False)] = Tone.PROFESSIONAL
    priority: Annotated[Priority, Field(strict=False)] = Priority.MEDIUM
    personalization_level: Annotated[PersonalizationLevel, Field(strict=False)] = PersonalizationLevel.HIGH
    ai_model_preference: Annotated[Text, Field(max_length=50)] = "gemini"
    limits: Limits = Limits()


class Sender(BaseModel):
    """Whose name the letters carry, and whatever else the templates say about them.

    Any further key is a variable of the templates: `site = "..."` is `{{ sender.site }}`.
    """

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)
    __pydantic_extra__: dict[str, str | int | float | bool | list[str]]

    name: Annotated[Text, Field(max_length=200)]
    email: Address
    reply_to: Address | None = None

    @model_validator(mode="after")
    def _no_misspelt_key(self) -> Self:
        for key in self.__pydantic_extra__:
            meant = did_you_mean(key.lower().replace("-", "_"), ["reply_to", "reply_to_email"])
            if meant:
                raise ValueError(f"{key!r} is not a key{meant.replace('reply_to_email', 'reply_to')}")
        return self

    def variables(self) -> dict[str, Any]:
        """Return what `sender.` holds in a template."""
        return self.model_dump()


class Qualify(Part):
    """Which discovered prospects are worth a letter.

    A rule about a number that is not known is neither kept nor broken: with
    `when_unknown = "hold"` the prospect waits for a person.
    """

    require_contact_email: bool = True
    min_domain_authority: Annotated[int, Field(ge=0, le=100)] | None = None
    max_spam_score: Share | None = None
    min_relevance: Share | None = None
    keywords: Words = []
    exclude_keywords: Words = []
    exclude_domains: Words = []
    when_unknown: Literal["hold", "pass", "reject"] = "hold"


class Approval(Part):
    """Who says that a prospect may be written to, and that a letter may leave.

    The default is a person, for both: nothing leaves because a file forgot to say so.
    """

    prospects: Literal["person", "rule"] = "person"
    emails: Literal["person", "rule"] = "person"
    approved_by: Annotated[Text, Field(max_length=200)] | None = None

    @model_validator(mode="after")
    def _somebody_answers_for_a_rule(self) -> Self:
        if "rule" in {self.prospects, self.emails} and self.approved_by is None:
            raise ValueError('approval by "rule" needs approved_by: the person who answers for it')
        return self

    @property
    def actor(self) -> str:
        """Whom the history names when a rule approves."""
        return f"policy:{self.approved_by}"[:100]


class FollowUp(Part):
    """When to write again, and when to stop waiting."""

    after_days: Days = 6
    give_up_after_days: Days = 21


class Choices(Part):
    """How it is chosen between several templates of first letters.

    What earns replies is chosen more often. `experiment` is the share of prospects for whom it is
    drawn evenly instead: only those can be compared without doubt.
    """

    experiment: Share = 0.0


class Pages(Part):
    """A folder of saved pages, by which prospects are scored; see `saved_pages` for their names."""

    folder: FolderPath


class ProspectFile(Part):
    """A file of prospects; `map` names the columns of a format nobody knows."""

    file: FilePath
    map: dict[str, str] = {}

    @field_validator("map", mode="after")
    @classmethod
    def _names_fields(cls, mapping: dict[str, str]) -> dict[str, str]:
        try:
            if mapping:
                custom(mapping)
        except InvalidInput as error:
            raise ValueError(error.rule) from None
        return mapping


class Mailbox(Part):
    """A mailbox with sent or received mail; `me` are the addresses that count as ours.

    A mailbox also holds letters that are nobody's business: what we wrote to somebody who is no
    prospect is refused, unless `add_prospects` says that all of it is outreach.
    """

    path: AnyPath
    me: list[Address] = []
    add_prospects: bool = False


class SentLog(Part):
    """A log of sent mail from the file-based days."""

    file: FilePath


class CampaignFile(Part):
    """All of a campaign file."""

    campaign: Campaign
    sender: Sender
    qualify: Qualify = Qualify()
    approval: Approval = Approval()
    follow_up: FollowUp = FollowUp()
    choices: Choices = Choices()
    pages: Pages | None = None
    prospects: list[ProspectFile] = []
    mailboxes: list[Mailbox] = []
    sent_logs: list[SentLog] = []
    templates: list[Template] = []

    @model_validator(mode="after")
    def _templates_can_be_told_apart_and_filled(self) -> Self:
        names = [template.name for template in self.templates]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two templates are called {name!r}")
        refuse_unknown_names(self.templates, self.sender.variables())
        return self


def read_campaign_file(path: Path) -> CampaignFile:
    """Return the campaign file at `path`, checked as far as it can be without a database.

    Raises:
        InvalidInput: it cannot be read or breaks a rule; `problems` has every fault with its key and line.
    """
    text = read_text(path, limit=MAX_FILE)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(path.name, f"not TOML: {error}") from None
    except RecursionError:
        raise InvalidInput(path.name, "not TOML that can be read: nested too deeply") from None
    except ValueError as error:  # a date such as 2026-13-45, a number of 5,000 digits
        raise InvalidInput(path.name, f"not TOML: {str(error).partition(';')[0]}") from None
    try:
        return CampaignFile.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        faults = faults_of(error, CampaignFile)
    problems = [(_place(path, text, fault), fault.rule) for fault in faults]
    first = faults[0]
    raise InvalidInput(problems[0][0], first.rule, first.value, problems=tuple(problems))


def _place(path: Path, text: str, fault: Fault) -> str:
    """Return where a fault is: in which file, on which line, at which key."""
    if fault.file is not None:
        return f"{fault.file}, line {fault.line}, {fault.key}"
    line = line_of(text, fault.path)
    if line and fault.line:
        line = line_inside(text, line, fault.line)
    return f"{path.name}, line {line}, {fault.key}" if line else f"{path.name}, {fault.key}"

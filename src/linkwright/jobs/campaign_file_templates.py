"""The templates of a campaign file, checked down to the names they use and the lines they stand on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from linkwright.errors import InvalidInput
from linkwright.jobs.campaign_file_faults import TEMPLATE_FAULTS, Fault
from linkwright.jobs.campaign_file_fields import STRICT, FilePath, Name, Text, read_text
from linkwright.jobs.letter_variables import known_names, unknown_name_rule
from linkwright.templating import check_template, places_of, variables_of
from linkwright.vocabulary import TemplateCategory

MAX_TEMPLATE_FILE = 100_000

# Who is written to for the first time has no letter before this one.
_FIRST: Final = frozenset({TemplateCategory.INITIAL, TemplateCategory.GENERAL})
_LINE: Final = re.compile(r"line (\d+): ")


class Template(BaseModel):
    """A letter with holes: its texts stand here or in files beside."""

    model_config = STRICT

    name: Name
    category: Annotated[TemplateCategory, Field(strict=False)] = TemplateCategory.INITIAL
    description: Annotated[Text, Field(max_length=10_000)] | None = None
    subject: Annotated[Text, Field(max_length=200)]
    body_text: Text | None = None
    body_html: Text | None = None
    body_text_file: FilePath | None = None
    body_html_file: FilePath | None = None

    @model_validator(mode="after")
    def _has_bodies_that_can_be_filled(self) -> Self:
        for inline, beside in (("body_text", "body_text_file"), ("body_html", "body_html_file")):
            if getattr(self, inline) is not None and getattr(self, beside) is not None:
                raise ValueError(f"give {inline} or {beside}, not both")
        if self.text is None and self.html is None:
            raise ValueError("needs a body_text or a body_html, here or in a file")
        faults = [fault for field, source in self.sources() if (fault := self._fault(field, source))]
        if faults:
            raise _refusal(faults)
        return self

    def _fault(self, field: str, source: str) -> Fault | None:
        try:
            check_template(source, field=field)
        except InvalidInput as error:
            found = _LINE.match(error.rule)
            rule = error.rule[found.end() :] if found else error.rule
            return self.fault((), field, int(found[1]) if found else 1, rule)
        return None

    def fault(self, path: tuple[str | int, ...], field: str, line: int, rule: str) -> Fault:
        """Return a fault on a line of one of the texts, which stands here or in a file."""
        beside = getattr(self, f"{field}_file", None)
        key = field if beside is None else f"{field}_file"
        return Fault((*path, key), rule, None, line, beside)

    # Read once: a file that changes while the campaign runs must not change half of its letters.

    @cached_property
    def text(self) -> str | None:
        """The template of the text body."""
        return self.body_text if self.body_text_file is None else _read_template(self.body_text_file)

    @cached_property
    def html(self) -> str | None:
        """The template of the HTML body."""
        return self.body_html if self.body_html_file is None else _read_template(self.body_html_file)

    @cached_property
    def variables(self) -> frozenset[str]:
        """Every name this letter uses."""
        return frozenset[str]().union(*(variables_of(source) for _, source in self.sources()))

    def sources(self) -> Iterator[tuple[str, str]]:
        """Yield each template of this letter with its key."""
        parts = (("subject", self.subject), ("body_text", self.text), ("body_html", self.html))
        yield from ((field, source) for field, source in parts if source is not None)


def refuse_unknown_names(templates: Sequence[Template], sender: Mapping[str, Any]) -> None:
    """Refuse templates that use names which nobody will supply, each name with its line.

    Raises:
        PydanticCustomError: there are such names; all of them are in it.
    """
    faults = []
    for place, template in enumerate(templates):
        known = known_names(sender, follow_up=template.category not in _FIRST)
        for field, source in template.sources():
            faults += [
                template.fault(("templates", place), field, line, unknown_name_rule(name, known))
                for name, line in places_of(source).items()
                if name not in known
            ]
    if faults:
        raise _refusal(faults)


def _refusal(faults: list[Fault]) -> PydanticCustomError:
    return PydanticCustomError(TEMPLATE_FAULTS, "templates cannot be filled", {"faults": faults})


def _read_template(path: Path) -> str:
    try:
        return read_text(path, limit=MAX_TEMPLATE_FILE)
    except InvalidInput as error:
        raise ValueError(str(error)) from None

"""Settings: every `LINKWRIGHT_*` variable, read in one place.

A variable in the environment wins over the file `linkwright.toml` in the working
directory (or the one named by `LINKWRIGHT_CONFIG`), which wins over the default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from linkwright.errors import InvalidInput

PREFIX = "LINKWRIGHT_"

_ALIKE: Final = (
    0.88  # Of two names: a letter too many, too few or in the wrong place, and the prefix is the same.
)


@dataclass(frozen=True, slots=True)
class LearningRules:
    """How evidence fades, how much is explored, and how many users hide one of them."""

    half_life: timedelta = timedelta(days=1460)
    floor: float = 0.02
    minimum_users: int = 5


USUAL_LEARNING: Final = LearningRules()


class Settings(BaseModel):
    """What an operator can set. Each field is `LINKWRIGHT_` and its name in capitals."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///linkwright.db"),
        description="Where the record is: sqlite:///file.db or postgresql://user:password@host/name.",
    )
    user: str | None = Field(
        default=None, description="Email address of the user on whose behalf the command line acts."
    )
    address_pepper: SecretStr = Field(
        default=SecretStr(""),
        description="Mixed into the keyed hashes of suppressed addresses; never change it once set.",
    )
    log_level: str = Field(
        default="warning",
        pattern="^(debug|info|warning|error)$",
        description="How much is logged to standard error.",
    )
    pool_size: int = Field(
        default=16, ge=1, le=500, description="Connections to PostgreSQL that one process may hold."
    )
    postgresql_tools: str | None = Field(
        default=None,
        description="Folder of pg_dump, pg_restore and psql, for backups; otherwise they are looked for on"
        " the PATH. They must be at least as new as the server.",
    )
    archive_url: SecretStr = Field(
        default=SecretStr("archives"),
        description="Where archives go: a folder, or a URL such as s3://bucket/linkwright.",
    )
    ai_provider: str = Field(
        default="local",
        pattern="^(local|openai|anthropic|gemini|compatible)$",
        description="Who reads answers and scores pages: local (here, without a key), openai, anthropic,"
        " gemini, or compatible (a server that speaks the protocol of OpenAI).",
    )
    ai_model: str | None = Field(default=None, max_length=200, description="The provider's model.")
    ai_key: SecretStr = Field(default=SecretStr(""), description="The provider's key.")
    ai_base_url: str | None = Field(
        default=None, pattern="^https?://", description="Where the provider is, if not at its usual place."
    )
    ai_timeout_seconds: float = Field(
        default=30.0,
        gt=0,
        le=600,
        allow_inf_nan=False,
        description="Seconds that one call may take.",
    )
    ai_embedding: str = Field(
        default="auto",
        pattern="^(auto|minilm|static|none)$",
        description="Which small model turns texts into vectors here: minilm, static, none, or auto"
        " (the strongest that is installed).",
    )

    learning_half_life_days: float = Field(
        default=1460,
        ge=1,
        le=36_500,
        description="After so many days evidence counts half in what is learned.",
    )
    learning_floor: float = Field(
        default=0.02,
        ge=0,
        le=0.5,
        description="Share of a user's first thousand emails that is spread over all that can be chosen.",
    )
    learning_minimum_users: int = Field(
        default=5, ge=2, description="Fewer users than this tell others nothing of what works for them."
    )

    monitoring_folder: str | None = Field(
        default=None,
        min_length=1,
        max_length=1000,
        description="Folder where every process keeps the times of its statements, for `linkwright monitor`;"
        " without it nothing is timed.",
    )
    slow_statement_ms: float = Field(
        default=200.0,
        gt=0,
        le=3_600_000,
        allow_inf_nan=False,
        description="From so many milliseconds on a statement is slow, and its plan is kept.",
    )

    tracing: bool = Field(
        default=False,
        description="Whether statements and calls to models become OpenTelemetry spans, for the tracer"
        " provider of the process.",
    )

    @property
    def learning(self) -> LearningRules:
        """What the services need to know of learning."""
        return LearningRules(
            timedelta(days=self.learning_half_life_days), self.learning_floor, self.learning_minimum_users
        )

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the environment and the file.

        Raises:
            InvalidInput: a setting is unknown or breaks a rule; its value is not repeated,
                because it may be a secret.
        """
        environment = os.environ if environment is None else environment
        _refuse_misspelt(environment, cls.model_fields)
        values: dict[str, object] = _file_values(environment)
        for name in cls.model_fields:
            if (value := environment.get(PREFIX + name.upper())) is not None:
                values[name] = value
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0]) if first["loc"] else "settings"
            # In the file it is written without the prefix and in lower case: say it as it is written there.
            written = name if name not in cls.model_fields else PREFIX + name.upper()
            raise InvalidInput(written, _rule(first, cls.model_fields)) from None


def _refuse_misspelt(environment: Mapping[str, str], known: Iterable[str]) -> None:
    """Refuse a variable that is nearly one of ours: it would be ignored, and another database be written to.

    One that is like none of ours may be another program's business.
    """
    names = [PREFIX + name.upper() for name in known]
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in names and not name.startswith(PREFIX + "TEST_"):
            meant = get_close_matches(name, [*names, PREFIX + "CONFIG"], n=1, cutoff=_ALIKE)
            if meant and meant[0] != name:
                raise InvalidInput(name, f"is not a setting; did you mean {meant[0]}?")


def _rule(details: ErrorDetails, known: Iterable[str]) -> str:
    """Return a broken rule in words. The value is not repeated, because it may be a secret."""
    limits = details.get("ctx", {})
    match details["type"]:
        case "extra_forbidden":
            meant = get_close_matches(str(details["loc"][0]).lower(), list(known), n=1)
            hint = f"did you mean {meant[0]}?" if meant else f"there are {', '.join(known)}"
            return f"is not a setting; {hint}"
        case "string_pattern_mismatch":
            return f"must be one of {limits['pattern'].strip('^()$').replace('|', ', ')}"
        case "int_parsing" | "int_type" | "int_from_float":
            return "must be a whole number"
        case "greater_than_equal":
            return f"must be at least {limits['ge']}"
        case "less_than_equal":
            return f"must be at most {limits['le']}"
        case "string_type":
            return "must be text, in quotes"
        case _:
            return details["msg"].replace("Input should be", "must be").replace("String should", "must")


def _file_values(environment: Mapping[str, str]) -> dict[str, object]:
    named = environment.get(PREFIX + "CONFIG")
    path = Path(named or "linkwright.toml")
    if named is None and not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        problem = (error.strerror or str(error)).lower()
        raise InvalidInput(PREFIX + "CONFIG", f"{path} cannot be read: {problem}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(PREFIX + "CONFIG", f"{path} cannot be read as TOML: {error}") from None

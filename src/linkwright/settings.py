"""Settings: every `LINKWRIGHT_*` variable, read in one place.

A variable in the environment wins over the file `linkwright.toml` in the working
directory (or the one named by `LINKWRIGHT_CONFIG`), which wins over the default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from linkwright.errors import InvalidInput

PREFIX = "LINKWRIGHT_"


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

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the environment and the file.

        Raises:
            InvalidInput: a setting is unknown or breaks a rule; its value is not repeated,
                because it may be a secret.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, object] = _file_values(environment)
        for name in cls.model_fields:
            if (value := environment.get(PREFIX + name.upper())) is not None:
                values[name] = value
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0]) if first["loc"] else "settings"
            raise InvalidInput(PREFIX + name.upper(), str(first["msg"])) from None


def _file_values(environment: Mapping[str, str]) -> dict[str, object]:
    named = environment.get(PREFIX + "CONFIG")
    path = Path(named or "linkwright.toml")
    if named is None and not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(PREFIX + "CONFIG", f"{path} cannot be read as TOML: {error}") from None

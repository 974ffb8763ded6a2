"""Settings: where they come from, and what a wrong one is told."""

from pathlib import Path

import pytest

from linkwright.errors import InvalidInput
from linkwright.settings import Settings


def refused(**environment: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        Settings.load(environment)
    return str(caught.value)


class TestWhereTheyComeFrom:
    def test_a_variable_goes_before_the_file_and_the_file_before_the_default(self, tmp_path: Path) -> None:
        file = tmp_path / "linkwright.toml"
        file.write_text('pool_size = 3\nlog_level = "info"\n')

        found = Settings.load({"LINKWRIGHT_CONFIG": str(file), "LINKWRIGHT_POOL_SIZE": "5"})

        assert (found.pool_size, found.log_level, found.user) == (5, "info", None)


class TestWhatAWrongOneIsTold:
    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("POOL_SIZE", "many", "LINKWRIGHT_POOL_SIZE: must be a whole number"),
            ("POOL_SIZE", "0", "LINKWRIGHT_POOL_SIZE: must be at least 1"),
            ("POOL_SIZE", "501", "LINKWRIGHT_POOL_SIZE: must be at most 500"),
            ("LOG_LEVEL", "loud", "LINKWRIGHT_LOG_LEVEL: must be one of debug, info, warning, error"),
            ("DATABASE_ULR", "x", "did you mean LINKWRIGHT_DATABASE_URL?"),
            ("ADDRES_PEPPER", "secret", "did you mean LINKWRIGHT_ADDRESS_PEPPER?"),
            ("CONFIGS", "x", "did you mean LINKWRIGHT_CONFIG?"),
        ],
    )
    def test_in_the_environment(self, name: str, value: str, said: str) -> None:
        message = refused(**{f"LINKWRIGHT_{name}": value})

        assert said in message
        assert "secret" not in message

    @pytest.mark.parametrize("name", ["TEST_DATABASE_URL", "SOMETHING_ELSE", "COLOURS"])
    def test_nothing_where_a_variable_is_somebody_elses(self, name: str) -> None:
        assert Settings.load({f"LINKWRIGHT_{name}": "x"}) == Settings()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('databas_url = "x"', "databas_url: is not a setting; did you mean database_url?"),
            ("color = 1", "color: is not a setting; there are database_url, "),
            ("user = 5", "LINKWRIGHT_USER: must be text, in quotes"),
            ("pool_size = ", "cannot be read as TOML"),
        ],
    )
    def test_in_the_file(self, tmp_path: Path, text: str, said: str) -> None:
        file = tmp_path / "linkwright.toml"
        file.write_text(text)

        assert said in refused(LINKWRIGHT_CONFIG=str(file))

    def test_where_the_file_is_not_there(self) -> None:
        assert "nowhere.toml cannot be read: no such file" in refused(LINKWRIGHT_CONFIG="nowhere.toml")

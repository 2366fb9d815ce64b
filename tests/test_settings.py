"""Every way in which settings can be wrong, and the one sentence that each gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingError
from bot.settings import Settings, table
from bot.vault import new_key

TELEGRAM = {"SORORA_TELEGRAM_TOKEN": "12345:fictional-token"}
WHATSAPP = {
    "SORORA_WHATSAPP_TOKEN": "fictional",
    "SORORA_WHATSAPP_PHONE_ID": "1001",
    "SORORA_WHATSAPP_APP_SECRET": "hidden",
    "SORORA_WHATSAPP_VERIFY_TOKEN": "chosen",
}


def test_nothing_set_gives_the_defaults() -> None:
    settings = Settings.from_environment({"PATH": "/bin"})
    assert settings.database == "sqlite+aiosqlite:///data/sorora.db"
    assert (settings.host, settings.port, settings.telegram_mode) == ("127.0.0.1", 8080, "polling")
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.conversations == "conversations"
    assert settings.key_list == ()


def test_variables_are_read_and_empty_ones_count_as_not_set() -> None:
    first, second = new_key(), new_key()
    settings = Settings.from_environment(
        {
            **TELEGRAM,
            "SORORA_DATA_DIR": "/srv/sorora",
            "SORORA_KEYS": f"{first}, {second}",
            "SORORA_PORT": "9000",
            "SORORA_PUBLIC_URL": "https://chat.example.org/",
            "SORORA_WHATSAPP_TOKEN": "",
        }
    )
    assert settings.database == "sqlite+aiosqlite:////srv/sorora/sorora.db"
    assert settings.key_list == (first, second)
    assert settings.port == 9000
    assert settings.public_url == "https://chat.example.org"
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == "12345:fictional-token"
    assert settings.whatsapp_token is None


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p@db/sorora", "postgresql+asyncpg://u:p@db/sorora"),
        ("postgres://u:p@db/sorora", "postgresql+asyncpg://u:p@db/sorora"),
        ("postgresql+asyncpg://u@/sorora?host=/tmp/x", "postgresql+asyncpg://u@/sorora?host=/tmp/x"),
        ("sqlite:////srv/sorora.db", "sqlite+aiosqlite:////srv/sorora.db"),
    ],
)
def test_the_database_may_be_named_in_any_usual_form(given: str, used: str) -> None:
    assert Settings.from_environment({"SORORA_DATABASE_URL": given}).database == used


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    token, keys = tmp_path / "token", tmp_path / "keys"
    token.write_text("12345:from-a-file\n")
    first, second = new_key(), new_key()
    keys.write_text(f"{first}\n{second}\n")
    settings = Settings.from_environment({"SORORA_TELEGRAM_TOKEN_FILE": str(token), "SORORA_KEYS_FILE": str(keys)})
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == "12345:from-a-file"
    assert settings.key_list == (first, second)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SORORA_TELEGRAM_TOKN": "x"}, "did you mean SORORA_TELEGRAM_TOKEN."),
        ({"SORORA_COLOUR": "x"}, "SORORA_COLOUR is not a setting of Sorora: remove it"),
        ({"SORORA_HOST_FILE": "/x"}, "SORORA_HOST_FILE is not a setting"),
        ({"SORORA_PORT": "eighty"}, "SORORA_PORT is wrong: input should be a valid integer"),
        ({"SORORA_PORT": "70000"}, "SORORA_PORT is wrong: input should be less than or equal to 65535."),
        ({"SORORA_TELEGRAM_MODE": "push"}, "SORORA_TELEGRAM_MODE is wrong: input should be 'polling' or 'webhook'."),
        ({"SORORA_TELEGRAM_TOKEN": "quite-wrong"}, "SORORA_TELEGRAM_TOKEN is not a bot token: copy it whole"),
        ({"SORORA_PUBLIC_URL": "quite-wrong"}, "SORORA_PUBLIC_URL is not an address like https://example.org."),
        ({"SORORA_DATABASE_URL": "mysql://quite-wrong"}, "SORORA_DATABASE_URL is not an address like postgresql://"),
        ({"SORORA_KEYS": "quite-wrong"}, "Key number 1 in SORORA_KEYS is not a key: make keys with `sorora keys new`"),
        ({"SORORA_CONVERSATIONS": "../quite-wrong"}, "SORORA_CONVERSATIONS is wrong: string should match pattern"),
        ({"SORORA_TELEGRAM_TOKEN_FILE": "/quite-wrong"}, "SORORA_TELEGRAM_TOKEN_FILE names a file that cannot be read"),
        ({**TELEGRAM, "SORORA_TELEGRAM_TOKEN_FILE": "/quite-wrong"}, "are both set: keep one of them."),
        ({"SORORA_TELEGRAM_MODE": "webhook"}, "SORORA_TELEGRAM_TOKEN is missing"),
        (
            {**TELEGRAM, "SORORA_TELEGRAM_MODE": "webhook"},
            "SORORA_PUBLIC_URL and SORORA_TELEGRAM_SECRET are missing: Telegram in webhook mode needs",
        ),
        (
            {
                **TELEGRAM,
                "SORORA_TELEGRAM_MODE": "webhook",
                "SORORA_TELEGRAM_SECRET": "s",
                "SORORA_PUBLIC_URL": "http://quite-wrong",
            },
            "SORORA_PUBLIC_URL must begin with https://",
        ),
        ({"SORORA_TELEGRAM_SECRET": "quite wrong"}, "SORORA_TELEGRAM_SECRET may hold 1 to 256 of the letters"),
        (
            {"SORORA_WHATSAPP_TOKEN": "quite-wrong"},
            "SORORA_WHATSAPP_PHONE_ID and SORORA_WHATSAPP_APP_SECRET and SORORA_WHATSAPP_VERIFY_TOKEN are missing",
        ),
        (
            {name: value for name, value in WHATSAPP.items() if "SECRET" not in name},
            "SORORA_WHATSAPP_APP_SECRET is missing: WhatsApp needs it.",
        ),
    ],
)
def test_a_wrong_setting_gets_one_sentence_that_names_it_and_shows_no_value(
    environment: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_environment(environment)
    told = str(caught.value)
    assert sentence in told
    assert "quite" not in told
    assert "fictional" not in told
    assert "\n" not in told
    assert told.endswith(".")
    assert caught.value.__cause__ is None


def test_an_empty_secret_file_is_told(tmp_path: Path) -> None:
    empty = tmp_path / "token"
    empty.write_text(" \n")
    with pytest.raises(SettingError, match="names an empty file: write the secret into it"):
        Settings.from_environment({"SORORA_TELEGRAM_TOKEN_FILE": str(empty)})


def test_serving_people_demands_a_key_and_a_channel() -> None:
    with pytest.raises(SettingError, match=r"SORORA_KEYS is missing: make a key with `sorora keys new`"):
        Settings.from_environment(TELEGRAM).check_run()
    keys = {"SORORA_KEYS": new_key()}
    with pytest.raises(SettingError, match="No channel is set up"):
        Settings.from_environment(keys).check_run()
    Settings.from_environment({**keys, **TELEGRAM}).check_run()
    Settings.from_environment({**keys, **WHATSAPP}).check_run()


def test_printing_settings_shows_no_secret() -> None:
    environment = {
        **TELEGRAM,
        **WHATSAPP,
        "SORORA_KEYS": new_key(),
        "SORORA_DATABASE_URL": "postgresql://ada:horse-battery@db/sorora",
    }
    shown = repr(Settings.from_environment(environment))
    for secret in ("fictional", "hidden", "chosen", "horse-battery", environment["SORORA_KEYS"]):
        assert secret not in shown


def test_the_table_holds_every_variable_of_the_programme() -> None:
    rows = {name: (default, meaning) for name, default, meaning in table()}
    assert len(rows) == len(Settings.model_fields)
    assert rows["SORORA_PORT"][0] == "8080"
    assert rows["SORORA_DATABASE_URL"][0] == "sorora.db in the data directory"
    assert all(meaning and "|" not in default + meaning for default, meaning in rows.values())

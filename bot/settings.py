"""Settings: read once from the environment, checked, then passed on as one value.

Every variable starts with SORORA_. A secret can also stand in a file: SORORA_TELEGRAM_TOKEN_FILE=/run/secrets/token.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from bot.errors import SettingError
from bot.vault import Vault

PREFIX = "SORORA_"
FROM_FILE = "_FILE"
TELEGRAM_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")  # as @BotFather gives it
TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # setWebhook: https://core.telegram.org/bots/api#setwebhook
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}


def _root(address: str) -> str:
    """The root of an HTTP address, without a slash at its end."""
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", address):
        raise ValueError("is not an address like https://example.org")
    return address.rstrip("/")


def _database(url: SecretStr) -> SecretStr:
    """The address with the driver that Sorora uses, whichever usual form it was given in."""
    scheme, _, rest = url.get_secret_value().partition("://")
    scheme = DRIVERS.get(scheme, scheme)
    if scheme not in DRIVERS.values() or not rest:
        raise ValueError("is not an address like postgresql://user:password@host/name or sqlite:////path/sorora.db")
    return SecretStr(f"{scheme}://{rest}")


def _keys(keys: SecretStr) -> SecretStr:
    """Keys that the vault can work with."""
    try:
        Vault(split_keys(keys.get_secret_value()))
    except SettingError as error:
        raise ValueError(str(error)) from None
    return keys


def _telegram_token(token: SecretStr) -> SecretStr:
    if not TELEGRAM_TOKEN.fullmatch(token.get_secret_value()):
        raise ValueError("is not a bot token: copy it whole from @BotFather, digits, colon and letters")
    return token


def _telegram_secret(secret: SecretStr) -> SecretStr:
    if not TELEGRAM_SECRET.fullmatch(secret.get_secret_value()):
        raise ValueError("may hold 1 to 256 of the letters A-Z, a-z, 0-9, _ and - only")
    return secret


Root = Annotated[str, AfterValidator(_root)]


class Settings(BaseModel):
    """All settings of one running Sorora; each field is the variable SORORA_<NAME>, described as in the README.

    Secrets print as stars. Make one with `from_environment`; a test may also name fields directly.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: Annotated[SecretStr, AfterValidator(_database)] | None = Field(
        None,
        description="Address of the database: postgresql://user:password@host/name or sqlite:////path/sorora.db",
        json_schema_extra={"default": "sorora.db in the data directory"},
    )
    data_dir: Path = Field(Path("data"), description="Directory for everything that Sorora keeps on disk")
    keys: Annotated[SecretStr, AfterValidator(_keys)] | None = Field(
        None,
        description="Keys that encrypt what people write, separated by commas, the newest first (`sorora keys new`)",
    )
    host: str = Field("127.0.0.1", description="Network address that the web server listens on")
    port: int = Field(8080, ge=0, le=65535, description="Port that the web server listens on")
    public_url: Root | None = Field(None, description="Address under which the platforms reach this server, with https")
    telegram_token: Annotated[SecretStr, AfterValidator(_telegram_token)] | None = Field(
        None, description="Token of the Telegram bot, from @BotFather"
    )
    telegram_api_url: Root = Field("https://api.telegram.org", description="Address of the Telegram Bot API")
    telegram_mode: Literal["polling", "webhook"] = Field(
        "polling", description="How Telegram messages come in: polling (asked for) or webhook (delivered to /telegram)"
    )
    telegram_secret: Annotated[SecretStr, AfterValidator(_telegram_secret)] | None = Field(
        None, description="Secret that Telegram sends along with each webhook call; any long random word"
    )
    whatsapp_token: SecretStr | None = Field(None, description="Access token of the WhatsApp Cloud API")
    whatsapp_phone_id: str | None = Field(None, description="Id of the WhatsApp phone number (not the number itself)")
    whatsapp_business_id: str | None = Field(None, description="Id of the WhatsApp Business account, for templates")
    whatsapp_app_secret: SecretStr | None = Field(
        None, description="App secret of the Meta app, which signs each webhook call"
    )
    whatsapp_verify_token: SecretStr | None = Field(
        None, description="Word of your choice that you also enter at Meta when setting up the webhook /whatsapp"
    )
    whatsapp_api_url: Root = Field("https://graph.facebook.com", description="Address of the WhatsApp Cloud API")
    conversations: str = Field(
        "conversations", pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$", description="Python package that holds the talks"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The settings that the variables of `environment` make; empty variables count as not set.

        Raises SettingError: one sentence that names the variable and says what to do, and never shows a value.
        """
        try:
            return cls.model_validate(dict(_given(cls, environment)))
        except ValidationError as error:
            raise SettingError(_sentence(error)) from None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """A channel is set up whole or not at all."""
        if self.telegram_token is None and self.telegram_mode == "webhook":
            raise ValueError("SORORA_TELEGRAM_TOKEN is missing: Telegram needs it, get one from @BotFather.")
        if self.telegram_mode == "webhook":
            self._demand("Telegram in webhook mode", "public_url", "telegram_secret")
            if not str(self.public_url).startswith("https://"):
                raise ValueError("SORORA_PUBLIC_URL must begin with https://: Telegram delivers to nothing else.")
        parts = ("whatsapp_token", "whatsapp_phone_id", "whatsapp_app_secret", "whatsapp_verify_token")
        if any(getattr(self, part) is not None for part in (*parts, "whatsapp_business_id")):
            self._demand("WhatsApp", *parts)
        return self

    def _demand(self, who: str, *fields: str) -> None:
        missing = [variable(field) for field in fields if getattr(self, field) is None]
        if missing:
            raise ValueError(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing: {who} needs it.")

    def check_run(self) -> None:
        """Raise SettingError where something is missing that serving real people needs: a key, and one channel."""
        if self.keys is None:
            raise SettingError("SORORA_KEYS is missing: make a key with `sorora keys new` and keep a copy of it safe.")
        if self.telegram_token is None and self.whatsapp_token is None:
            raise SettingError(
                "No channel is set up: set SORORA_TELEGRAM_TOKEN (from @BotFather) or the SORORA_WHATSAPP_ variables."
            )

    @property
    def database(self) -> str:
        """SQLAlchemy's address of the database, with the asynchronous driver; holds its password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir / 'sorora.db'}"

    @property
    def key_list(self) -> tuple[str, ...]:
        """The keys in the clear, the newest first; empty where none is set."""
        return split_keys(self.keys.get_secret_value()) if self.keys is not None else ()


def split_keys(keys: str) -> tuple[str, ...]:
    """Keys as they stand in SORORA_KEYS, one by one."""
    return tuple(key.strip() for key in keys.split(",") if key.strip())


def variable(field: str) -> str:
    """The environment variable of a field of Settings."""
    return PREFIX + field.upper()


def table() -> list[tuple[str, str, str]]:
    """Every variable with its default ("" for none) and its meaning, in the order of the README."""
    rows = []
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        default = extra["default"] if isinstance(extra, dict) else field.default
        rows.append((variable(name), "" if default is None else str(default), str(field.description)))
    return rows


def _given(model: type[Settings], environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Fields and their raw values, from variables and from the files that variables name."""
    names = {variable(field): field for field in model.model_fields}
    files = {variable(field) + FROM_FILE: field for field in model.model_fields if _is_secret(model, field)}
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX) and value.strip()}
    for name, value in given.items():
        if name in names:
            yield names[name], value.strip()
        elif name in files:
            if variable(files[name]) in given:
                raise SettingError(f"{variable(files[name])} and {name} are both set: keep one of them.")
            yield files[name], _read(name, Path(value.strip()))
        else:
            raise SettingError(f"{name} is not a setting of Sorora{_meant(name, [*names, *files])}.")


def _is_secret(model: type[Settings], field: str) -> bool:
    return "SecretStr" in str(model.model_fields[field].annotation)


def _read(name: str, path: Path) -> str:
    try:
        secret = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingError(f"{name} names a file that cannot be read: check its path, owner and permissions.") from None
    if not secret:
        raise SettingError(f"{name} names an empty file: write the secret into it.")
    return ",".join(secret.split())  # a file of keys may hold one a line


def _meant(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
    return f": did you mean {close[0]}" if close else ": remove it, or see the table of settings in the README"


def _sentence(error: ValidationError) -> str:
    """The first complaint as one sentence, without the value."""
    first = error.errors(include_url=False, include_input=False, include_context=True)[0]
    cause = first.get("ctx", {}).get("error")
    complaint = str(cause) if cause is not None else first["msg"]
    if not first["loc"]:
        return complaint
    name = variable(str(first["loc"][0]))
    if complaint.startswith(name):
        return complaint
    if cause is not None:
        return f"{name} {complaint}."
    return f"{name} is wrong: {complaint[0].lower()}{complaint[1:]}."

"""How one installation is set up: from the environment and nowhere else. What the city decides is in `city`.

A name that begins with LIANBAN_ and is not known stops the start: a misspelt setting is never silently ignored.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from engine.errors import SettingsError
from engine.keys import SHORTEST
from engine.messages import LANGUAGES, Message, sentences
from engine.messages import gettext as _

PREFIX = "LIANBAN_"
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where the environment says a language; the first that says anything counts."""
NOT_STARTED = _("The service has not started.")
PROJECT = Path(__file__).resolve().parent.parent
_FETCHED = PROJECT / "frontend" / "node_modules"
SHIPPED_FONTS = tuple(
    _FETCHED / folder
    for folder in (
        "@expo-google-fonts/noto-serif-sc/400Regular",
        "@expo-google-fonts/noto-serif-sc/700Bold",
        "@expo-google-fonts/noto-sans-sc/400Regular",
        ".lianban-fonts",  # LXGW WenKai, a free 楷体, unpacked by frontend/build.py
    )
)


@dataclass(frozen=True)
class Settings:
    """`LIANBAN_DATA_DIR` is `data_dir`, and so on."""

    data_dir: Path = PROJECT / "var"
    """Where the SQLite database, uploaded material and the installation's secret lie."""
    database_url: str = ""
    """An SQLAlchemy URL; empty means an SQLite file in `data_dir`."""
    processes_dir: Path = PROJECT / "processes"
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    tick_seconds: float = 1.0
    """How often the worker looks for what is due."""
    secure_cookies: bool = False
    """True behind HTTPS: cookies are then never sent without it."""
    trusted_proxy: str = ""
    """The address from which a reverse proxy asks: its X-Forwarded-For says who is signing in. Empty means there is none."""
    font_dirs: tuple[Path, ...] = ()
    """Folders of the installation's own licensed fonts (仿宋, 楷体, 小标宋), separated by colons; the shipped ones come after."""
    secret_key: str = ""
    """Signs forms against forgery; empty means one that is made once and kept in `data_dir`."""
    record_key: str = field(default="", repr=False)
    """Seals records and signs case files; empty means one that is made once and kept in `data_dir`, never in the database."""
    heads_file: Path | None = None
    """Where the head of every day is written as well: a file on another machine's disk. None means nowhere."""
    heads_to: str = field(default="", repr=False)
    """Where the head of every day is sent as well: mail addresses, https addresses and robots between blanks."""
    base_url: str = ""
    """Where people open the pages, https://lianban.example.gov.cn; empty means notices carry no link."""
    smtp_url: str = field(default="", repr=False)
    """The mail server, with account and password; empty means no mail is sent."""
    mail_from: str = ""
    mail_reply_to: str = ""
    webhook_url: str = field(default="", repr=False)
    """Gets every notice as signed JSON; empty means none does."""
    webhook_secret: str = field(default="", repr=False)
    robots: str = field(default="", repr=False)
    """Robots of WeCom and DingTalk groups as addresses of apprise between blanks, each after `unit=` when it is one unit's."""
    send_timeout_seconds: float = 10.0
    """How long a mail server, webhook or robot may let an answer wait."""

    @property
    def every_font_dir(self) -> tuple[Path, ...]:
        """Where fonts for papers are looked for: the installation's own folders, then those that the set-up fetched."""
        return (*self.font_dirs, *SHIPPED_FONTS)

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'lianban.db'}"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises SettingsError naming the variable that is wrong."""
    environment = os.environ if environment is None else environment
    given = {name.removeprefix(PREFIX).lower(): text for name, text in environment.items() if name.startswith(PREFIX)}
    readers: dict[str, Callable[[str], object]] = {
        "data_dir": lambda text: Path(text).resolve(),
        "processes_dir": lambda text: Path(text).resolve(),
        "database_url": str,
        "host": str,
        "trusted_proxy": _address,
        "secret_key": str,
        "record_key": _long,
        "heads_file": lambda text: Path(text).resolve(),
        **dict.fromkeys(
            ("smtp_url", "mail_from", "mail_reply_to", "webhook_url", "webhook_secret", "robots", "heads_to"), str
        ),
        "base_url": lambda text: text.rstrip("/"),
        "send_timeout_seconds": lambda text: _number(text, 0.1, 60, float),
        "port": lambda text: _number(text, 0, 65535, int),
        "threads": lambda text: _number(text, 1, 256, int),
        "tick_seconds": lambda text: _number(text, 0.05, 60, float),
        "secure_cookies": _truth,
        "font_dirs": _folders,
    }
    values: dict[str, Any] = {}
    for name, text in given.items():
        variable = f"{PREFIX}{name.upper()}"
        if name not in readers:
            wrong = _("There is no environment variable called %(name)s. Check the spelling.", name=variable)
            raise SettingsError(sentences(wrong, NOT_STARTED))
        try:
            values[name] = readers[name](text)
        except _NoValue as error:
            wrong = _(
                "The value '%(value)s' of the environment variable %(name)s is not correct: %(why)s.",
                name=variable,
                value="…" if name == "record_key" else text,
                why=error.why,
            )
            raise SettingsError(sentences(wrong, NOT_STARTED)) from None
    return Settings(**values)


def read_language(environment: Mapping[str, str] | None = None) -> str:
    """The language of this process, zh or en, as LC_ALL, LC_MESSAGES and LANG say; zh where they name another, or none."""
    environment = os.environ if environment is None else environment
    said = next((environment[name] for name in LOCALES if environment.get(name)), "")
    named = said.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return named if named in LANGUAGES else LANGUAGES[0]


class _NoValue(Exception):
    """What is written is no value of the setting; `why` is what one would be."""

    def __init__(self, why: Message) -> None:
        super().__init__(why)
        self.why = why


def _long(text: str) -> str:
    if len(text) < SHORTEST:
        raise _NoValue(_("a key has at least %(least)s characters", least=SHORTEST))
    return text


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise _NoValue(_("it has to be an IP address")) from None


def _number(text: str, least: float, most: float, kind: type[int] | type[float]) -> float:
    try:
        number = kind(text)
    except ValueError:
        raise _NoValue(_("it has to be a number")) from None
    if not least <= number <= most:
        raise _NoValue(_("it has to be between %(least)s and %(most)s", least=str(least), most=str(most)))
    return number


def _folders(text: str) -> tuple[Path, ...]:
    folders = tuple(Path(part).resolve() for part in text.split(os.pathsep) if part)
    for folder in folders:
        if not folder.is_dir():
            raise _NoValue(_("there is no folder called %(folder)s", folder=str(folder)))
    return folders


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise _NoValue(_("it has to be true or false"))
    return text.lower() == "true"

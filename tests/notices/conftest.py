"""A town whose notices go outside: to a mail server and a webhook on loopback, on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from engine.settings import Settings
from tests.notices.receivers import Hanging, Hook, Mailbox, mail_server, web_server
from tests.processes.conftest import (  # noqa: F401
    founded_folder,
    founded_postgresql,
    postgresql_settings,
    sqlite_settings,
)
from tests.processes.town import Town
from tests.store.conftest import postgresql_url  # noqa: F401

SECRET = "a secret of thirty-two signs, or so"
MAIL_FROM = "联办 <lianban@example.gov.cn>"
Towns = Callable[..., Town]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server(Mailbox()) as found:
        yield found


@pytest.fixture
def hook() -> Iterator[Hook]:
    with web_server(Hook()) as found:
        yield found


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    server = Hanging()
    yield server
    server.close()


@pytest.fixture
def open_town(sqlite_settings: Settings) -> Iterator[Towns]:  # noqa: F811
    """Opens the town with these settings."""
    yield from _opened(sqlite_settings)


@pytest.fixture(params=["sqlite", "postgresql"])
def open_town_on_each_database(request: pytest.FixtureRequest) -> Iterator[Towns]:
    yield from _opened(request.getfixturevalue(f"{request.param}_settings"))


def _opened(settings: Settings) -> Iterator[Towns]:
    towns: list[Town] = []

    def open_it(**chosen: Any) -> Town:
        outside = {"base_url": "https://lianban.example.gov.cn", "send_timeout_seconds": 0.4, **chosen}
        if "smtp_url" in outside:
            outside.setdefault("mail_from", MAIL_FROM)
        if "webhook_url" in outside:
            outside.setdefault("webhook_secret", SECRET)
        towns.append(Town(replace(settings, **outside)))
        return towns[-1]

    yield open_it
    for town in towns:
        town.close()

"""A real browser before a real server: waitress and the worker in this process, with a clock that the test moves."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright
from sqlalchemy import update
from waitress.server import create_server

from engine.db.tables import person
from engine.settings import Settings
from tasks_ui import create_app
from tests.processes.conftest import founded_folder  # noqa: F401
from tests.processes.town import Town
from tests.serving import end
from tests.spared import papers_set_once
from tests.tools.provide import FONTS, FOUND
from tests.web.conftest import office_folder  # noqa: F401
from tests.web.office import PASSWORD, PASSWORD_HASH, Numbers

DESKTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
CHINESE: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
SIZES = {"desktop": DESKTOP, "phone": PHONE}
BANNER = "演示数据，人和事都是虚构的。"
PATIENCE = 30
"""Seconds within which the worker must have done what is due."""
LISTENER = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""

LEAVE_OUT_DIAGRAMS = """
document.addEventListener('readystatechange', () => {
  document.querySelectorAll('figure[data-diagram]').forEach((figure) => figure.remove());
}, { once: true });
"""
"""When a page has been read, and before its scripts run."""


@pytest.fixture(scope="module", autouse=True)
def _papers_are_set_once() -> Iterator[None]:
    with papers_set_once():
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = json.loads(FOUND.read_text(encoding="utf-8"))
    environment = {**os.environ, "FONTCONFIG_FILE": str(FONTS)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found["browser"], args=found["arguments"], env=environment)
        yield browser
        browser.close()


class Served:
    """A town that is open on the web: its pages at an address of this machine, its worker ticking."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.port = settings, 0
        self.start()

    def start(self) -> None:
        self.town = Town(self.settings)
        app = create_app(self.town.engine, BANNER, ["127.0.0.1"])
        self._server = create_server(app, host="127.0.0.1", port=self.port, threads=4)
        self.port = self._server.effective_port
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        self.town.engine.worker.start()

    def stop(self) -> None:
        """Nobody is served any more, and nothing is remembered but what is in the database."""
        self.town.engine.worker.stop()
        end(self._server, self._thread)
        self.town.close()

    def restart(self) -> None:
        now = self.town.now
        self.stop()
        self.start()
        self.town.asleep_until(now.isoformat())

    def at(self, text: str) -> None:
        """It is that time, and the worker has done what fell due on the way."""
        self.town.asleep_until(text)
        give_up = time.monotonic() + PATIENCE
        while (due := self.town.engine.next_due()) is not None and due <= self.town.now:
            assert time.monotonic() < give_up, "the worker does not come round"
            threading.Event().wait(0.02)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def served(tmp_path: Path, founded_folder: Path) -> Iterator[Served]:  # noqa: F811
    """The city before its first case, on the morning of the last working day before the holiday."""
    shutil.copytree(founded_folder, tmp_path / "var")
    yield from _serve(tmp_path / "var", "2026-09-30T09:30")


@pytest.fixture(scope="module")
def office_served(
    tmp_path_factory: pytest.TempPathFactory,
    office_folder: tuple[Path, Numbers],  # noqa: F811
) -> Iterator[Served]:
    """The city with a case at each kind of place."""
    folder = tmp_path_factory.mktemp("served") / "var"
    shutil.copytree(office_folder[0], folder)
    yield from _serve(folder, "2026-10-09T10:12")


def _serve(folder: Path, now: str) -> Iterator[Served]:
    served = Served(Settings(data_dir=folder, secret_key="of these tests", tick_seconds=0.25))
    served.town.asleep_until(now)
    served.town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    yield served
    served.stop()


class Desk:
    """Somebody's browser. It keeps what went wrong in it."""

    def __init__(self, context: BrowserContext, served: Served) -> None:
        self.context, self.served = context, served
        context.set_default_timeout(15_000)
        context.add_init_script(LISTENER)
        self.faults: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("console", self._listen)

    def _listen(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource: the server responded with a status of 4")
        if message.type == "error" and not refused:
            self.faults.append(f"console: {message.text}")

    def sign_in(self, login: str, password: str = PASSWORD) -> Page:
        """Signed in by typing."""
        self.page.goto(f"{self.served.address}/login")
        self.page.get_by_label("账号").fill(login)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url("**/inbox")
        return self.page

    def be(self, login: str) -> Page:
        """Signed in already."""
        token = self.served.town.engine.accounts.sign_in(login, PASSWORD, "127.0.0.1").token
        self.context.add_cookies([{"name": "lianban", "value": token or "", "url": self.served.address}])
        return self.page

    def act_as(self, login: str) -> Page:
        """Signed in already, at the inbox; for whoever acts: diagrams, which others watch, are left out."""
        self.context.add_init_script(LEAVE_OUT_DIAGRAMS)
        self.be(login)
        return self.open("/inbox")

    def clear(self) -> None:
        """Nobody sits here, nothing is kept of who did, and nothing has gone wrong yet."""
        self.page.evaluate("localStorage.clear(), sessionStorage.clear()")
        self.page.goto("about:blank")
        self.context.clear_cookies()
        self.faults.clear()

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.served.address}{path}")
        return self.page


Desks = Callable[..., Desk]


def choose_matter(page: Page, name: str) -> None:
    """A matter of the list is typed by its name and taken with Enter."""
    matter = page.get_by_role("combobox", name="执法事项")
    matter.fill(name)
    expect(page.locator(".combo-list:visible [role=option]")).to_have_count(1)
    matter.press("Enter")
    expect(matter).to_have_value(re.compile(f"{re.escape(name)}$"))


def submit_button(page: Page) -> Locator:
    """The button that hands a task in; once an answer is ticked, its words name the answer."""
    return page.locator("[data-submit]")


@pytest.fixture
def desk_at(browser: Browser) -> Iterator[Desks]:
    """Makes desks; afterwards nothing may have gone wrong at any of them."""
    desks: list[Desk] = []

    def make(served: Served, size: dict[str, Any] = DESKTOP, **options: Any) -> Desk:
        desks.append(Desk(browser.new_context(**size, **CHINESE, **options), served))
        return desks[-1]

    yield make
    faults = [fault for desk in desks for fault in desk.faults]
    for desk in desks:
        desk.context.close()
    assert faults == []


@pytest.fixture(scope="module")
def kept_desks(browser: Browser) -> Iterator[dict[int, Desk]]:
    kept: dict[int, Desk] = {}
    yield kept
    for desk in kept.values():
        desk.context.close()


@pytest.fixture
def same_desk_at(browser: Browser, kept_desks: dict[int, Desk]) -> Iterator[Desks]:
    """As `desk_at`, for tests that only look: one window of each size serves the module, cleared after every test."""
    desks: list[Desk] = []

    def take(served: Served, size: dict[str, Any] = DESKTOP) -> Desk:
        if id(size) not in kept_desks:
            kept_desks[id(size)] = Desk(browser.new_context(**size, **CHINESE), served)
        desks.append(kept_desks[id(size)])
        return desks[-1]

    yield take
    faults = [fault for desk in desks for fault in desk.faults]
    for desk in desks:
        desk.clear()
    assert faults == []

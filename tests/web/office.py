"""An office at work: the pages over the demonstration's city, with one case at each kind of place.

A desk is a browser without scripts at which one person sits; what it shows is a page that can be asked questions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from lxml import html
from sqlalchemy import update
from werkzeug.datastructures import FileStorage, Headers
from werkzeug.test import TestResponse, encode_multipart

from engine.app import Engine
from engine.db.tables import person
from engine.documents.files import Upload
from engine.runtime.notify import notices
from engine.settings import Settings
from tasks_ui import create_app
from tests.files import PDF
from tests.processes.town import Case, Town, cast_of

PASSWORD = "one-for-all-of-them"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Weaker than real ones, which are slow on purpose."""
NOW = "2026-10-09T10:12"
"""The second working day after the holiday; the day after it is a Saturday on which people work."""

NOBODY = ""
OFFICER, COLLEAGUE, DEPUTY, LEADER = "shenhe.qh", "miaoqing.qh", "qinruogu.qh", "luyuan.qh"
LIAISON, REVIEWER, HEAD, INSPECTOR = "luoyinuo.hb", "zhouyan.hb", "helan.hb", "shaowenbo.hb"
STRANGER, STRANGE_LIAISON = "shiyifan.sq", "lujingshu.sq"
JUSTICE, SUPERVISION = "chengyu.sf", "zhuangmingzhe.jd"
ONE_PAGE = {"copies": "1", "pages": "1", "original": "original"}


@dataclass(frozen=True)
class Numbers:
    """The number of each case, named by where it stands; all are from 青河镇 to 市生态环境局."""

    closed: str
    over: str
    review: str
    approve: str
    prepare: str
    ongoing: str


def open_office(settings: Settings) -> Numbers:
    """The city has its passwords and its cases; it is NOW."""
    town = Town(settings)
    town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    closed = town.refer(at="2026-09-15T09:20", case_title="饭店油烟扰民", party_name="老灶台饭店").deliver()
    town.at("2026-09-16T10:00")
    closed.accept().file().handle()
    town.at("2026-09-17T15:00")
    closed.report()
    over = town.refer(at="2026-09-18T09:20", case_title="无证收集废铅蓄电池", party_name="宏发废品收购点").deliver()
    over.sign_for()
    review = town.refer(at="2026-09-29T14:20", case_title="未批先建废塑料清洗线", party_name="顺禾再生资源站").deliver()
    review.sign_for()
    approve = town.refer(at="2026-09-30T09:30", case_title="畜禽粪污直排沟渠", party_name="丰岭养殖合作社").submit()
    prepare = town.refer(at="2026-10-09T09:30", case_title="擅自开挖乡道")
    ongoing = town.refer(at="2026-10-09T09:40", case_title="夜间偷倒垃圾", is_ongoing=True)
    photographs = Upload("现场照片.pdf", BytesIO(PDF))
    values = {"kind": "site_photos", "title": "现场照片", **ONE_PAGE}
    town.engine.materials.add(town.person(OFFICER), prepare.task("prepare_materials"), values, [photographs])
    town.at(NOW)
    town.close()
    return Numbers(*(case.number for case in (closed, over, review, approve, prepare, ongoing)))


class Office:
    def __init__(self, settings: Settings, numbers: Numbers) -> None:
        self.town = Town(settings).asleep_until(NOW)
        self.numbers = numbers
        self.app: Flask = create_app(self.town.engine, trusted_hosts=["localhost"])

    @classmethod
    def at(cls, folder: Path, numbers: Numbers) -> Office:
        """The office whose data is in the folder."""
        return cls(Settings(data_dir=folder, secret_key="of these tests"), numbers)

    @property
    def engine(self) -> Engine:
        return self.town.engine

    def close(self) -> None:
        self.town.close()

    def case(self, name: str) -> Case:
        """The case that stands there."""
        return Case(self.town, getattr(self.numbers, name), cast_of("qinghe"), cast_of("ecology"))

    def task(self, name: str, element: str) -> str:
        """The address of the case's task."""
        return f"/tasks/{self.case(name).task(element)}"

    def instance(self, name: str) -> str:
        return f"/instances/{self.case(name).number}"

    def desk(self, login: str = NOBODY, address: str = "127.0.0.1") -> Desk:
        """A desk at which this person has just signed in, or nobody."""
        desk = Desk(self.app, address)
        if login:
            token = self.engine.accounts.sign_in(login, PASSWORD, address).token
            desk.client.set_cookie("lianban", token or "")
        return desk

    @property
    def file(self) -> str:
        """The address of the one file that is there, on the list of the case that is prepared."""
        shown = self.desk(OFFICER).get(self.task("prepare", "prepare_materials"))
        return str(shown.every("//a[starts-with(@href, '/materials/')]/@href")[0]).removesuffix("/preview")


def a_message_of(office: Office, login: str, unit: str = "qinghe") -> str:
    """A notice that this person has, and nobody else among those who look."""
    case = office.case("prepare")
    (person_id,) = office.town.ids(login)
    return office.town.write(
        lambda tx: (
            notices.notify_people(
                tx,
                office.engine.transactions.context(tx),
                case.id,
                "comment",
                unit,
                [],
                "请看一下。",
                person_id=person_id,
            ).id
        )
    )


Values = Mapping[str, str | Sequence[str]]


class Desk:
    def __init__(self, app: Flask, address: str) -> None:
        self.client = app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = address

    def get(self, path: str, **options: Any) -> Page:
        headers = Headers({"Accept": "text/html,*/*;q=0.8", **options.pop("headers", {})})
        return Page(self.client.get(path, headers=headers, **options))

    def post(self, path: str, values: Values | None = None, *files: tuple[str, bytes]) -> Page:
        """The form is sent, with the token that the page holds against forged forms."""
        return self.send(path, {"csrf_token": self.token(), **(values or {})}, *files)

    def send(self, path: str, values: Values, *files: tuple[str, bytes], **options: Any) -> Page:
        """Exactly these values are sent."""
        if files:
            stored = [FileStorage(BytesIO(content), filename=name) for name, content in files]
            boundary, body = encode_multipart({**values, "file": stored})
            type_ = f"multipart/form-data; boundary={boundary}"
            return Page(self.client.post(path, data=body, content_type=type_, **options))
        return Page(self.client.post(path, data=dict(values), **options))

    def sign_in(self, login: str, password: str = PASSWORD, onward: str = "") -> Page:
        return self.post("/login", {"login": login, "password": password, "next": onward})

    def token(self) -> str:
        return self.get("/no-such-page").token or self.get("/login").token


class Page:
    def __init__(self, response: TestResponse) -> None:
        self.status, self.headers, self.content = response.status_code, response.headers, response.data
        response.close()

    @cached_property
    def text(self) -> str:
        return self.content.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @cached_property
    def tree(self) -> html.HtmlElement:
        return html.document_fromstring(self.text or "<p></p>")

    @property
    def token(self) -> str:
        return "".join(self.every("//meta[@name='csrf-token']/@content"))

    @property
    def text_of_everybody(self) -> str:
        """The text without what is new in every answer: the token of the session, the ids of its forms."""
        return re.sub(r'(name="(?:csrf_token|csrf-token|once)" (?:value|content))="[^"]*"', r"\1", self.text)

    def every(self, xpath: str) -> list[Any]:
        return list(self.tree.xpath(xpath))  # type: ignore[arg-type]

    def words(self, xpath: str = "//main") -> str:
        """The text of the first such element, as a reader sees it."""
        return " ".join(self.every(xpath)[0].text_content().split())

    def texts(self, xpath: str) -> list[str]:
        return [" ".join(found.text_content().split()) for found in self.every(xpath)]

    @property
    def said(self) -> str:
        """The sentence that tells the outcome: a message, an error, a refusal."""
        found = self.texts("//*[contains(@class, 'flash') or contains(@class, 'empty')]//*[self::span or self::b]")
        return "".join(found)

    def problem_at(self, key: str) -> str:
        """The sentence to which the field says that it is described by it."""
        (field,) = self.every(f"//*[@id='field-{key}']")
        described = field.get("aria-describedby", "")
        return " ".join(self.texts(f"//*[@id='{described}']"))

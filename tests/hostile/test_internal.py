"""What a unit says among its own people on the way to a paper stays in the unit (R54: 审批表 is an inner paper).

A whole case is walked with an inner word in every opinion, then each side opens everything that it can reach.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine.db.tables import document, person, task
from engine.settings import Settings
from tasks_ui import create_app
from tests.processes.conftest import founded_folder  # noqa: F401
from tests.processes.test_archive import contents, package
from tests.processes.town import MORNING, Case, Town
from tests.web.office import PASSWORD, PASSWORD_HASH, Desk

SENDER_S = ("承办人心里话", "领导的退回批示", "领导的批示")
RECEIVER_S = ("审签人的批示",)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory, founded_folder: Path) -> Iterator[Case]:  # noqa: F811
    """A case referral that was sent back once on the way, accepted, handled and ended."""
    folder = shutil.copytree(founded_folder, tmp_path_factory.mktemp("inside") / "var")
    town = Town(Settings(data_dir=folder, secret_key="of these tests"))
    town.at(MORNING)
    town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    case = town.refer()
    case.add_material("facts_statement")
    case.add_material("site_photos")
    prepared = {"preparation_outcome": "submit", "preparation_opinion": SENDER_S[0]}
    case.complete("prepare_materials", case.referring.officer, **prepared)
    back = {"approval_outcome": "return", "approval_opinion": SENDER_S[1]}
    case.complete("approve_referral", case.referring.leader, **back)
    case.complete("prepare_materials", case.referring.officer, **prepared)
    agreed = {"approval_outcome": "approve", "approval_opinion": SENDER_S[2]}
    case.complete("approve_referral", case.referring.leader, **agreed)
    case.sign_for().review("accept", acceptance_opinion="经审查，属本单位管辖。")
    signed = {"signing_outcome": "approve", "signing_opinion": RECEIVER_S[0]}
    case.complete("sign_acceptance", case.receiving.deputy, **signed)
    case.file().handle().report()
    yield case
    town.close()


def shown(case: Case, login: str) -> str:
    """The instance's page and everything of it that it leads to, as this reader sees it, as one text."""
    town = case.town
    desk = Desk(create_app(town.engine, trusted_hosts=["localhost"]), "127.0.0.1")
    desk.client.set_cookie("lianban", town.engine.accounts.sign_in(login, PASSWORD, "127.0.0.1").token or "")
    page = desk.get(f"/instances/{case.number}")
    papers = town.read(lambda tx: list(tx.scalars(select(document.c.id).where(document.c.instance_id == case.id))))
    tasks = town.read(lambda tx: list(tx.scalars(select(task.c.id).where(task.c.instance_id == case.id))))
    linked = {str(href) for href in page.every("//main//a/@href") if str(href).startswith("/")}
    addresses = linked | {f"/documents/{found}" for found in papers} | {f"/tasks/{found}" for found in tasks}
    assert len(addresses) > 10
    return page.text + "".join(desk.get(address).text for address in sorted(addresses))


@pytest.mark.parametrize("login", ["luyuan.qh", "shenhe.qh"])
def test_the_own_unit_reads_what_its_people_said(case: Case, login: str) -> None:
    page = shown(case, login)

    assert [word for word in SENDER_S if word not in page] == []
    assert [word for word in RECEIVER_S if word in page] == []


@pytest.mark.parametrize("login", ["zhouyan.hb", "helan.hb"])
def test_r54_the_other_side_does_not_read_the_opinions_that_led_to_the_letter(case: Case, login: str) -> None:
    page = shown(case, login)

    assert [word for word in SENDER_S if word in page] == []
    assert [word for word in RECEIVER_S if word not in page] == []
    assert "经审查，属本单位管辖" in page, "what the letter says is for everybody"
    assert "主要领导审批" in page, "and so is that the step was done"


def test_the_bureaus_of_oversight_read_both(case: Case) -> None:
    page = shown(case, "chengyu.sf")

    assert [word for word in SENDER_S + RECEIVER_S if word not in page] == []


def test_the_file_of_the_other_side_does_not_hold_them(case: Case) -> None:
    parts = contents(package(case.town, case))
    told = "".join(part.decode(errors="ignore") for part in parts.values())

    assert [word for word in SENDER_S if word in told] == []
    assert [word for word in RECEIVER_S if word not in told] == []

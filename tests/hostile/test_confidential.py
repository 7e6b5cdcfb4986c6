"""Nobody but the first unit's handlers ever reads who the informant is: every page, document and answer of the web (R60).

Whole cases are walked, then each reader opens everything that can be reached from the lists by following links.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine.db.tables import document, fact, person, process_instance
from engine.errors import InvalidValues, NotAllowed
from engine.reports.readers import MASK
from engine.settings import Settings
from tasks_ui import create_app
from tests.papers.papers import text_of
from tests.processes.complaint import CONTACT, INFORMANT, Complaint, receive
from tests.processes.conftest import founded_folder  # noqa: F401
from tests.processes.town import MORNING, Town
from tests.web.office import PASSWORD, PASSWORD_HASH, Desk

IDENTITY = "370100198001011234"
SECRETS = (INFORMANT, CONTACT, IDENTITY)
HANDLERS = ("linxiaoman.qh", "shenhe.qh", "qinruogu.qh", "luyuan.qh")
OTHERS = (
    "helan.hb", "zhouyan.hb", "luoyinuo.hb", "wanliqing.zj", "shiyifan.sq", "zhuangmingzhe.jd", "fuzhengping.jd",
    "chengyu.sf", "chengzhihe.sf", "archive.qh",
)  # fmt: skip
"""The counterpart, the receiver of the management issue, a stranger, both bureaus, and the first unit's archivist."""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory, founded_folder: Path) -> Iterator[dict[str, Complaint]]:  # noqa: F811
    """One complaint at each kind of place; all are from 青河镇."""
    folder = shutil.copytree(founded_folder, tmp_path_factory.mktemp("told") / "var")
    town = Town(Settings(data_dir=folder, secret_key="of these tests"))
    town.at(MORNING)
    town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    town.newcomer("archive.qh", "qinghe", "archivist")
    town.write(
        lambda tx: tx.execute(update(person).where(person.c.login == "archive.qh").values(password_hash=PASSWORD_HASH))
    )

    def begun(**answers: object) -> Complaint:
        return receive(town, informant_id=IDENTITY, **answers).register()

    made = {
        "wanted": begun().ask_consent(),
        "redirected": begun().ask_consent().answer_consent("consent").tell_informant(),
        "disputed": begun().dispute().coordinate(None),
        "mixed": begun().judge().check("mixed", violation_part="refer").transfer_management(),
        "referred": begun().judge().check("to_refer_violation"),
        "needed": begun()
        .judge()
        .check("to_refer_violation", needed_for_handling=True, needed_for_handling_reason="须当面指认现场。"),
        "answered": begun().judge().check("no_violation").reply_directly(),
        "drafted": begun().judge().check("no_violation").draft_direct(),
    }
    for name in ("mixed", "referred", "needed"):
        made[name].referral().deliver()
    made["referred"].referral().accept().file().handle().report()
    made["referred"].reply()
    town.engine.papers.make_what_waits()
    yield made
    town.close()


def reached(desk: Desk, starts: list[str]) -> dict[str, str]:
    """Everything that this reader is shown, by address, following every link from the starts."""
    waiting, seen = list(starts), dict[str, str]()
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith(("/static", "/logout", "/login")):
            continue
        page = desk.get(address)
        is_paper = page.headers.get("Content-Type", "") == "application/pdf"
        seen[address] = text_of(page.content) if is_paper else page.content.decode("utf-8", "replace")
        if page.status == 200 and "html" in page.headers.get("Content-Type", ""):
            waiting += [href for href in map(str, page.every("//a/@href")) if href.startswith("/")]
        elif page.location.startswith("/"):
            waiting.append(page.location)
    return seen


def everything(cases: dict[str, Complaint], login: str) -> dict[str, str]:
    town = cases["wanted"].town
    app = create_app(town.engine, trusted_hosts=["localhost"])
    desk = Desk(app, "127.0.0.1")
    desk.client.set_cookie("lianban", town.engine.sign_in(login, PASSWORD, "127.0.0.1").token or "")
    numbers = town.read(lambda tx: list(tx.scalars(select(process_instance.c.number))))
    papers = town.read(lambda tx: list(tx.scalars(select(document.c.id))))
    tasks = [task.id for complaint in cases.values() for task in complaint.open_tasks()]
    starts = ["/inbox", "/instances", "/supervision", "/start"]
    starts += [f"/instances/{number}" for number in numbers] + [f"/documents/{paper}" for paper in papers]
    starts += [f"/tasks/{task}" for task in tasks]
    starts += [f"/documents/{paper}/paper.pdf" for paper in papers]
    shown = reached(desk, starts)
    for task in tasks:
        shown[f"look {task}"] = desk.post(
            f"/tasks/{task}/look", {"informant_name": "", "consent_outcome": "consent"}
        ).text
    return shown


@pytest.mark.parametrize("login", OTHERS)
def test_no_page_and_no_answer_tells_anybody_else_who_the_informant_is(cases: dict[str, Complaint], login: str) -> None:
    shown = everything(cases, login)
    needed = cases["needed"].referral().number

    told = {address for address, text in shown.items() for secret in SECRETS if secret in text}
    if login.endswith(".hb"):  # the identity is handed to the receiver of that one referral, for a stated reason
        own = {address for address in told if needed in shown[address]}
        assert own, "the receiver of the referral may know"
        told -= own
    assert told == set()
    assert len(shown) > 10


@pytest.mark.parametrize("login", HANDLERS)
def test_the_first_unit_s_handlers_read_it(cases: dict[str, Complaint], login: str) -> None:
    shown = everything(cases, login)

    assert all(secret in shown[f"/instances/{cases['wanted'].number}"] for secret in SECRETS)


@pytest.mark.parametrize("login", ["helan.hb", "zhuangmingzhe.jd", "chengyu.sf", "archive.qh"])
def test_others_see_that_something_is_kept_from_them(cases: dict[str, Complaint], login: str) -> None:
    """Scenario 33."""
    assert everything(cases, login)[f"/instances/{cases['wanted'].number}"].count(MASK) == 3


@pytest.mark.parametrize("login", ["chengyu.sf", "fuzhengping.jd", "archive.qh"])
def test_the_pages_of_a_letter_to_the_informant_are_shown_to_the_handlers_alone(
    cases: dict[str, Complaint], login: str
) -> None:
    """Its addressee is the informant: neither oversight nor the unit's own archivist reads the PDF, or sees a picture."""
    papers, town = cases["wanted"].town.engine.papers, cases["wanted"].town
    letters = town.read(lambda tx: list(tx.scalars(select(document.c.id).where(document.c.code.in_(["D11", "D13"])))))

    for letter in letters:
        assert INFORMANT in text_of(papers.pdf(town.person("shenhe.qh"), letter).path.read_bytes())
        for look in (papers.pdf, papers.pictures):
            with pytest.raises(NotAllowed, match="保密"):
                look(town.person(login), letter)
    assert len(letters) > 5


def test_what_a_handler_writes_into_a_letter_to_another_unit_is_refused_when_it_tells_who_the_informant_is(
    cases: dict[str, Complaint],
) -> None:
    town = cases["wanted"].town
    case = receive(town).register().judge("not_ours")
    leader, task = town.person("luyuan.qh"), case.task("confirm_not_ours")
    (view,) = town.engine.paper_drafts.of_task(leader, task)

    texts = replace(view.texts, paragraphs=(*view.texts.paragraphs, f"举报人{INFORMANT}，请直接联系。"))

    with pytest.raises(InvalidValues) as said:
        town.engine.paper_drafts.save(leader, task, view.element_id, texts)

    assert "保密" in said.value.problems[""]
    assert INFORMANT not in said.value.problems[""]


def test_no_letter_to_another_unit_holds_it_even_in_the_store(cases: dict[str, Complaint]) -> None:
    town = cases["wanted"].town
    rows = town.read(lambda tx: tx.execute(select(document)).all())

    told = [
        (row.code, row.from_unit, row.to_unit)
        for row in rows
        if any(secret in json.dumps(row.content, ensure_ascii=False) for secret in SECRETS)
    ]

    assert {found for found in told if found[2] != "qinghe"} == {("D01", "qinghe", "ecology")}, "of the one referral"
    assert ("D13", "qinghe", "qinghe") in told


def test_called_procedures_are_not_handed_it(cases: dict[str, Complaint]) -> None:
    for name, called in (("referred", "referral"), ("mixed", "referral"), ("disputed", "called_dispute")):
        instance = getattr(cases[name], called)()
        values = instance.town.read(
            lambda tx, id_=instance.id: [
                str(value) for value in tx.scalars(select(fact.c.value).where(fact.c.instance_id == id_))
            ]
        )
        assert not [value for value in values if any(secret in value for secret in SECRETS)]


def test_the_identity_is_handed_over_only_when_it_is_needed_and_oversight_still_does_not_read_it(
    cases: dict[str, Complaint],
) -> None:
    referral = cases["needed"].referral()
    assert referral.facts()["informant_identity"] == f"{INFORMANT}，{CONTACT}"

    receiver = everything(cases, "zhouyan.hb")[f"/instances/{referral.number}"]
    justice = everything(cases, "chengyu.sf")[f"/instances/{referral.number}"]

    assert INFORMANT in receiver
    assert INFORMANT not in justice
    assert MASK in justice


def test_the_record_of_the_flow_does_not_tell_it(cases: dict[str, Complaint]) -> None:
    """The audit is read by oversight, too: it holds names of facts, never these values."""
    for complaint in cases.values():
        assert not any(
            secret in json.dumps(complaint.told(what)) for what in ("facts", "notice", "document") for secret in SECRETS
        )

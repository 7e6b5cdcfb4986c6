"""The file of a case that has ended: who keeps it (R47, R48), what is in it, and that a change in it is noticed."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from sqlalchemy import delete, select, update

from engine.archive.contents import FORMAT
from engine.archive.package import _seal
from engine.archive.verify import verify
from engine.db.tables import archive_package, matter
from engine.documents import materials
from engine.documents.files import Upload
from engine.errors import ArchiveUnreadable, NotAllowed
from engine.keys import unrelated
from tasks_ui.cli import main
from tests.files import pdf, torn
from tests.processes import assistance
from tests.processes import complaint as complaints
from tests.processes.dispute import settle
from tests.processes.retold import retold
from tests.processes.town import Case, Instance, Town

KEEPER, OTHER_SIDE = "zhouyan.hb", "shenhe.qh"
HEADING, FOOT = 13, 8
"""Sizes of type in the history to be read."""


def closed(town: Town, title: str = "未批先建废塑料清洗线", **answers: Any) -> Case:
    case = town.refer(case_title=title, **answers)
    photographs = Upload("现场照片.pdf", io.BytesIO(pdf(2)))
    values = {"kind": "site_photos", "title": "现场照片", "copies": "1", "pages": "", "original": "original"}
    officer = town.person(OTHER_SIDE)
    town.act(lambda engine: engine.materials.add(officer, case.task("prepare_materials"), values, [photographs]))
    return case.deliver().accept().file().handle().report()


def package(town: Town, case: Instance, login: str = KEEPER) -> Path:
    keep(town)
    return town.act(lambda engine: engine.archives.package(town.person(login), case.number))


def keep(town: Town) -> None:
    """What the worker does beside its tick: papers are made, then the files of what has ended."""
    town.act(lambda engine: [chore() for chore in engine.worker.chores])


def kept(town: Town) -> Case:
    """A case that is closed, and whose file has been made."""

    def tell(there: Town) -> Case:
        case = closed(there)
        keep(there)
        return case

    return retold(town, "kept", tell)


def row(town: Town, case: Instance) -> Any:
    own = select(archive_package).where(archive_package.c.instance_id == case.id)
    return town.read(lambda tx: tx.execute(own).one())


def contents(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def repacked(path: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same package with something changed in it, as somebody with a zip program would."""
    parts = contents(path)
    change(parts)
    with ZipFile(target, "w", ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return target


def filled_in(town: Town, case: Instance, login: str = KEEPER) -> dict[str, str]:
    """What the history to be read says under each of its headings, which are set in a bigger type, without blanks."""
    history = PdfReader(io.BytesIO(contents(package(town, case, login))["history.pdf"]))
    found: list[tuple[str, list[str]]] = []

    def read(text: str, _: Any, __: Any, ___: Any, size: float) -> None:
        if words := re.sub(r"\s", "", text):
            if size == HEADING:
                found.append((words, []))
            elif found and size > FOOT:
                found[-1][1].append(words)

    for page in history.pages:
        page.extract_text(visitor_text=read)
    headings = [heading for heading, _ in found]
    assert len(set(headings)) == len(headings)
    return {heading: "".join(words) for heading, words in found}


# --- who keeps it ---


def test_the_unit_that_handled_the_case_keeps_its_file(town: Town) -> None:
    """R48"""
    assert row(town, closed(town)).unit_code == "ecology"


def test_a_case_that_was_never_handed_over_stays_with_its_unit(town: Town) -> None:
    """R48: a referral that was dropped is kept by whoever wanted to refer."""
    case = town.refer()
    case.complete("prepare_materials", OTHER_SIDE, preparation_outcome="drop", preparation_reason="经核实没有违法。")

    assert row(town, case).unit_code == "qinghe"


@pytest.mark.parametrize(
    ("empowered_at", "keeper"),
    [(date(2099, 1, 1), "ecology"), (date(2020, 1, 1), "qinghe"), (None, "qinghe")],
    ids=["closed before the power went to the towns", "closed after", "never went to the towns"],
)
def test_the_day_of_empowerment_decides_between_department_and_handling_unit(
    plain_town: Town, empowered_at: date | None, keeper: str
) -> None:
    """R47, R48, A14: what was closed before is the department's, whoever handled it at the end."""
    town = plain_town
    case = town.refer()
    code = case.facts()["matter_code"]
    town.write(lambda tx: tx.execute(update(matter).where(matter.c.code == code).values(empowered_at=empowered_at)))
    case.complete("prepare_materials", OTHER_SIDE, preparation_outcome="drop", preparation_reason="经核实没有违法。")

    assert row(town, case).unit_code == keeper


def test_a_case_that_was_open_at_empowerment_is_kept_by_whoever_closes_it(plain_town: Town) -> None:
    """R47, A14: opened before, closed on the very day: the handling unit."""
    town = plain_town
    case = town.refer()
    today = town.now.astimezone(UTC).date()
    code = case.facts()["matter_code"]
    town.write(lambda tx: tx.execute(update(matter).where(matter.c.code == code).values(empowered_at=today)))
    case.complete("prepare_materials", OTHER_SIDE, preparation_outcome="drop", preparation_reason="经核实没有违法。")

    assert row(town, case).unit_code == "qinghe"


def test_only_the_unit_that_keeps_the_file_may_take_it(town: Town) -> None:
    case = closed(town)

    assert package(town, case).is_file()
    for login in (OTHER_SIDE, "chengyu.sf"):
        with pytest.raises(NotAllowed):
            package(town, case, login)


# --- what is in it ---


def test_a_package_holds_everything_and_is_whole(town: Town) -> None:
    case = closed(town)
    path = package(town, case)

    checked = verify(path)
    parts = contents(path)

    assert checked.broken == ()
    assert (checked.number, checked.sequence, checked.unit_name) == (case.number, 1, "市生态环境局")
    assert {"case.json", "facts.json", "deadlines.json", "history.json", "materials.json"} <= parts.keys()
    assert parts["procedure/case_referral.bpmn"] == Path("processes/case_referral.bpmn").read_bytes()
    assert pdf(2) in [content for name, content in parts.items() if name.startswith("materials/")]
    start = json.loads(parts["forms/00-start.json"])
    assert {"案件来源", "基本违法事实"} <= {entry["label"] for entry in start["entries"]}
    approval = next(json.loads(parts[name]) for name in parts if name.endswith("-approve_referral.json"))
    assert (approval["unit"], approval["outcome"]) == ("qinghe", "同意移送")
    assert {"D01", "D07", "D23"} <= {name[13:16] for name in parts if name.startswith("documents/")}
    papers = {name[13:16] for name in parts if name.startswith("documents/") and name.endswith(".pdf")}
    assert {"D01", "D07", "D23"} <= papers
    assert "D03" not in papers, "what the other side keeps in its own files is its own"
    counted = {record["key"]: record["trace"] for record in json.loads(parts["deadlines.json"])}
    assert counted["referral"]["counted"], "the count of a period goes with it, day by day"


def test_a_file_that_was_taken_off_before_anybody_was_sent_it_is_not_in_it(plain_town: Town) -> None:
    """One that went with a letter is, also when it was taken off the list after that."""
    case = plain_town.refer()
    officer, engine = plain_town.person(OTHER_SIDE), plain_town.engine
    for pages, title in ((2, "现场照片"), (3, "传错的照片"), (4, "另一张照片")):
        values = {"kind": "site_photos", "title": title, "copies": "1", "pages": "", "original": "original"}
        upload = Upload(f"{title}.pdf", io.BytesIO(pdf(pages)))
        engine.materials.add(officer, case.task("prepare_materials"), values, [upload])
    listed = {found.title: found.id for found in plain_town.read(lambda tx: materials.of_instance(tx, case.id))}
    plain_town.later(minutes=1)
    engine.materials.remove(officer, case.task("prepare_materials"), listed["传错的照片"])
    plain_town.later(minutes=1)
    case.deliver()
    plain_town.later(minutes=1)
    plain_town.write(lambda tx: materials.remove(tx, listed["另一张照片"], plain_town.now))
    case.accept().file().handle().report()

    parts = contents(package(plain_town, case))

    packed = {content for name, content in parts.items() if name.startswith("materials/")}
    assert packed == {pdf(2), pdf(4)}
    assert {found["title"] for found in json.loads(parts["materials.json"])} >= {*listed}, "that it was there is told"


def test_only_those_whom_the_package_names_are_named_in_it(plain_town: Town) -> None:
    case = closed(plain_town)
    parts = contents(package(plain_town, case))

    names = json.loads(parts["names.json"])

    assert {"qinghe", "ecology"} <= names["units"].keys()
    assert {"shiqiao", "housing"}.isdisjoint(names["units"])
    rest = b"".join(content for name, content in parts.items() if name != "names.json").decode("utf-8", "replace")
    assert all(f'"{found}"' in rest for found in names["people"] | names["units"])
    assert {"沈禾", "周砚"} <= set(names["people"].values())
    said_by = {found["said_by"] for found in json.loads(parts["facts.json"])} - {None}
    told = {entry["person_id"] for entry in json.loads(parts["history.json"])} - {None}
    assert said_by | told <= names["people"].keys()


def test_the_whole_history_is_there_to_be_read(plain_town: Town) -> None:
    case = closed(plain_town)
    history = PdfReader(io.BytesIO(contents(package(plain_town, case))["history.pdf"]))
    read = re.sub(r"\s", "", "".join(page.extract_text() for page in history.pages))

    for words in (
        "未批先建废塑料清洗线", case.number, "移送期限", "R55", "审核签发", "涉嫌违法案件移送函", "现场照片",
        "09-30起算，当日不计。10-01至10-07国庆节不计。10-10调休上班，计入。计入10-08、10-09、10-10，共3个工作日。",
    ):  # fmt: skip
        assert words in read, words
    raw = sorted(set(re.findall(r"[a-z]+_[a-z_]+|None|True|False", read)))
    assert raw == [], "no key of a program is on the page"


def test_what_was_filled_in_stands_in_the_order_in_which_it_was_done(plain_town: Town) -> None:
    town = plain_town
    case = town.refer()
    for step in (case.deliver, case.accept, case.file, case.handle, case.report):
        town.later(hours=1)
        step()
    history = PdfReader(io.BytesIO(contents(package(town, case))["history.pdf"]))
    read = re.sub(r"\s", "", "".join(page.extract_text() for page in history.pages)).rpartition("案件移送：发起")[2]

    order = [read.index(title) for title in ("整理移送材料", "受理审查", "立案审查", "填报处理结果")]
    assert order == sorted(order)


def test_every_answering_of_a_step_that_came_round_twice_can_be_read(plain_town: Town) -> None:
    """P2: the grounds of a refusal stay in the file when the department must answer after all, with who gave them."""
    town = plain_town
    case = assistance.ask(town).decline().answer_refusal("refuse").reply_to_refusal("disagree")
    settle(case, "receiving")
    case.answer().confirm()

    filled = filled_in(town, case, OTHER_SIDE)

    first, second = (filled[f"签收分派（第{number}次）"] for number in (1, 2))
    assert "该事项属市市场监督管理局职责。" in first
    assert "该事项属市市场监督管理局职责。" not in second
    for told in (first, second):
        assert "市生态环境局" + town.person(case.assisting.liaison).person_name in told


def test_a_correction_stands_beside_what_was_said_first(plain_town: Town) -> None:
    """C12: at the start and in a task."""
    town = plain_town
    case = town.refer()
    officer, leader = town.person(OTHER_SIDE), town.person(case.referring.leader)
    sent = {"location": ["青河镇河湾村三组 2 号院"], "reason": ["门牌号抄错了，以现场核对的为准。"]}
    correction = town.act(
        lambda engine: engine.collaboration.propose_correction(officer, case.number, "location", sent)
    )
    agreed = {"decision": ["approve"], "opinion": ["同意。"]}
    town.act(lambda engine: engine.collaboration.decide_correction(leader, correction, agreed))
    case.deliver().accept().file().handle().report()

    told = filled_in(town, case)["案件移送：发起"]

    assert "青河镇河湾村二组18号院（2026-" in told
    assert "更正为：青河镇河湾村三组2号院）" in told


def test_a_completion_that_was_taken_back_can_be_read_beside_the_one_that_stands(plain_town: Town) -> None:
    town = plain_town
    case = town.refer()
    values = {"preparation_outcome": "drop", "preparation_reason": "经核实没有违法。"}
    case.submit()
    done = case.task("prepare_materials")
    town.act(lambda engine: engine.handling.take_back(town.person(OTHER_SIDE), done))
    case.complete("prepare_materials", OTHER_SIDE, **values)

    filled = filled_in(town, case, OTHER_SIDE)

    assert "已撤回" in filled["整理移送材料（第1次）"]
    assert "经核实没有违法。" in filled["整理移送材料（第2次）"]


def test_a24_the_history_says_of_a_recommended_period_that_it_is_over(plain_town: Town) -> None:
    """And who outside the units was given a paper."""
    town = plain_town
    complaint = complaints.receive(town)
    town.later(hours=24 * 12)
    complaint.register().ask_consent().answer_consent("consent").tell_informant()
    history = PdfReader(io.BytesIO(contents(package(town, complaint, "miaoqing.qh"))["history.pdf"]))
    read = re.sub(r"\s", "", "".join(page.extract_text() for page in history.pages))

    assert "过建议时限办结" in read
    assert "超期" not in read
    assert "青河镇举报人、投诉人或信访人" in read


def test_a_sign_that_no_font_has_does_not_hold_up_the_file(plain_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page has the printers' mark for it, the data have the sign itself. It came before fields refused such signs."""
    case = plain_town.refer()
    reason = "当事人姓名用字\U0002f800无法打印。"
    with monkeypatch.context() as before:
        before.setattr("engine.documents.fonts.Fonts.unprintable", lambda *_: [])
        case.complete("prepare_materials", OTHER_SIDE, preparation_outcome="drop", preparation_reason=reason)
    parts = contents(package(plain_town, case, OTHER_SIDE))

    assert reason in parts["facts.json"].decode()
    assert parts["history.pdf"].startswith(b"%PDF")


def test_what_colleagues_of_the_other_unit_say_among_themselves_is_not_in_it(plain_town: Town) -> None:
    """Only the links of the chain are, so that it can be checked all the same."""
    town = plain_town
    case = town.refer()
    said = {"text": ["对方可能不收，先打个电话。"], "internal": ["true"]}
    town.act(lambda engine: engine.collaboration.comment(town.person(OTHER_SIDE), case.number, said))
    case.deliver().accept().file().handle().report()
    path = package(town, case)

    assert "先打个电话" not in "".join(part.decode(errors="ignore") for part in contents(path).values())
    assert verify(path).broken == ()


def test_what_the_other_unit_had_written_into_a_draft_is_not_in_it(plain_town: Town) -> None:
    """Until a paper is issued it is the business of the unit that writes it."""
    town = plain_town
    case = town.refer()
    drafts, officer, task = town.engine.paper_drafts, town.person(OTHER_SIDE), case.task("prepare_materials")
    (view,) = drafts.of_task(officer, task)
    drafts.save(officer, task, view.element_id, replace(view.texts, title="草稿里后来删掉的话"))
    drafts.drop(officer, task, view.element_id)
    case.deliver().accept().file().handle().report()
    path = package(town, case)

    assert "草稿里后来删掉的话" not in "".join(part.decode(errors="ignore") for part in contents(path).values())
    assert verify(path).broken == ()


def test_what_the_other_units_leader_returned_is_not_in_it(plain_town: Town) -> None:
    """R54: what a unit decides on the way to its letter is in its own file alone; that it decided is told."""
    town = plain_town
    case = town.refer().submit()
    case.complete("approve_referral", case.referring.leader, approval_outcome="return", approval_opinion="再核。")
    town.later(minutes=1)
    case.submit().approve()
    case.accept().file().handle().report()
    path = package(town, case)

    forms = [json.loads(part) for name, part in contents(path).items() if "approve_referral.json" in name]
    assert [form["outcome"] for form in forms] == [None, "同意移送"]
    assert {entry["value"] for entry in forms[0]["entries"]} == {None}
    facts = [row for row in json.loads(contents(path)["facts.json"]) if row["name"] == "approval_outcome"]
    assert [row["value"] for row in facts] == [None, "approve"]
    filled = filled_in(plain_town, case)
    assert "未随文书发出" in filled["主要领导审批（第1次）"]
    assert "退回" not in filled["主要领导审批（第1次）"]
    assert "同意移送" in filled["主要领导审批（第2次）"]
    assert verify(path).broken == ()


def test_the_informant_is_not_in_the_file_of_another_unit(plain_town: Town) -> None:
    """R60, R47: a department that keeps the file reads it without the name."""
    town = plain_town
    complaint = complaints.receive(town).register().ask_consent().answer_consent("consent").tell_informant()
    own = package(town, complaint, "miaoqing.qh")
    again = {"unit_code": "ecology", "made_at": None, "sequence": None, "sha256": None, "previous_sha256": None}
    town.write(lambda tx: tx.execute(update(archive_package).values(**again)))

    theirs = package(town, complaint)

    def told(path: Path) -> str:
        return "".join(part.decode(errors="ignore") for part in contents(path).values())

    assert complaints.INFORMANT in told(own)
    assert complaints.INFORMANT not in told(theirs)
    assert complaints.CONTACT not in told(theirs)
    assert complaints.INFORMANT not in "".join(filled_in(town, complaint).values())
    assert verify(theirs).broken == ()


def test_the_packages_of_a_unit_follow_one_another(town: Town, tmp_path: Path) -> None:
    first, second = package(town, closed(town)), package(town, closed(town, "第二件移送"))

    assert (verify(second).sequence, verify(second, first).broken) == (2, ())
    changed = repacked(first, tmp_path / "first.zip", lambda parts: parts.pop("facts.json"))
    assert "被改过或换过" in str(verify(second, changed).broken[0])
    assert "不是市生态环境局第 1 卷的前一卷" in str(verify(first, second).broken[0])


def test_the_same_case_makes_the_same_bytes(plain_town: Town, tmp_path: Path) -> None:
    town = plain_town
    case = closed(town)
    path = package(town, case)
    before = path.read_bytes()
    path.unlink()
    waiting = {"made_at": None, "sequence": None, "sha256": None, "previous_sha256": None}
    own = archive_package.c.instance_id == case.id
    town.write(lambda tx: tx.execute(update(archive_package).where(own).values(**waiting)))

    assert package(town, case).read_bytes() == before


def test_two_workers_leave_one_chain(town_on_each_database: Town) -> None:
    town = town_on_each_database
    cases = [closed(town, f"第 {number} 件") for number in range(4)]
    town.write(
        lambda tx: tx.execute(update(archive_package).values(made_at=None, sequence=None, sha256=None, file_name=None))
    )
    engines = [town.another_engine(), town.another_engine()]

    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda engine: [engine.archives.make_wanted() for _ in range(4)], engines))
    town.later(minutes=11)

    packages = sorted((package(town, case) for case in cases), key=lambda path: path.name)
    assert [verify(path).sequence for path in packages] == [1, 2, 3, 4]
    assert not any(verify(later, earlier).broken for earlier, later in pairwise(packages))


# --- what goes wrong ---


def test_a_file_that_is_missing_holds_up_its_own_package_and_no_other(plain_town: Town) -> None:
    town = plain_town
    case = closed(town)
    path = package(town, case)
    store = town.settings.data_dir / "materials"
    (lost,) = [found for found in store.rglob("*") if found.is_file()]
    kept = lost.rename(lost.with_name("kept"))
    town.write(lambda tx: tx.execute(update(archive_package).values(made_at=None, sequence=None)))
    path.unlink()
    other = town.refer(case_title="没有材料的一件")
    other.complete("prepare_materials", OTHER_SIDE, preparation_outcome="drop", preparation_reason="没有违法。")

    assert package(town, other, OTHER_SIDE).is_file()
    assert row(town, case).made_at is None

    kept.rename(lost)
    town.later(minutes=11)
    assert verify(package(town, case)).broken == ()
    assert not list(path.parent.glob("unfinished-*"))


def _changed_fact(parts: dict[str, bytes]) -> None:
    parts["facts.json"] = parts["facts.json"].replace("未批先建".encode(), "已批再建".encode())


def _rewritten(parts: dict[str, bytes], name: str, content: object) -> None:
    """Somebody puts something else there and writes the manifest anew."""
    parts[name] = json.dumps(content, ensure_ascii=False).encode()
    manifest = json.loads(parts["manifest.json"])
    for listed in manifest["files"]:
        if listed["path"] == name:
            listed |= {"size": len(parts[name]), "sha256": hashlib.sha256(parts[name]).hexdigest()}
    parts["manifest.json"] = json.dumps(manifest).encode()


def _history_and_its_hash(parts: dict[str, bytes]) -> None:
    history = json.loads(parts["history.json"])
    del history[3]
    _rewritten(parts, "history.json", history)


def _link_without_hash(parts: dict[str, bytes]) -> None:
    first, *rest = json.loads(parts["history.json"])
    del first["hash"]
    _rewritten(parts, "history.json", [{**first, "redacted": True}, *rest])


def _of_another_case(parts: dict[str, bytes]) -> None:
    _rewritten(parts, "case.json", {**json.loads(parts["case.json"]), "id": "another"})


def _heading(parts: dict[str, bytes], **changed: object) -> None:
    parts["manifest.json"] = json.dumps({**json.loads(parts["manifest.json"]), **changed}).encode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_changed_fact, "facts.json（全部填报值，包括被更正的）与清单不一致，内容被改过。"),
        (lambda parts: parts.pop("deadlines.json"), "deadlines.json（期限和逐日计算）不见了。"),
        (lambda parts: parts.update({"more.txt": b"x"}), "more.txt 不在清单上，是后来放进去的。"),
        (_history_and_its_hash, "审计记录第 4 条与前后接不上，可能有记录被改、被换或被删。"),
        (
            lambda parts: _heading(parts, number="MOVE-2026-9999"),
            "清单上的编号与办件概况（case.json）不一致，清单被改过。",
        ),
        (lambda parts: _heading(parts, title="别的案件"), "清单上的标题与办件概况（case.json）不一致，清单被改过。"),
        (lambda parts: _rewritten(parts, "history.json", []), "审计记录（history.json）读不出来。"),
        (lambda parts: _rewritten(parts, "case.json", []), "办件概况（case.json）读不出来。"),
        (_of_another_case, "审计记录（history.json）不是办件概况（case.json）里的那件办件的。"),
        (_link_without_hash, "审计记录第 1 条与前后接不上，可能有记录被改、被换或被删。"),
    ],
)
def test_whatever_is_changed_in_a_package_is_found_and_named(
    plain_town: Town, tmp_path: Path, change: Callable[[dict[str, bytes]], None], sentence: str
) -> None:
    path = repacked(package(plain_town, kept(plain_town)), tmp_path / "changed.zip", change)

    assert sentence in map(str, verify(path).broken)


ONE_FILE = {"path": "case.json", "title": "", "size": 1, "sha256": "0" * 64}


@pytest.mark.parametrize(
    "changed",
    [
        {"sequence": "x"},
        {"sequence": True},
        {"sequence": 0},
        {"sequence": 2},
        {"previous_sha256": "0" * 64},
        {"number": None},
        {"title": "\ud800"},
        {"unit": []},
        {"unit_name": 1},
        {"made_at": "yesterday"},
        {"made_at": None},
        {"files": 3},
        {"files": {"path": "case.json"}},
        {"files": [{**ONE_FILE, "size": "1"}]},
        {"files": [{**ONE_FILE, "path": ["case.json"]}]},
        {"files": [{**ONE_FILE, "title": {}}]},
        {"files": [{**ONE_FILE, "sha256": None}]},
        {"files": [{}]},
    ],
    ids=str,
)
def test_a_manifest_that_somebody_has_made_up_is_no_traceback(tmp_path: Path, changed: dict[str, object]) -> None:
    sound = {"format": FORMAT, "number": "1", "title": "", "unit": "a", "unit_name": "甲", "sequence": 1}
    sound |= {"previous_sha256": None, "made_at": "2026-10-09T10:00:00+08:00", "files": [ONE_FILE]}
    path, before = tmp_path / "made-up.zip", tmp_path / "before.zip"
    for target, manifest in ((path, sound | changed), (before, sound)):
        with ZipFile(target, "w") as file:
            file.writestr("manifest.json", json.dumps(manifest))

    assert verify(before).broken
    for given in ((path,), (before, path)):
        with pytest.raises(ArchiveUnreadable, match="没有可用的清单"):
            verify(*given)


@pytest.mark.parametrize("name", ["case.json", "history.json", "manifest.json"])
def test_a_package_that_cannot_be_unpacked_is_no_traceback(plain_town: Town, tmp_path: Path, name: str) -> None:
    """A disk that has gone bad changes bytes anywhere."""
    path = tmp_path / "torn.zip"
    path.write_bytes(torn(package(plain_town, kept(plain_town)).read_bytes(), name))

    done = CliRunner().invoke(main, ["verify-archive", str(path)])

    assert done.exit_code in (1, 2)
    assert "与清单一致，内容被改过" in done.output or "读不出来" in done.output or "不一致" in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("content", [b"", b"not a zip", pdf()], ids=["empty", "text", "pdf"])
def test_what_is_no_package_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.zip"
    path.write_bytes(content)

    with pytest.raises(ArchiveUnreadable) as refused:
        verify(path)

    assert not re.search(r"[A-Za-z]{3,}", refused.value.message.replace("some.zip", "")), "said in Chinese"


def test_a_package_that_was_cut_short_is_to_be_fetched_again(plain_town: Town, tmp_path: Path) -> None:
    path, cut = package(plain_town, kept(plain_town)), tmp_path / "cut.zip"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    for given in ((cut,), (path, cut)):
        with pytest.raises(ArchiveUnreadable, match=r"^cut\.zip 读不出来，不是完整的归档包：可能没有下载完"):
            verify(*given)


def test_a_zip_of_something_else_is_no_package(tmp_path: Path) -> None:
    path = tmp_path / "some.zip"
    with ZipFile(path, "w") as file:
        file.writestr("readme.txt", "x")

    with pytest.raises(ArchiveUnreadable, match="不是联办的归档包"):
        verify(path)


def test_the_command_line_checks_a_package_with_nothing_but_the_file(plain_town: Town, tmp_path: Path) -> None:
    path = package(plain_town, kept(plain_town))
    whole = CliRunner().invoke(main, ["verify-archive", str(path)], env={"LIANBAN_DATA_DIR": str(tmp_path / "none")})
    broken = CliRunner().invoke(main, ["verify-archive", str(repacked(path, tmp_path / "b.zip", _changed_fact))])
    no_package = CliRunner().invoke(main, ["verify-archive", __file__])

    assert (whole.exit_code, broken.exit_code, no_package.exit_code) == (0, 1, 2)
    assert "完好" in whole.output
    assert "证明不了是谁整理的" in whole.output
    assert plain_town.engine.keys.public_key in whole.output
    assert not (tmp_path / "none").exists()
    assert "内容被改过" in broken.output
    assert "不完好：共 1 处不符" in broken.output


def test_a_package_says_when_it_was_made(town: Town) -> None:
    case = closed(town)
    manifest = json.loads(contents(package(town, case))["manifest.json"])

    assert datetime.fromisoformat(manifest["made_at"]) == row(town, case).made_at


# --- forgeries whose parts agree with each other ---


def _as_one_with_the_program(parts: dict[str, bytes]) -> None:
    """The manifest says what the files are now, and a key of the forger's own signs it."""
    manifest = json.loads(parts["manifest.json"])
    titles = {listed["path"]: listed["title"] for listed in manifest["files"]}
    manifest["files"] = [
        {"path": name, "title": titles.get(name, ""), "size": len(part), "sha256": hashlib.sha256(part).hexdigest()}
        for name, part in parts.items()
        if name not in ("manifest.json", "seal.json")
    ]
    parts["manifest.json"] = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    parts["seal.json"] = _seal(parts["manifest.json"], unrelated())


def _first(parts: dict[str, bytes], beginning: str, ending: str) -> str:
    return next(name for name in parts if name.startswith(beginning) and name.endswith(ending))


def _edited(beginning: str, ending: str) -> Callable[[dict[str, bytes]], None]:
    def edit(parts: dict[str, bytes]) -> None:
        name = _first(parts, beginning, ending)
        parts[name] = pdf(3) if ending == ".pdf" else parts[name].replace(b"2026", b"2025")

    return edit


def _cut_history(parts: dict[str, bytes]) -> None:
    parts["history.json"] = json.dumps(json.loads(parts["history.json"])[:-3], ensure_ascii=False).encode()


def _redact_and_change(parts: dict[str, bytes]) -> None:
    history = json.loads(parts["history.json"])
    history[1] |= {"redacted": True, "content": None, "at": "2026-01-01T00:00:00+00:00"}
    parts["history.json"] = json.dumps(history, ensure_ascii=False).encode()


FORGERIES: dict[str, Callable[[dict[str, bytes]], None]] = {
    "a paper replaced": _edited("documents/", ".pdf"),
    "the data of a paper": _edited("documents/", ".json"),
    "a form": _edited("forms/", ".json"),
    "facts": _edited("facts", ".json"),
    "periods": _edited("deadlines", ".json"),
    "the history to be read": _edited("history", ".pdf"),
    "a material": _edited("materials/", ".pdf"),
    "a document removed": lambda parts: parts.pop(_first(parts, "documents/", ".pdf")) and None,
    "the last entries cut": _cut_history,
    "an entry redacted and changed": _redact_and_change,
    "nothing but the signature": lambda parts: None,
}


def test_whoever_has_no_key_makes_no_package_that_verifies(plain_town: Town, tmp_path: Path) -> None:
    path, key = package(plain_town, kept(plain_town)), plain_town.engine.keys.public_key
    assert (verify(path, key=key).broken, verify(path).signed_by) == ((), key)
    for name, forge in FORGERIES.items():

        def forged(parts: dict[str, bytes], forge: Callable[[dict[str, bytes]], None] = forge) -> None:
            forge(parts)
            _as_one_with_the_program(parts)

        found = repacked(path, tmp_path / "forged.zip", forged)
        assert any("签名不是" in str(sentence) for sentence in verify(found, key=key).broken), name
        if name == "a paper replaced":
            assert any("不是审计记录里制作的那一份" in str(sentence) for sentence in verify(found).broken)
        if "redacted" in name:
            assert any("接不上" in str(sentence) for sentence in verify(found).broken)

        kept_seal = contents(path)["seal.json"]
        with_old = repacked(
            found, tmp_path / "old.zip", lambda parts, seal=kept_seal: parts.update({"seal.json": seal})
        )
        assert verify(with_old, key=key).broken or name == "nothing but the signature"


def test_a_package_made_older_than_signatures_proves_no_maker(plain_town: Town, tmp_path: Path) -> None:
    path, key = package(plain_town, kept(plain_town)), plain_town.engine.keys.public_key

    def older(parts: dict[str, bytes]) -> None:
        _heading(parts, format="lianban-archive/1")
        del parts["seal.json"]

    old = repacked(path, tmp_path / "old.zip", older)
    assert (verify(old).broken, verify(old).signed_by) == ((), "")
    assert any("没有签名" in str(sentence) for sentence in verify(old, key=key).broken)
    bare = repacked(path, tmp_path / "bare.zip", lambda parts: parts.pop("seal.json") and None)
    assert any("不见了" in str(sentence) for sentence in verify(bare).broken)


def test_every_member_counts_and_none_can_be_swapped(plain_town: Town, tmp_path: Path) -> None:
    first, key = package(plain_town, kept(plain_town)), plain_town.engine.keys.public_key
    second = contents(package(plain_town, closed(plain_town, "第二件移送案件")))
    chance = random.Random(10)
    for name, part in contents(first).items():
        flipped = bytearray(part)
        flipped[chance.randrange(len(part))] ^= 1 << chance.randrange(8)
        changes = [bytes(flipped), None, second.get(name, b"x")]
        for changed in changes:

            def change(parts: dict[str, bytes], name: str = name, changed: bytes | None = changed) -> None:
                if changed is None:
                    del parts[name]
                else:
                    parts[name] = changed

            if changed == part:
                continue
            target = repacked(first, tmp_path / "changed.zip", change)
            try:
                assert verify(target, key=key).broken, name
            except ArchiveUnreadable:
                assert name == "manifest.json"


def test_a_package_that_was_changed_where_it_lies_is_named_by_the_record(plain_town: Town) -> None:
    path = package(plain_town, kept(plain_town))
    assert plain_town.engine.record.verify_audit() == []
    path.write_bytes(path.read_bytes() + b"x")
    assert any("归档包" in str(found) for found in plain_town.engine.record.verify_audit())


@pytest.mark.parametrize("how", ["removed", "to be made again"])
def test_a_package_that_went_with_its_registration_is_named_by_the_record(plain_town: Town, how: str) -> None:
    """Nothing is left then that would have to be there: only the record knows that it was made."""
    case = kept(plain_town)
    package(plain_town, case).unlink()
    own = archive_package.c.instance_id == case.id
    gone = (
        delete(archive_package).where(own)
        if how == "removed"
        else update(archive_package).where(own).values(made_at=None)
    )
    plain_town.write(lambda tx: tx.execute(gone) and None)

    assert any(str(found).startswith(case.number) for found in plain_town.engine.record.verify_audit())

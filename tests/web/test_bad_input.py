"""What bad input and a bad day get, as people at their desks see it: a clear sentence or a right result, and nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest
from docx import Document
from sqlalchemy import event, update

from engine.archive.verify import verify
from engine.db import tables
from tests.papers.papers import paper_of, text_of
from tests.processes.town import Case
from tests.web.office import LEADER, LIAISON, OFFICER, Office, Page
from tests.web.test_forms import REFERRAL

NAMES = ["甲&乙<丙>*#$_`\\号店", "张䶮", "李㙍", "𠮷野饭馆", "#panic()[*粗*]$x$"]
REVIEWER = "zhouyan.hb"
UNPRINTABLE = {"\U000323af": "U+323AF", "𡧛": "U+219DB", "🐖": "U+1F416", "\ue001": "U+E001"}
"""Beyond the plane that the shipped fonts hold: an installation adds the font that its people's names need."""


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Nothing can be written where the folder was: a file stands there."""
    kept = folder.rename(folder.with_name(f"{folder.name}-kept")) if folder.exists() else None
    folder.write_bytes(b"")
    yield
    folder.unlink()
    if kept is not None:
        kept.rename(folder)


def paper_link(case: Case) -> str:
    """The address of the case's letter."""
    return f"/documents/{paper_of(case, 'D01').id}"


def pdf_text(page: Page) -> str:
    return text_of(page.content)


# --- names ---


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_odd_or_rare_signs_is_the_same_on_every_page_and_paper(office: Office, name: str) -> None:
    case = office.town.refer(party_name=name, case_title="占道经营").submit()
    desk = office.desk(LEADER)
    task = f"/tasks/{case.task('approve_referral')}"
    draft = next(href for href in desk.get(task).every("//a/@href") if "/papers/" in href)
    word = Document(BytesIO(desk.get(f"{draft.split('?')[0].removesuffix('/edit')}/draft.docx").content))

    case.approve()
    office.engine.papers.make_what_waits()
    document = paper_link(case)

    assert any(name in paragraph.text for paragraph in word.paragraphs)
    assert name in office.desk(LEADER).get(f"/instances/{case.number}").words()
    assert name in office.desk(LIAISON).get(document).words()
    assert name in pdf_text(office.desk(LIAISON).get(f"{document}/paper.pdf"))
    found = office.desk(OFFICER).get(f"/instances?q={quote(name)}")
    assert case.number in found.words()


@pytest.mark.parametrize(("sign", "code"), UNPRINTABLE.items())
def test_a_sign_that_cannot_be_printed_is_refused_at_its_field_and_named(office: Office, sign: str, code: str) -> None:
    desk, before = office.desk(OFFICER), office.town.rows()

    refused = desk.post("/start/case_referral", {**REFERRAL, "case_title": f"养殖场{sign}粪污直排"})
    typing = desk.post("/start/case_referral/look", {"case_title": f"养殖场{sign}粪污直排"}).json

    assert refused.status == 422
    assert code in refused.problem_at("case_title")
    assert "请删去，或者换成规范的字" in refused.problem_at("case_title")
    assert code in typing["warnings"]["case_title"]
    assert office.town.rows() == before


@pytest.mark.parametrize("outcome", ["approve", "return", "reject"])
def test_a_case_that_holds_such_a_sign_from_before_goes_on_whatever_is_decided(office: Office, outcome: str) -> None:
    case = office.town.refer(case_title="占道经营").submit()
    office.town.write(
        lambda tx: tx.execute(
            update(tables.fact).where(tables.fact.c.name == "case_title").values(value="张🐖占道经营")
        )
    )
    task, desk = f"/tasks/{case.task('approve_referral')}", office.desk(LEADER)

    assert "U+1F416" in desk.get(task).words()
    opinion = "缺勘验笔录，请补齐后再报。"
    done = desk.post(task, {"approval_outcome": outcome, "approval_opinion": opinion})

    assert done.status == 302, done.text
    assert case.status in ("running", "ended")
    if outcome == "approve":
        office.engine.papers.make_what_waits()
        assert "张〓占道经营" in pdf_text(office.desk(LIAISON).get(f"{paper_link(case)}/paper.pdf"))


def test_a_name_of_a_material_that_cannot_be_printed_is_refused(office: Office) -> None:
    task = office.task("prepare", "prepare_materials")
    given = {"kind": "site_photos", "title": "照片🐖", "copies": "1", "pages": "1", "original": "original"}

    refused = office.desk(OFFICER).post(f"{task}/material", given)

    assert (refused.status, "U+1F416" in refused.words()) == (422, True)


# --- a full disk ---


def test_a_letter_that_cannot_be_written_says_so_and_is_made_when_there_is_room(office: Office) -> None:
    with full_disk(office.town.settings.data_dir / "papers"):
        case = office.town.refer(case_title="占道经营").deliver()
        office.engine.papers.make_what_waits()
        document = paper_link(case)
        shown = office.desk(LIAISON).get(document)
        asked = office.desk(LIAISON).get(f"{document}/paper.pdf")

    assert "文书写不进磁盘" in shown.words()
    assert "内容和文号都已保存，系统会自动再试" in shown.words()
    assert asked.status >= 500
    assert "文书写不进磁盘" in asked.words()
    office.town.later(minutes=2)
    office.engine.papers.make_what_waits()
    assert "PDF 还没有做好" not in office.desk(LIAISON).get(document).words()
    assert "占道经营" in pdf_text(office.desk(LIAISON).get(f"{document}/paper.pdf"))


def test_a_database_whose_disk_is_full_says_so_and_nothing_has_changed(office: Office) -> None:
    desk, page, database = office.desk(OFFICER), office.instance("review"), office.engine.database
    event.listen(database.engine, "connect", lambda file, _record: file.execute("PRAGMA max_page_count=1"))
    database.close()  # from now on no page more than there are
    taken = 0
    while (sent := desk.post(f"{page}/comments", {"text": "长" * 1000})).status == 302:
        taken += 1
        assert taken < 100

    assert sent.status == 507
    assert "什么都没有改变：服务器的存储空间不够或写不进去。请联系系统管理员" in sent.words()
    assert len(desk.get(page).texts("//section[@id='talk']//li")) == taken
    assert office.town.verify() == []


def test_a_case_file_that_cannot_be_written_says_so_and_is_made_when_there_is_room(office: Office) -> None:
    case = office.town.refer(case_title="占道经营").deliver().accept().file().handle().report()
    office.engine.papers.make_what_waits()
    page = f"/instances/{case.number}"
    with full_disk(office.town.settings.data_dir / "archives"):
        office.engine.archives.make_wanted()
        shown = office.desk(REVIEWER).get(page)
        asked = office.desk(REVIEWER).get(f"{page}/archive.zip")

    assert "归档包还没有做好：归档包写不进磁盘" in shown.words()
    assert "系统会自动再试" in shown.words()
    assert (asked.status, "还没有归档包" in asked.words()) == (404, True)
    office.town.later(minutes=11)
    office.engine.archives.make_wanted()
    again = office.desk(REVIEWER).get(page)
    assert "下载归档包" in again.words()
    assert "还没有做好" not in again.words()
    assert verify(office.engine.archives.package(office.town.person(REVIEWER), case.number)).broken == ()

"""PDF and pages are the worker's: who opens a page waits for no typesetting, and each paper is made by one worker."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.db import tables
from engine.documents import making, typesetting
from engine.uses.papers import NotYetMade, Shown
from tests.papers.papers import paper_of, text_of
from tests.processes.conftest import postgresql_settings, town_on_each_database  # noqa: F401
from tests.processes.town import MORNING, Case, Town
from tests.web.conftest import office, office_folder  # noqa: F401
from tests.web.office import LIAISON, Office

BEING_MADE = "PDF 和版式页面正在制作"


@pytest.fixture
def case(plain_town: Town) -> Case:
    return plain_town.refer(at=MORNING).deliver()


def nothing_is_set(patch: pytest.MonkeyPatch) -> None:
    def set_(*_: Any, **__: Any) -> None:
        raise AssertionError("typeset while somebody waits for a page")

    for name in ("pdf", "pictures"):
        patch.setattr(typesetting, name, set_)


def making_of(town: Town, document_id: str) -> Any:
    own = select(tables.paper_making).where(tables.paper_making.c.document_id == document_id)
    return town.read(lambda tx: tx.execute(own).first())


def test_who_opens_a_paper_is_told_that_it_is_being_made_and_sees_it_when_it_is(
    office: Office,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = office.town.refer().deliver()
    address, desk = f"/documents/{paper_of(case, 'D01').id}", office.desk(LIAISON)
    with monkeypatch.context() as patch:
        nothing_is_set(patch)
        page, pdf, picture = (desk.get(f"{address}{rest}") for rest in ("", "/paper.pdf", "/pages/1.png"))

    assert (page.status, pdf.status, picture.status) == (200, 503, 503)
    assert BEING_MADE in page.words()
    assert page.every("//*[@data-awaited]/@id") == ["paper-links", "paper-pages"]
    assert "正在制作，一般几秒钟就好" in pdf.words()
    assert not page.every("//main//img")

    office.engine.papers.make_what_waits()
    with monkeypatch.context() as patch:
        nothing_is_set(patch)
        page, pdf, picture = (desk.get(f"{address}{rest}") for rest in ("", "/paper.pdf", "/pages/1.png"))

    assert (page.status, pdf.status, picture.status) == (200, 200, 200)
    assert BEING_MADE not in page.words()
    assert not page.every("//*[@data-awaited]")
    assert page.every("//main//img/@src")[0] == f"{address}/pages/1.png"
    assert picture.content.startswith(b"\x89PNG")
    assert "特此函告" in text_of(pdf.content)


def test_pages_that_are_gone_are_drawn_again_for_whoever_opens_the_paper(case: Case) -> None:
    """So it is with papers of an older version of the program, too: they never had any."""
    papers, row = case.town.engine.papers, paper_of(case, "D01")
    actor = case.town.person("shenhe.qh")
    papers.make_what_waits()
    before = papers.pictures(actor, row.id)
    papers._pages._path(row.id).unlink()

    view = case.town.engine.papers.document(actor, row.id)
    assert papers.shown(view) == Shown(0, True)
    assert papers.make_what_waits() == 1

    assert papers.shown(view) == Shown(len(before), False)
    assert papers.pictures(actor, row.id) == before
    assert making_of(case.town, row.id) is None
    assert papers.make_what_waits() == 0


def test_a_paper_that_somebody_wants_to_see_is_made_before_those_that_were_issued_earlier(case: Case) -> None:
    town = case.town
    other = town.refer().deliver()
    wanted = paper_of(other, "D01").id
    with pytest.raises(NotYetMade):
        town.engine.papers.pdf(town.person("shenhe.qh"), wanted)

    assert town.read(lambda tx: making.waiting(tx, town.now)) == wanted


def test_who_looks_again_and_again_writes_once(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, row = case.town.engine, paper_of(case, "D01")
    view = engine.papers.document(case.town.person("shenhe.qh"), row.id)
    engine.papers.shown(view)
    monkeypatch.setattr(making, "want", None)

    assert engine.papers.shown(view).waits


def test_a_paper_is_one_makers_alone_until_its_lease_is_over(town_on_each_database: Town) -> None:  # noqa: F811
    town = town_on_each_database
    row = paper_of(town.refer(at=MORNING).deliver(), "D01")

    assert town.write(lambda tx: making.take(tx, row.id, town.now))
    assert not town.write(lambda tx: making.take(tx, row.id, town.now))
    assert town.read(lambda tx: making.waiting(tx, town.now)) not in (None, row.id), "the others are made meanwhile"
    assert town.engine.papers.make_what_waits() == 1

    later = town.now + making.LEASE
    assert town.read(lambda tx: making.waiting(tx, later)) == row.id, "whoever had it was killed"
    assert town.write(lambda tx: making.take(tx, row.id, later))


def test_a_paper_that_cannot_be_made_rests_and_holds_up_no_other(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    town, row, pdf = case.town, paper_of(case, "D01"), typesetting.pdf

    def broken(layout: Any, words: Any, *rest: Any) -> bytes:
        if words == row.data:
            raise typesetting.NotTypeset("排版文件有误。")
        return pdf(layout, words, *rest)

    monkeypatch.setattr(typesetting, "pdf", broken)

    assert town.engine.papers.make_what_waits() == 1
    assert paper_of(case, "D01").render_failure == "排版文件有误。"
    assert town.read(lambda tx: making.waiting(tx, town.now)) is None
    assert town.read(lambda tx: making.waiting(tx, town.now + making.AGAIN_AFTER)) == row.id


def test_pages_that_nobody_has_looked_at_for_a_month_are_removed(case: Case) -> None:
    papers, row = case.town.engine.papers, paper_of(case, "D01")
    papers.make_what_waits()
    store, path = papers._pages, papers._pages._path(row.id)
    others = len(list(store.folder.rglob("*.zip"))) - 1

    aged(path, days=20)
    assert store.sweep() == 0
    assert store.pages(row.id)  # looked at: as good as new
    aged(path, days=11)
    assert store.sweep() == 0
    aged(path, days=31)
    assert store.sweep() == 1

    assert store.pages(row.id) == []
    assert len(list(store.folder.rglob("*.zip"))) == others


def aged(path: Any, days: int) -> None:
    then = path.stat().st_mtime - timedelta(days=days).total_seconds()
    os.utime(path, (then, then))


def test_half_a_file_of_pages_is_none(case: Case) -> None:
    papers, row = case.town.engine.papers, paper_of(case, "D01")
    papers.make_what_waits()
    path = papers._pages._path(row.id)
    path.write_bytes(path.read_bytes()[:200])

    assert papers._pages.pages(row.id) == []


def test_a_case_file_is_one_workers_alone_until_its_lease_is_over(town_on_each_database: Town) -> None:  # noqa: F811
    town, package = town_on_each_database, tables.archive_package
    case = town.refer(at=MORNING)
    case.complete("prepare_materials", "shenhe.qh", preparation_outcome="drop", preparation_reason="没有违法。")
    held = update(package).values(make_after=town.now + timedelta(minutes=2))
    town.write(lambda tx: tx.execute(held))

    assert town.engine.archives.make_wanted() == 0
    town.later(minutes=2)
    assert town.engine.archives.make_wanted() == 1
    assert town.engine.archives.make_wanted() == 0

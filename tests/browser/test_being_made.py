"""A paper that is still being made: its page says so, and shows it when it is there, without taking anything away."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Desks, Served
from tests.browser.test_pages_look import faults, size
from tests.papers.papers import paper_of
from tests.web.office import LEADER

__all__ = ["size"]


def test_the_pages_appear_when_they_are_made_and_what_is_typed_meanwhile_stays(
    served: Served,
    desk_at: Desks,
    size: dict[str, Any],
) -> None:
    maker = served.town.engine.papers._maker
    maker._stopping = lambda: True  # the worker is at something else
    case = served.town.refer().deliver()
    desk = desk_at(served, size)
    desk.be(LEADER)
    page = desk.open(f"/documents/{paper_of(case, 'D01').id}")

    expect(page.get_by_text("PDF 和版式页面正在制作")).to_be_visible()
    expect(page.get_by_role("link", name="下载 PDF")).to_have_count(0)
    assert faults(page, size) == []
    page.get_by_text("作废这份文书").click()
    page.get_by_label("作废的理由").fill("收文单位写错了")
    maker._stopping = lambda: False

    expect(page.get_by_role("link", name="下载 PDF")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("img", name="第 1 页，共")).to_be_visible()
    expect(page.get_by_text("PDF 和版式页面正在制作")).to_have_count(0)
    expect(page.get_by_label("作废的理由")).to_have_value("收文单位写错了")
    assert faults(page, size) == []

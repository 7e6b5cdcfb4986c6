"""Who decides reads first: on the page of a task the facts and what came stand before the decision, on every screen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, SIZES, Desks, Served
from tests.browser.test_pages_look import open_page


def top(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("name", ["reviewing", "approving"])
def test_the_facts_and_the_letter_stand_before_the_decision(
    office_served: Served, desk_at: Desks, size: dict[str, Any], name: str, tmp_path: Path
) -> None:
    page = open_page(office_served, desk_at(office_served, size), name)
    page.screenshot(path=tmp_path / f"{name}.png", full_page=True)

    assert top(page, "#brief") < top(page, "#answers")
    assert top(page, "#answers") < top(page, "#content")
    expect(page.locator(".actbar .btn--main")).to_be_in_viewport()


def test_the_choices_of_the_conclusion_are_in_sight_without_scrolling(office_served: Served, desk_at: Desks) -> None:
    page = open_page(office_served, desk_at(office_served, DESKTOP), "reviewing")

    for choice in page.locator("#answers .choice").all():
        box = choice.bounding_box()
        assert box is not None
        assert box["y"] + 24 < top(page, ".actbar"), "what it is called is in sight"
    expect(page.locator("#brief")).to_contain_text("移送函")


def test_the_button_says_what_it_does_and_what_is_still_missing(office_served: Served, desk_at: Desks) -> None:
    page = open_page(office_served, desk_at(office_served, DESKTOP), "reviewing")
    button, lacks = page.locator("[data-submit]"), page.locator("[data-lacks]")
    expect(lacks).to_contain_text("还差 2 项：结论审查意见")

    page.locator("input[name='acceptance_outcome'][value='need_supplement']").check()

    expect(button).to_have_text("提交：需补正")
    expect(lacks.locator("a").first).to_have_attribute("href", re.compile("#field-"))


def test_a_future_instant_is_told_while_it_is_typed(office_served: Served, desk_at: Desks) -> None:
    page = open_page(office_served, desk_at(office_served, PHONE), "stopping")
    page.locator("input[name='stop_measure'][value='ordered_to_stop']").check()
    field = page.locator("input[name='stopped_at']")

    field.fill("2031-01-01T09:00")
    expect(page.locator("#warn-stopped_at")).to_contain_text("晚于现在")

    field.fill("2026-09-01T09:00")
    expect(page.locator("#warn-stopped_at")).to_have_count(0)

"""会签 in a real browser at both sizes: who has answered, who has not, and whom to ask as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SIZES, Desks, Served
from tests.browser.test_pages_look import faults
from tests.processes import countersign
from tests.processes.test_countersign import FIVE_AGREE, MEMBERS, answer


@pytest.fixture(params=SIZES.values(), ids=SIZES.keys())
def size(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_the_round_of_seven_units_can_be_read_and_added_to(
    served: Served, desk_at: Desks, size: dict[str, Any], tmp_path: Path
) -> None:
    case = countersign.begin(served.town, tmp_path, countersign.framed(FIVE_AGREE, adds="starter"), list(MEMBERS))
    for unit in ("ecology", "market", "planning"):
        answer(case, unit)
    desk = desk_at(served, size)
    desk.be(countersign.OFFICER)

    page = desk.open(f"/instances/{case.number}")
    expect(page.locator("figure[data-diagram]")).to_contain_text("这一版的文件里没有流程图")
    page.screenshot(path=tmp_path / "round.png", full_page=True)
    assert faults(page, size) == []

    asked = page.locator("#round-1")
    asked.locator("details:has(form[action$='/add']) summary").click()
    page.screenshot(path=tmp_path / "adding.png", full_page=True)
    assert faults(page, size) == []
    asked.locator("form[action$='/add'] select").select_option(label="柳林街道")
    asked.locator("form[action$='/add'] [name=reason]").fill("涉危化品暂存")
    asked.locator("form[action$='/add'] button").click()

    expect(asked).to_contain_text("共 8 家")

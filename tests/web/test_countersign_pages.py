"""会签 over the pages: units are chosen, each answers in its own task, and the case says who has not answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.reports.parts.filters import Filters
from tests.processes import countersign
from tests.processes.test_countersign import FIVE_AGREE, MEMBERS, asked, task_of
from tests.processes.town import Instance, cast_of
from tests.web.office import OFFICER, Office


def test_seven_units_answer_over_the_pages_until_five_agree(office: Office, tmp_path: Path) -> None:
    path = countersign.write(tmp_path, countersign.framed(FIVE_AGREE))
    office.town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    starter = office.desk(OFFICER)
    form = starter.get(f"/start/{countersign.KEY}")
    offered = form.every("//input[@type='checkbox' and @name='members']/@value")
    assert set(MEMBERS) <= set(offered)
    begun = starter.post(f"/start/{countersign.KEY}", {"subject": "跨区域联合整治方案", "members": list(MEMBERS)})
    assert begun.status == 302
    number = (
        office.town.engine.instances.listed(office.town.person(OFFICER), Filters(text="跨区域联合整治方案"))
        .rows[0]
        .number
    )
    case = Instance(office.town, number)

    assert "填写会签意见 会签单位 承办人" in form.words("//aside"), (
        "no lane says who is asked: the form that lists them does"
    )
    page = starter.get(f"/instances/{number}")
    live = json.loads(page.every("//script[@id='diagram-marks']")[0].text)["live"]
    assert {(one["element"], one["count"]) for one in live} == {("ask", 7), ("opine", 7)}
    assert "7 个环节在办" in next(one["label"] for one in live if one["element"] == "opine")
    assert "市生态环境局" in page.words("//table[@class='axis']"), "of equal periods each says whose it is"

    for unit in ("ecology", "market", "planning", "housing"):
        desk = office.desk(MEMBERS[unit])
        assert "答复期限" in desk.get("/inbox").words()
        done = desk.post(f"/tasks/{task_of(case, unit)}", {"opinion_outcome": "agree", "opinion_reason": f"意见{unit}"})
        assert done.status == 302
    shown = starter.get(f"/instances/{number}")
    assert "已答复 4 家，共 7 家" in shown.words("//section[@id='round-1']")
    rows = shown.texts("//section[@id='round-1']//tbody/tr")
    assert [("同意" in row, "尚未答复" in row) for row in rows] == [(True, False)] * 4 + [(False, True)] * 3
    other = office.desk(MEMBERS["shiqiao"]).get(f"/tasks/{task_of(case, 'shiqiao')}")
    assert "意见ecology" not in other.text

    last = {"opinion_outcome": "agree", "opinion_reason": "同意"}
    office.desk(MEMBERS["transport"]).post(f"/tasks/{task_of(case, 'transport')}", last)
    rows = starter.get(f"/instances/{number}").texts("//section[@id='round-1']//tbody/tr")
    assert sum("不再等待答复" in row for row in rows) == 2
    assert dict(case.waiting) == {"conclude": 1}
    starter.post(f"/tasks/{case.task('conclude')}", {"result_note": "通过", "who_agreed": "5"})
    assert case.result == "agreed"


def test_a_unit_is_added_and_taken_off_beside_the_list_of_who_has_answered(office: Office, tmp_path: Path) -> None:
    path = countersign.write(tmp_path, countersign.framed("", adds="starter"))
    office.town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    starter = office.desk(OFFICER)
    starter.post(f"/start/{countersign.KEY}", {"subject": "联合整治方案（增减单位）", "members": ["ecology", "market"]})
    found = office.town.engine.instances.listed(office.town.person(OFFICER), Filters(text="联合整治方案（增减单位）"))
    case = Instance(office.town, found.rows[0].number)
    page = f"/instances/{case.number}"
    shown = starter.get(page)
    form = "//section[@id='round-1']//form[contains(@action, '/{}')]"
    (adding,) = shown.every(form.format("add") + "/@action")
    offered = shown.every(form.format("add") + "//option/@value")
    assert "emergency" in offered
    assert not {"ecology", "market", "qinghe"} & set(offered)

    refused = starter.post(adding, {"unit": "emergency", "reason": ""})
    assert refused.status == 422
    assert refused.every(form.format("add") + "//option[@selected]/@value") == ["emergency"]
    assert "请填写" in refused.words(form.format("add"))
    assert asked(case) == {"ecology", "market"}
    starter.post(adding, {"unit": "emergency", "reason": "涉危化品暂存"})
    assert asked(case) == {"ecology", "market", "emergency"}
    shown = starter.get(page)
    assert "涉危化品暂存" in shown.words("//section[@id='round-1']")
    assert "新增市应急管理局" in shown.words("//section[@id='log']")

    (leaving, *_others) = shown.every(form.format("take-off") + "/@action")
    refused = starter.post(leaving, {"unit": "market", "take": "off", "reason": ""})
    wrong = "//form[.//input[@value='market']]//*[@aria-invalid]"
    assert (refused.status, len(refused.every(wrong)), len(refused.every("//*[@aria-invalid]"))) == (422, 1, 1)
    starter.post(leaving, {"unit": "market", "take": "off", "reason": "与该单位无关"})
    assert asked(case) == {"ecology", "emergency"}
    assert "不再征求" in starter.get(page).words("//section[@id='round-1']")
    assert starter.post(leaving, {"unit": "market", "take": "off", "reason": "与该单位无关"}).status == 409
    member = office.desk(MEMBERS["emergency"]).get(page)
    assert member.every(form.format("add")) == member.every(form.format("take-off")) == []


def test_a_member_corrects_its_own_answer_over_the_pages(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    correctable = {**countersign.REASON, "properties": {"correctable": "true"}}
    monkeypatch.setattr(countersign, "REASON", correctable)
    path = countersign.write(tmp_path, countersign.framed(FIVE_AGREE))
    office.town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    starter, member = office.desk(OFFICER), office.desk(MEMBERS["ecology"])
    starter.post(f"/start/{countersign.KEY}", {"subject": "联合整治方案（更正）", "members": ["ecology", "market"]})
    found = office.town.engine.instances.listed(office.town.person(OFFICER), Filters(text="联合整治方案（更正）"))
    page, case = f"/instances/{found.rows[0].number}", Instance(office.town, found.rows[0].number)
    member.post(f"/tasks/{task_of(case, 'ecology')}", {"opinion_outcome": "agree", "opinion_reason": "同意。"})

    (link,) = member.get(page).every("//section[@id='corrections']//a[contains(@href, '/correct/')]/@href")
    assert starter.get(page).every("//a[contains(@href, '/correct/')]") == []
    form = member.get(link)
    assert "同意。" in form.words()
    assert member.post(link, {"opinion_reason": "", "reason": "写错了字。"}).status == 422
    (action,) = form.every("//form[.//*[@name='opinion_reason']]/@action")
    assert member.post(action, {"opinion_reason": "同意，另附意见。", "reason": "漏写了附件。"}).status == 302
    leader = office.desk(cast_of("ecology").leader)
    (decision,) = leader.get("/inbox").every("//a[contains(@href, '/corrections/')]/@href")
    assert leader.post(decision, {"decision": "approve", "opinion": "同意更正。"}).status == 302
    for reader in (member, starter):
        assert "同意。 → 同意，另附意见。" in reader.get(page).words("//section[@id='corrections']")
    other = office.desk(MEMBERS["market"])
    assert "另附意见" not in other.get(page).text
    assert other.get(decision).status == 404

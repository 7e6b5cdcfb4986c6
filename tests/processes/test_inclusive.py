"""Of several branches those are taken whose condition holds, and what follows waits for them and for no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import Refused
from tests.processes import drawings
from tests.processes.drawings import OFFICER, flow, lane, number_field, task, text_field
from tests.processes.test_handling import Desk
from tests.processes.town import Instance, Town

KEY = "chosen"
WANTED = number_field("wanted", "需要几项")
FORMS = {
    "choose": [{**WANTED, "validate": {"required": True}}],
    "check": [text_field("checked")],
    "measure": [text_field("measured")],
    "photograph": [text_field("photographed")],
    "sum_up": [text_field("summed")],
}
BODY = [
    task("choose", "定勘查内容"),
    '<inclusiveGateway id="what" name="勘查什么？" default="what__check" />',
    task("check", "书面核对"),
    task("measure", "实地测量"),
    task("photograph", "现场拍照"),
    '<inclusiveGateway id="all_in" />',
    task("sum_up", "汇总"),
    flow("start", "choose"),
    flow("choose", "what"),
    flow("what", "check"),
    flow("what", "measure", "wanted &gt; 0"),
    flow("what", "photograph", "wanted &gt; 1"),
    *(flow(one, "all_in") for one in ("check", "measure", "photograph")),
    flow("all_in", "sum_up"),
    flow("sum_up", "done"),
]


def begun(town: Town, folder: Path, wanted: int, *more: str) -> Instance:
    own = "choose what check measure photograph all_in sum_up"
    drawings.draw(town, folder, KEY, [*BODY, *more], own, FORMS, lane("l_dept", "dept", "case_officer", ""))
    case = drawings.start(town, KEY)
    case.complete("choose", OFFICER, wanted=wanted)
    return case


def sound(case: Instance) -> None:
    assert case.incident() == ""
    assert case.town.verify() == []


@pytest.mark.parametrize(
    ("wanted", "open_now"), [(0, {"check": 1}), (1, {"measure": 1}), (2, {"measure": 1, "photograph": 1})]
)
def test_each_branch_is_taken_whose_condition_holds_and_else_the_default(
    town: Town, tmp_path: Path, wanted: int, open_now: dict[str, int]
) -> None:
    case = begun(town, tmp_path, wanted)
    assert dict(case.waiting) == open_now
    for element in open_now:
        assert "sum_up" not in case.waiting
        case.complete(element, OFFICER, **{FORMS[element][0]["key"]: "有"})
    assert dict(case.waiting) == {"sum_up": 1}
    case.complete("sum_up", OFFICER, summed="齐了")
    assert (case.status, case.result) == ("ended", "done")
    sound(case)


def test_the_page_tells_what_is_open_and_what_follows_when_all_have_come(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, 2)
    case.complete("measure", OFFICER, measured="有")
    lines = town.act(lambda engine: engine.instances.instance(town.person(OFFICER), case.number)).steps
    assert [(line.state, str(line.name)) for line in lines] == [
        ("done", "定勘查内容"),
        ("done", "实地测量"),
        ("now", "现场拍照"),
        ("next", "汇总"),
    ]


def test_a_branch_is_not_sent_back_to_before_it_was_chosen(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, 2)
    assert Desk(case, OFFICER).earlier("measure") == {}
    with pytest.raises(Refused, match="并行办理"):
        Desk(case, OFFICER).send_back("measure", "choose")
    for element in ("measure", "photograph"):
        case.complete(element, OFFICER, **{FORMS[element][0]["key"]: "有"})
    assert Desk(case, OFFICER).earlier("sum_up") == {}


def test_the_last_branch_that_is_taken_back_is_waited_for_again(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, 2)
    case.complete("measure", OFFICER, measured="有")
    case.complete("photograph", OFFICER, photographed="有")
    assert dict(case.waiting) == {"sum_up": 1}
    Desk(case, OFFICER).do("take_back", "photograph")
    assert dict(case.waiting) == {"photograph": 1}
    case.complete("photograph", OFFICER, photographed="另有")
    assert dict(case.waiting) == {"sum_up": 1}
    sound(case)


def test_a_choice_that_is_taken_back_may_choose_others(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, 2)
    Desk(case, OFFICER).do("take_back", "choose")
    case.complete("choose", OFFICER, wanted=0)
    assert dict(case.waiting) == {"check": 1}
    case.complete("check", OFFICER, checked="有")
    assert dict(case.waiting) == {"sum_up": 1}
    sound(case)


LIMIT = (
    '<boundaryEvent id="limit" name="限时" attachedToRef="measure"><timerEventDefinition><timeDuration>P3D</timeDuration>'
    '</timerEventDefinition></boundaryEvent><endEvent id="given_up" name="不测了" />'
)


def test_a_branch_that_ends_by_a_limit_is_waited_for_no_longer(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, 2, LIMIT, flow("limit", "given_up"))
    case.complete("photograph", OFFICER, photographed="有")
    assert dict(case.waiting) == {"measure": 1}
    town.later(days=4).tick()
    assert dict(case.waiting) == {"sum_up": 1}
    assert case.tasks("lapsed") == {"measure": 1}
    sound(case)

"""A step that fails within a frame ends the frame, and what catches the error on its border goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import Refused
from tests.processes import drawings
from tests.processes.drawings import OFFICER, flow, lane, number_field, task, text_field
from tests.processes.test_handling import Desk
from tests.processes.test_sub_processes import ECOLOGY, scopes, sound, sub
from tests.processes.town import Instance, Town

KEY = "failing"
SHOWN = {"validate": {"required": True}}
FORMS = {
    "check": [{**number_field("points", "分数"), **SHOWN}],
    "note": [text_field("noted")],
    "talk_over": [text_field("view")],
    "mend": [text_field("mended")],
    "sum_up": [text_field("summed")],
}
INNER = sub(
    "talk",
    "会商",
    '<startEvent id="talk_start" />',
    task("check", "评分"),
    '<exclusiveGateway id="how" name="合格？" default="how__well" />',
    '<endEvent id="well" />',
    '<endEvent id="bad" name="不合格"><errorEventDefinition errorRef="low" /></endEvent>',
    '<endEvent id="worse" name="作废"><errorEventDefinition errorRef="void" /></endEvent>',
    flow("talk_start", "check"),
    flow("check", "how"),
    flow("how", "well"),
    flow("how", "bad", "points == 1"),
    flow("how", "worse", "points == 0"),
)
REVIEW = sub(
    "review",
    "复核",
    '<startEvent id="review_start" /><parallelGateway id="fork" />',
    INNER,
    task("note", "记录"),
    '<boundaryEvent id="low_on_talk" name="重议" attachedToRef="talk"><errorEventDefinition errorRef="low" /></boundaryEvent>',
    task("talk_over", "再议"),
    '<exclusiveGateway id="meet" /><parallelGateway id="join" /><endEvent id="review_end" />',
    flow("review_start", "fork"),
    flow("fork", "talk"),
    flow("fork", "note"),
    flow("talk", "meet"),
    flow("low_on_talk", "talk_over"),
    flow("talk_over", "meet"),
    flow("meet", "join"),
    flow("note", "join"),
    flow("join", "review_end"),
)
BODY = [
    REVIEW,
    '<boundaryEvent id="any" name="终止复核" attachedToRef="review"><errorEventDefinition /></boundaryEvent>',
    task("mend", "补正"),
    task("sum_up", "汇总"),
    flow("start", "review"),
    flow("review", "sum_up"),
    flow("any", "mend"),
    flow("mend", "done"),
    flow("sum_up", "done"),
]
"""复核 holds 记录 beside 会商, which may end well, or with one of two errors: of these one is caught by each frame."""
ERRORS = ['<error id="low" name="不合格" errorCode="low" />', '<error id="void" name="作废" errorCode="void" />']


def begun(town: Town, folder: Path, points: int) -> Instance:
    drawings.draw(
        town,
        folder,
        KEY,
        BODY,
        "mend sum_up any",
        FORMS,
        lane("l_dept", "dept", "case_officer", "review"),
        before=ERRORS,
    )
    case = drawings.start(town, KEY)
    assert dict(case.waiting) == {"check": 1, "note": 1}
    case.complete("check", ECOLOGY, points=points)
    return case


def test_a_frame_that_ends_well_throws_nothing(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, 2)
    case.complete("note", ECOLOGY, noted="有")
    assert dict(case.waiting) == {"sum_up": 1}
    sound(case)


def test_the_nearest_border_that_names_the_error_catches_it_and_the_rest_goes_on(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, 1)
    assert dict(case.waiting) == {"talk_over": 1, "note": 1}
    assert scopes(case) == {"review": False, "talk": True}
    case.complete("note", ECOLOGY, noted="有")
    case.complete("talk_over", ECOLOGY, view="可")
    assert dict(case.waiting) == {"sum_up": 1}
    sound(case)


def test_an_error_that_the_inner_frame_does_not_catch_ends_the_outer_one_with_all_that_is_open(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    case = begun(town_on_each_database, tmp_path, 0)
    assert dict(case.waiting) == {"mend": 1}
    assert scopes(case) == {"review": True, "talk": True}
    assert case.tasks("lapsed") == {"note": 1}
    case.complete("mend", OFFICER, mended="已补")
    assert (case.status, case.result) == ("ended", "done")
    sound(case)


def test_what_is_behind_a_caught_error_is_foretold_and_not_what_is_behind_the_frame(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, 0)
    page = town.act(lambda engine: engine.instances.instance(town.person(OFFICER), case.number))
    assert [(line.state, str(line.name)) for line in page.steps] == [
        ("done", "评分"),
        ("lapsed", "记录"),
        ("now", "补正"),
    ]


def test_what_is_behind_a_caught_error_is_not_sent_back_into_the_frame(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, 0)
    assert Desk(case, OFFICER).earlier("mend") == {}
    with pytest.raises(Refused, match="终止复核"):
        Desk(case, OFFICER).send_back("mend", "check")


def test_the_answer_that_threw_the_error_may_be_taken_back(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, 0)
    Desk(case, ECOLOGY).do("take_back", "check")
    assert dict(case.waiting) == {"check": 1, "note": 1}
    assert scopes(case) == {"review": False, "talk": False}
    case.complete("check", ECOLOGY, points=2)
    assert dict(case.waiting) == {"note": 1}
    sound(case)

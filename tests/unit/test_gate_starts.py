"""What the gate asks of the places where a procedure begins: a form and a name by hand, a unit and a time by itself."""

from __future__ import annotations

import pytest

from tests.unit.diagrams import (
    END,
    FORMS,
    broken,
    flow,
    forms_of,
    problems_of,
    properties,
    refused,
    text_field,
    the_problem,
)
from tests.unit.test_gate_scopes import framed

START = '<startEvent id="start" name="发函" camunda:formRef="permit_start" />'
INTO = flow("start", "fork")
MERGED = '<exclusiveGateway id="begin" />' + flow("start", "begin") + flow("begin", "fork")


def beginning(start: str, *changes: tuple[str, str]) -> str:
    """The permit with one more place to begin."""
    key = start.split('id="')[1].split('"')[0]
    return broken((INTO, MERGED + flow(key, "begin")), (END, start + END), *changes)


def by_hand(name: str = "重新发函", **given: str) -> str:
    own = properties(**given) if given else ""
    return f'<startEvent id="again" name="{name}" camunda:formRef="permit_start">{own}</startEvent>'


def timed(inner: str, form: str = "", **given: str) -> str:
    own = properties(
        **{"unit": "justice_bureau", "fact_subject": "'x'", "fact_asked_at": "now()", **SAYS_WHOM, **given}
    )
    return f'<startEvent id="again" name="每季度" {form}>{own}<timerEventDefinition>{inner}</timerEventDefinition></startEvent>'


ASKED = next(field for field in FORMS["permit_start"] if field["key"] == "asked_unit")
SAYS_WHOM = {"fact_asked_unit": "'ecology'"}
QUARTER = "<timeCycle>first_working_day('quarter')</timeCycle>"


def rules(text: str) -> set[str]:
    return {problem.rule for problem in problems_of(text)}


def test_several_ways_to_start_are_accepted() -> None:
    assert problems_of(beginning(by_hand())) == []
    assert problems_of(beginning(by_hand(starters="department:case_officer"))) == []


@pytest.mark.rule("start-names")
@pytest.mark.parametrize("name", ["", "发函"])
def test_a_way_to_start_that_cannot_be_told_apart_is_refused(name: str) -> None:
    found = [problem for problem in problems_of(beginning(by_hand(name))) if problem.element_id == "again"]
    refused(found[0], "again", "提出议题")


@pytest.mark.rule("starter-group")
@pytest.mark.rule("post-unknown")
@pytest.mark.rule("unit-kind-unknown")
def test_those_who_may_start_there_are_kinds_and_posts_of_the_city() -> None:
    assert rules(beginning(by_hand(starters="somebody"))) == {"starter-group"}
    assert rules(beginning(by_hand(starters="town:king"))) == {"post-unknown"}
    assert rules(beginning(by_hand(starters="village:case_officer"))) == {"unit-kind-unknown"}


@pytest.mark.rule("nobody-starts")
def test_each_way_by_hand_has_somebody_who_may() -> None:
    nobody = (' camunda:candidateStarterGroups="town:case_officer"', "")
    assert rules(beginning(by_hand(starters="town:case_officer"), nobody)) == {"nobody-starts"}


@pytest.mark.rule("field-asked-twice")
def test_start_forms_ask_for_the_same_in_the_same_way() -> None:
    again = by_hand().replace('"permit_start"', '"read_c"')
    forms = forms_of({"read_c": [text_field("subject"), ASKED, {"type": "number", "key": "asked_at", "label": "x"}]})
    assert [problem.rule for problem in problems_of(beginning(again), forms)] == ["field-asked-twice"]
    forms = forms_of({"read_c": [text_field("subject"), ASKED]})
    assert problems_of(beginning(again), forms) == []


@pytest.mark.parametrize(
    "timer",
    [
        QUARTER,
        "<timeCycle>last_working_day('month', '17:00')</timeCycle>",
        "<timeCycle>weekly('monday')</timeCycle>",
        "<timeCycle>first_working_day(config('x.y'))</timeCycle>".replace("x.y", "escalation.repeat_wd"),
        "<timeCycle>R/2026-01-05T09:00:00+08:00/P1M</timeCycle>",
        "<timeCycle>P7D</timeCycle>",
        "<timeDate>2027-01-05T09:00:00+08:00</timeDate>",
    ],
)
def test_what_begins_by_the_calendar_a_cycle_or_at_an_instant_is_accepted(timer: str) -> None:
    assert problems_of(beginning(timed(timer))) == []


@pytest.mark.rule("start-for-whom")
@pytest.mark.parametrize("unit", ["", "nowhere", "asking_unit"])
def test_a_start_that_nobody_makes_is_for_a_unit_of_the_city(unit: str) -> None:
    refused(the_problem(beginning(timed(QUARTER, unit=unit))), "again", "justice_bureau")


@pytest.mark.rule("start-unasked")
def test_a_start_that_nobody_makes_has_no_form() -> None:
    refused(the_problem(beginning(timed(QUARTER, 'camunda:formRef="permit_start"'))), "again", "用户任务")


@pytest.mark.rule("start-time")
@pytest.mark.parametrize(
    "timer",
    [
        "<timeDuration>P3D</timeDuration>",
        "<timeCycle>working_days(3, now())</timeCycle>",
        "<timeCycle>first_working_day(subject)</timeCycle>",
        "<timeCycle>first_working_day('fortnight')</timeCycle>",
        "<timeCycle>first_working_day('month', '9')</timeCycle>",
        "<timeCycle>first_working_day('month', '09:00', 0)</timeCycle>",
        "<timeCycle>weekly('someday')</timeCycle>",
    ],
)
def test_a_time_that_says_no_day_is_refused(timer: str) -> None:
    refused(the_problem(beginning(timed(timer))), "again", "first_working_day")


@pytest.mark.rule("timer-unreadable")
@pytest.mark.rule("timer-bounds")
@pytest.mark.rule("timer-empty")
def test_a_cycle_that_cannot_be_read_or_floods_is_refused() -> None:
    assert rules(beginning(timed("<timeCycle>R/every day</timeCycle>"))) == {"timer-unreadable"}
    assert rules(beginning(timed("<timeCycle>PT5M</timeCycle>"))) == {"timer-bounds"}
    assert rules(beginning(timed("<timeDate></timeDate>"))) == {"timer-empty"}


@pytest.mark.rule("function-unknown")
def test_only_a_start_may_ask_the_calendar_for_what_comes_next() -> None:
    cycle = "natural_days(10 * n, asked_at)"
    assert "function-unknown" in rules(broken((cycle, "first_working_day('month')")))


@pytest.mark.rule("property-unknown")
def test_by_hand_and_by_itself_have_other_properties() -> None:
    assert "property-unknown" in rules(beginning(by_hand(unit="justice_bureau")))
    assert "property-unknown" in rules(beginning(timed(QUARTER, starters="town:case_officer")))


@pytest.mark.rule("subprocess-start")
def test_a_sub_process_begins_at_no_time() -> None:
    inner = '<startEvent id="in_start" />'
    own = (
        '<startEvent id="in_start"><timerEventDefinition><timeDate>now()</timeDate></timerEventDefinition></startEvent>'
    )
    assert "subprocess-start" in rules(framed((inner, own)))
    starters = f'<startEvent id="in_start">{properties(starters="town:case_officer")}</startEvent>'
    assert "subprocess-start" in rules(framed((inner, starters)))

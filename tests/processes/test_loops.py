"""A loop marker on a step: it is done once more as long as its condition holds, and the latest answer counts behind it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.db import tables
from engine.errors import DiagramRefused
from tests.processes.countersign import OFFICER
from tests.processes.town import Instance, Town, sent
from tests.unit.diagrams import flow, lane, process, properties, text_field

KEY = "rounds_of_work"
MORE = 'verdict == "more"'


def marker(test: str, before: bool = False, most: str = "") -> str:
    limit = f' loopMaximum="{most}"' if most else ""
    condition = f"<loopCondition>{test}</loopCondition>" if test else ""
    first = f' testBefore="{str(before).lower()}"'
    return f"<standardLoopCharacteristics{first}{limit}>{condition}</standardLoopCharacteristics>"


def alone(loop: str) -> str:
    return f'<userTask id="work" name="核查" camunda:formRef="work">{loop}</userTask>'


def framed(loop: str) -> str:
    """Two tasks within a frame; the second one asks for the verdict."""
    inner = [
        '<startEvent id="in" /><endEvent id="out" />',
        '<userTask id="visit" name="现场查看" camunda:formRef="visit" />',
        '<userTask id="work" name="核查" camunda:formRef="work" />',
        flow("in", "visit") + flow("visit", "work") + flow("work", "out"),
    ]
    return f'<subProcess id="loop" name="反复核查">{loop}{"".join(inner)}</subProcess>'


def automatic(loop: str) -> str:
    record = properties(operation="record", **{"fact:verdict": '"more"'})
    inner = f'<startEvent id="in" /><endEvent id="out" /><serviceTask id="note">{record}</serviceTask>'
    ways = flow("in", "note") + flow("note", "out")
    return f'<subProcess id="loop" name="自动">{loop}{inner}{ways}</subProcess>'


def write(folder: Path, looped: str) -> Path:
    repeated = "loop" if "subProcess" in looped else "work"
    forms = {
        f"{KEY}_start": [text_field("subject"), text_field("first")],
        "visit": [text_field("seen")],
        "work": [text_field("verdict")],
        "finish": [text_field("result_note")],
    }
    (folder / "forms" / KEY).mkdir(parents=True, exist_ok=True)
    for form_id, components in forms.items():
        content = json.dumps({"type": "default", "id": form_id, "components": components}, ensure_ascii=False)
        (folder / "forms" / KEY / f"{form_id}.form").write_text(content, encoding="utf-8")
    body = [
        f'<startEvent id="start" name="发起" camunda:formRef="{KEY}_start" />',
        looped,
        '<userTask id="finish" name="办结" camunda:formRef="finish" />',
        '<exclusiveGateway id="how" name="查清了？" default="how__open" />',
        f'<endEvent id="clear" name="已查清">{properties(result="clear")}</endEvent>',
        f'<endEvent id="open" name="未查清">{properties(result="open")}</endEvent>',
        flow("start", repeated) + flow(repeated, "finish") + flow("finish", "how"),
        flow("how", "clear", 'verdict == "clear"') + flow("how", "open"),
    ]
    own = properties(number_prefix="XH", title="subject", starter="own_unit", parties="own_unit")
    nodes = f"start {repeated} finish how clear open"
    drawn = process(KEY, "反复核查", own, [lane("own", "own_unit", "case_officer", nodes)], body)
    (folder / f"{KEY}.bpmn").write_text(drawn, encoding="utf-8")
    return folder / f"{KEY}.bpmn"


def begin(town: Town, folder: Path, looped: str, first: str = "more") -> Instance:
    path = write(folder, looped)
    town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    given = sent({"subject": "油烟扰民", "first": first})
    return Instance(town, town.act(lambda engine: engine.instances.start(town.person(OFFICER), KEY, given)))


def sound(case: Instance) -> None:
    assert case.incident() == ""
    assert case.town.verify() == []


def test_the_step_is_done_again_as_long_as_the_condition_holds_and_the_latest_answer_counts_behind(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    case = begin(town_on_each_database, tmp_path, alone(marker(MORE)), first="clear")
    for verdict in ("more", "more", "clear"):
        assert dict(case.waiting) == {"work": 1}
        case.complete("work", OFFICER, verdict=verdict)
    assert case.facts()["verdict"] == "clear"
    rounds = [(row.position, row.done, row.apart) for row in case._rows(tables.scope, tables.scope.c.position)]
    assert rounds == [(0, True, False), (1, True, False), (2, True, False)]
    case.complete("finish", OFFICER, result_note="办结")
    assert case.result == "clear"
    sound(case)


def test_what_is_said_in_a_round_of_a_frame_belongs_to_that_round_and_the_latest_is_seen_behind(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    case = begin(town_on_each_database, tmp_path, framed(marker(MORE)))
    for seen, verdict in (("第一次", "more"), ("第二次", "clear")):
        page = case.town.act(lambda engine: engine.instances.instance(case.town.person(OFFICER), case.number))
        assert ([str(found.step) for found in page.waiting], page.rounds) == (["现场查看"], [])
        case.complete("visit", OFFICER, seen=seen)
        case.complete("work", OFFICER, verdict=verdict)
    assert dict(case.waiting) == {"finish": 1}
    said = [row for row in case._rows(tables.fact, tables.fact.c.id) if row.name == "seen"]
    assert len({row.scope_id for row in said}) == len(said) == 2
    assert (case.facts()["seen"], case.facts()["verdict"]) == ("第二次", "clear")
    sound(case)


def test_a_loop_that_is_tested_before_may_be_passed_at_once(town: Town, tmp_path: Path) -> None:
    wanted = 'first == "more" and verdict != "clear"'
    assert dict(begin(town, tmp_path, alone(marker(wanted, before=True)), "clear").waiting) == {"finish": 1}
    case = begin(town, tmp_path, alone(marker(wanted, before=True)), "more")
    assert dict(case.waiting) == {"work": 1}
    case.complete("work", OFFICER, verdict="clear")
    assert dict(case.waiting) == {"finish": 1}


@pytest.mark.parametrize("test", [MORE, ""])
def test_a_loop_ends_after_as_many_rounds_as_it_may_have(town: Town, tmp_path: Path, test: str) -> None:
    case = begin(town, tmp_path, alone(marker(test, most="2")))
    for _round in range(2):
        case.complete("work", OFFICER, verdict="more")
    assert dict(case.waiting) == {"finish": 1}
    case.complete("finish", OFFICER, result_note="办结")
    assert case.result == "open"
    sound(case)


def test_the_condition_knows_how_many_rounds_are_done(town: Town, tmp_path: Path) -> None:
    case = begin(town, tmp_path, alone(marker("loopCounter &lt; 3")))
    for _round in range(3):
        case.complete("work", OFFICER, verdict="more")
    assert dict(case.waiting) == {"finish": 1}


def test_what_was_said_last_in_a_round_may_be_taken_back(town: Town, tmp_path: Path) -> None:
    case = begin(town, tmp_path, alone(marker(MORE)))
    done = case.task("work")
    case.complete("work", OFFICER, verdict="clear")
    assert dict(case.waiting) == {"finish": 1}
    town.act(lambda engine: engine.handling.take_back(town.person(OFFICER), done))
    assert dict(case.waiting) == {"work": 1}
    assert case.facts()["verdict"] is None
    case.complete("work", OFFICER, verdict="more")
    assert dict(case.waiting) == {"work": 1}
    sound(case)


def refused_with(town: Town, folder: Path, looped: str) -> set[str]:
    path = write(folder, looped)
    with pytest.raises(DiagramRefused) as refused:
        town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    return {problem.rule for problem in refused.value.problems}


@pytest.mark.rule("loop-ends")
@pytest.mark.parametrize(
    "loop", [marker(""), marker(MORE, most="0"), marker(MORE, most="often"), marker("", most="9999")]
)
def test_a_loop_says_when_it_ends(town: Town, tmp_path: Path, loop: str) -> None:
    assert refused_with(town, tmp_path, alone(loop)) == {"loop-ends"}


def test_a_step_is_not_both_a_loop_and_multi_instance(town: Town, tmp_path: Path) -> None:
    twice = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    assert "loop-ends" in refused_with(town, tmp_path, alone(marker(MORE) + twice))


def test_a_loop_in_which_nobody_is_waited_for_has_a_number_of_rounds(town: Town, tmp_path: Path) -> None:
    assert "loop-idle" in refused_with(town, tmp_path, automatic(marker(MORE)))
    case = begin(town, tmp_path, automatic(marker(MORE, most="3")))
    assert dict(case.waiting) == {"finish": 1}
    assert len(case._rows(tables.scope)) == 3


def test_a_loop_condition_reads_only_what_there_is(town: Town, tmp_path: Path) -> None:
    assert refused_with(town, tmp_path, alone(marker('nothing == "more"'))) != set()

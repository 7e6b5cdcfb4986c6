"""What the system does by itself, done for each of a list or so many times: each has its own facts, and nobody is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.db import tables
from engine.errors import DiagramRefused
from tests.processes.countersign import OFFICER
from tests.processes.town import Instance, Town, sent
from tests.unit.diagrams import flow, lane, process, properties, text_field

KEY = "told_to_each"
FOR_EACH = '<multiInstanceLoopCharacteristics camunda:collection="members" camunda:elementVariable="member"{0} />'
CHOSEN = {
    "type": "checklist",
    "key": "members",
    "label": "单位",
    "properties": {"widget": "units", "kind": "department,town", "count": "2"},
    "validate": {"required": True},
}
SAYS = {"fact:line": '"To " + member', "collect:lines": "line"}


def write(folder: Path, marker: str, said: dict[str, str], kind: str = "serviceTask") -> Path:
    """The system does its work several times between the start and the only step of a person."""
    forms = {f"{KEY}_start": [text_field("subject"), CHOSEN], "look": [text_field("seen")]}
    (folder / "forms" / KEY).mkdir(parents=True, exist_ok=True)
    for form_id, components in forms.items():
        content = json.dumps({"type": "default", "id": form_id, "components": components}, ensure_ascii=False)
        (folder / "forms" / KEY / f"{form_id}.form").write_text(content, encoding="utf-8")
    own = properties(operation="record", **said) if kind == "serviceTask" else ""
    body = [
        f'<startEvent id="start" name="发起" camunda:formRef="{KEY}_start" />',
        f'<{kind} id="tell" name="逐一告知">{own}{marker}</{kind}>',
        '<userTask id="look" name="核查" camunda:formRef="look" />',
        f'<endEvent id="end" name="办结">{properties(result="done")}</endEvent>',
        flow("start", "tell") + flow("tell", "look") + flow("look", "end"),
    ]
    case = properties(number_prefix="GZ", title="subject", starter="own_unit", parties="own_unit")
    drawn = process(KEY, "逐一告知", case, [lane("own", "own_unit", "case_officer", "start tell look end")], body)
    (folder / f"{KEY}.bpmn").write_text(drawn, encoding="utf-8")
    return folder / f"{KEY}.bpmn"


def begin(town: Town, path: Path) -> Instance:
    town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    given = sent({"subject": "告知", "members": ["ecology", "market"]})
    return Instance(town, town.act(lambda engine: engine.instances.start(town.person(OFFICER), KEY, given)))


def times(case: Instance) -> list[tuple[int, bool]]:
    rows = sorted(case._rows(tables.scope, tables.scope.c.position), key=lambda row: row.position)
    return [(row.position, row.done) for row in rows]


def sound(case: Instance) -> None:
    assert dict(case.waiting) == {"look": 1}
    case.complete("look", OFFICER, seen="看过")
    assert (case.result, case.incident(), case.town.verify()) == ("done", "", [])


@pytest.mark.parametrize("order", ["", ' isSequential="true"'])
def test_the_work_is_done_for_each_and_what_it_says_is_collected(
    town_on_each_database: Town, tmp_path: Path, order: str
) -> None:
    case = begin(town_on_each_database, write(tmp_path, FOR_EACH.format(order), SAYS))
    assert case.facts()["lines"] == ["To ecology", "To market"]
    assert "line" not in case.facts()
    assert times(case) == [(0, True), (1, True)]
    sound(case)


def test_nobody_is_asked_so_the_page_shows_no_round(town: Town, tmp_path: Path) -> None:
    case = begin(town, write(tmp_path, FOR_EACH.format(""), SAYS))
    assert town.act(lambda engine: engine.instances.instance(town.person(OFFICER), case.number)).rounds == []


def test_a_loop_marker_on_what_nobody_does_passes_it_so_often(town: Town, tmp_path: Path) -> None:
    case = begin(town, write(tmp_path, '<standardLoopCharacteristics loopMaximum="3" />', {}, "manualTask"))
    assert [event["element"] for event in case.told("record")] == ["tell"] * 3
    sound(case)


@pytest.mark.rule("loop-idle")
def test_a_loop_of_the_system_says_how_often_at_most(town: Town, tmp_path: Path) -> None:
    """Nobody is waited for in it, so a condition alone may never stop it."""
    endless = (
        "<standardLoopCharacteristics><loopCondition>subject == subject</loopCondition></standardLoopCharacteristics>"
    )
    path = write(tmp_path, endless, {})
    with pytest.raises(DiagramRefused) as refused:
        town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    assert "loop-idle" in {problem.rule for problem in refused.value.problems}


@pytest.mark.rule("several-read")
def test_what_is_said_of_each_is_read_behind_only_when_it_is_collected(town: Town, tmp_path: Path) -> None:
    path = write(tmp_path, FOR_EACH.format(""), {"fact:line": "member"})
    text = path.read_text(encoding="utf-8")
    end = flow("look", "end")
    decided = flow("look", "end", 'line == "ecology"') + '<endEvent id="other" />' + flow("look", "other")
    path.write_text(
        text.replace(end, decided).replace('id="look"', 'id="look" default="look__other"'), encoding="utf-8"
    )
    with pytest.raises(DiagramRefused) as refused:
        town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    assert "several-read" in {problem.rule for problem in refused.value.problems}

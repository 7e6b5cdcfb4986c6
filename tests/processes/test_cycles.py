"""A cycle that comes a number of times, in a case that is kept."""

from __future__ import annotations

import json
from pathlib import Path

from tests.processes.countersign import OFFICER
from tests.processes.town import Instance, Town, sent
from tests.unit.diagrams import flow, lane, process, properties, text_field

KEY = "asked_again"


def write(folder: Path, cycle: str) -> Path:
    """A task beside which a person is asked whenever the cycle comes."""
    forms = {f"{KEY}_start": [text_field("subject")], "work": [text_field("done")], "chase": [text_field("chased")]}
    (folder / "forms" / KEY).mkdir(parents=True, exist_ok=True)
    for form_id, components in forms.items():
        content = json.dumps({"type": "default", "id": form_id, "components": components}, ensure_ascii=False)
        (folder / "forms" / KEY / f"{form_id}.form").write_text(content, encoding="utf-8")
    timer = f"<timerEventDefinition><timeCycle>{cycle}</timeCycle></timerEventDefinition>"
    body = [
        f'<startEvent id="start" name="发起" camunda:formRef="{KEY}_start" />',
        '<userTask id="work" name="办理" camunda:formRef="work" />',
        f'<boundaryEvent id="again" name="催办" attachedToRef="work" cancelActivity="false">{timer}</boundaryEvent>',
        '<userTask id="chase" name="回复催办" camunda:formRef="chase" />',
        f'<endEvent id="end" name="办结">{properties(result="done")}</endEvent><endEvent id="chased" />',
        flow("start", "work") + flow("work", "end") + flow("again", "chase") + flow("chase", "chased"),
    ]
    own = properties(number_prefix="CB", title="subject", starter="own_unit", parties="own_unit")
    drawn = process(KEY, "催办", own, [lane("own", "own_unit", "case_officer", "start work chase end chased")], body)
    (folder / f"{KEY}.bpmn").write_text(drawn, encoding="utf-8")
    return folder / f"{KEY}.bpmn"


def test_three_times_is_three_times_whether_or_not_the_last_was_answered(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    town = town_on_each_database
    path = write(tmp_path, "R3/PT1H")
    town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    number = town.act(lambda engine: engine.instances.start(town.person(OFFICER), KEY, sent({"subject": "催办"})))
    case = Instance(town, number)
    for asked in (1, 2, 3, 3, 3):
        town.later(minutes=61).tick()
        assert case.waiting["chase"] == asked
    assert case.timers() == {}
    case.complete("work", OFFICER, done="办完")
    assert dict(case.waiting) == {"chase": 3}  # BPMN 2.0.2, 13.5.3: what the event has begun lives on
    assert (case.incident(), town.verify()) == ("", [])

"""What the system does by itself or nobody does, in a case that is kept: scripts, rules, tasks that are passed at once."""

from __future__ import annotations

import json
from pathlib import Path

from tests.processes.countersign import OFFICER
from tests.processes.town import Instance, Town, sent
from tests.unit.diagrams import flow, lane, process, properties, text_field

KEY = "reckoned"


def write(folder: Path) -> Path:
    """The start asks for an amount; a script and a rule say what it comes to; two tasks are nobody's."""
    amount = {"type": "number", "key": "amount", "label": "数额", "validate": {"required": True}}
    forms = {f"{KEY}_start": [text_field("subject"), amount], "look": [text_field("seen")]}
    (folder / "forms" / KEY).mkdir(parents=True, exist_ok=True)
    for form_id, components in forms.items():
        content = json.dumps({"type": "default", "id": form_id, "components": components}, ensure_ascii=False)
        (folder / "forms" / KEY / f"{form_id}.form").write_text(content, encoding="utf-8")
    script = "<script>is_major = amount &gt; 100000\nlevel = 2 if is_major else 1</script>"
    rule = properties(operation="record", **{"fact:asked": '"city" if level == 2 else "county"'})
    body = [
        f'<startEvent id="start" name="发起" camunda:formRef="{KEY}_start" />',
        f'<scriptTask id="reckon" name="算">{script}</scriptTask>',
        f'<businessRuleTask id="decide" name="定级">{rule}</businessRuleTask>',
        '<task id="note" name="备注" /><manualTask id="call" name="电话告知" />',
        '<exclusiveGateway id="which" name="重大？" default="which__small" />',
        '<userTask id="look" name="核查" camunda:formRef="look" />',
        f'<endEvent id="large" name="重大">{properties(result="large")}</endEvent>',
        f'<endEvent id="small" name="一般">{properties(result="small")}</endEvent>',
        flow("start", "reckon") + flow("reckon", "decide") + flow("decide", "note") + flow("note", "call"),
        flow("call", "look")
        + flow("look", "which")
        + flow("which", "large", 'asked == "city"')
        + flow("which", "small"),
    ]
    nodes = "start reckon decide note call look which large small"
    own = properties(number_prefix="JS", title="subject", starter="own_unit", parties="own_unit")
    drawn = process(KEY, "测算", own, [lane("own", "own_unit", "case_officer", nodes)], body)
    (folder / f"{KEY}.bpmn").write_text(drawn, encoding="utf-8")
    return folder / f"{KEY}.bpmn"


def begin(town: Town, folder: Path, amount: int) -> Instance:
    path = write(folder)
    town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    given = sent({"subject": "测算", "amount": str(amount)})
    return Instance(town, town.act(lambda engine: engine.instances.start(town.person(OFFICER), KEY, given)))


def test_a_script_says_its_facts_in_order_and_a_decision_reads_them(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    for amount, said in ((200_000, (True, 2, "city", "large")), (5, (False, 1, "county", "small"))):
        case = begin(town_on_each_database, tmp_path, amount)
        facts = case.facts()
        assert (facts["is_major"], facts["level"], facts["asked"]) == said[:3]
        case.complete("look", OFFICER, seen="看过")
        assert (case.result, case.incident()) == (said[3], "")
    assert town_on_each_database.verify() == []


def test_what_nobody_does_is_passed_and_recorded(town: Town, tmp_path: Path) -> None:
    case = begin(town, tmp_path, 5)
    assert dict(case.waiting) == {"look": 1}
    recorded = {event["element"] for event in case.told("record")}
    assert recorded == {"reckon", "decide", "note", "call"}


def test_a_form_that_is_drawn_in_the_diagram_is_asked_and_kept_with_its_version(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    town, path = town_on_each_database, write(tmp_path)
    (tmp_path / "forms" / KEY / "look.form").unlink()
    field = '<camunda:formField id="seen" label="看到什么" type="string" />'
    data = f"<extensionElements><camunda:formData>{field}</camunda:formData></extensionElements>"
    text = path.read_text(encoding="utf-8")
    bare = '<userTask id="look" name="核查" camunda:formRef="look" />'
    path.write_text(text.replace(bare, f'<userTask id="look" name="核查">{data}</userTask>'), encoding="utf-8")
    town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    given = sent({"subject": "测算", "amount": "5"})
    case = Instance(town, town.act(lambda engine: engine.instances.start(town.person(OFFICER), KEY, given)))
    case.complete("look", OFFICER, seen="看过")
    assert (case.facts()["seen"], case.result, case.incident()) == ("看过", "small", "")
    again = town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    assert not again.is_new, "the same file is the same version"

"""Corrections (C12) of what was said in a frame, and of what each of several has answered for itself.

Every member first says when it had the request, from which its period is counted, then gives its opinion.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from engine.errors import NotFound, Refused
from tests.processes import countersign
from tests.processes.countersign import OFFICER
from tests.processes.drawings import task
from tests.processes.test_archive import filled_in
from tests.processes.test_countersign import MEMBERS, answer, sound, task_of
from tests.processes.test_handling import Desk
from tests.processes.test_instance_work import talk, use
from tests.processes.test_sub_processes import ECOLOGY, FORMS, LEADER, begin, framed, sub, within
from tests.processes.town import Instance, Town, at, cast_of, sent
from tests.unit.builders import form_json
from tests.unit.diagrams import flow, properties

REASON, SLIP = {**copy.deepcopy(countersign.REASON), "properties": {"correctable": "true"}}, "填报时写错了。"
SEEN = {
    "type": "datetime",
    "subtype": "datetime",
    "key": "seen_at",
    "dateLabel": "收到时间",
    "timeSerializingFormat": "utc_offset",
    "validate": {"required": True},
    "properties": {"correctable": "true"},
}


def asked() -> list[str]:
    """Each member registers the request and gives its opinion, within a period that begins when it had the request."""
    collected = properties(**{"collect:opinions": "opinion_outcome", "collect:reasons": "opinion_reason"})
    inner = [
        '<startEvent id="in" /><endEvent id="out" /><endEvent id="late" />',
        f'<userTask id="register" name="登记收到" camunda:formRef="register">{_own()}</userTask>',
        f'<userTask id="opine" name="填写会签意见" camunda:formRef="opine">{_own()}</userTask>',
        countersign.period("opine").replace("now()", "seen_at"),
        flow("in", "register") + flow("register", "opine") + flow("opine", "out") + flow("due", "late"),
    ]
    return [f'<subProcess id="ask" name="会签">{collected}{countersign.several("")}{"".join(inner)}</subProcess>']


def _own() -> str:
    return properties(unit="member", role="case_officer")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder in which the forms of the members may be corrected."""
    monkeypatch.setattr(countersign, "REASON", REASON)
    folder = tmp_path / "forms" / countersign.KEY
    folder.mkdir(parents=True)
    (folder / "register.form").write_bytes(form_json(SEEN, form_id="register"))
    return tmp_path


def registered(case: Instance, unit: str, seen: str = "2026-10-09T09:00") -> None:
    actor, task_id = case.town.person(MEMBERS[unit]), task_of(case, unit)
    case.town.act(lambda engine: engine.tasks.complete(actor, task_id, sent({"seen_at": seen})))


def begun(town: Town, folder: Path) -> Instance:
    """Three are asked; ecology has answered, market has registered the request."""
    case = countersign.begin(town.at("2026-10-09T10:00"), folder, asked(), ["ecology", "market", "planning"])
    for unit in ("ecology", "market"):
        registered(case, unit)
    answer(case, "ecology")
    return case


def correct(case: Instance, unit: str, name: str, value: str, by: str = "") -> str:
    """A correction by the unit's officer is approved by its leader; returns its id."""
    correction = propose(case, unit, name, value)
    opinion = {"decision": ["approve"], "opinion": ["同意更正。"]}
    use(case, by or cast_of(unit).leader, "decide_correction", correction, opinion)
    return correction


def propose(case: Instance, unit: str, name: str, value: str) -> str:
    login = MEMBERS[unit]
    (key,) = [line.key for line in talk(case, login).correctable if line.key.startswith(f"{name}@")]
    return str(use(case, login, "propose_correction", case.number, key, {name: [value], "reason": [SLIP]}))


def due(case: Instance, unit: str) -> Any:
    (record,) = [found for found in case.deadlines() if found.unit_code == unit]
    return record.due_at


def log(case: Instance, login: str) -> list[str]:
    view = case.town.act(lambda engine: engine.instances.instance(case.town.person(login), case.number))
    return [str(line.note) for line in view.log if line.kind in ("correction", "proposal")]


def test_c12_what_a_member_corrects_is_another_answer_in_its_own_iteration_alone(
    town_on_each_database: Town, drawn: Path
) -> None:
    case = begun(town_on_each_database, drawn)
    before = due(case, "ecology"), due(case, "market")
    correct(case, "market", "seen_at", "2026-10-08T09:00")
    assert due(case, "ecology") == before[0]
    assert before[1] == at("2026-10-14T00:00")
    assert due(case, "market") == at("2026-10-13T00:00")
    assert case.facts().get("seen_at") is None
    answer(case, "market")
    sound(case)


def test_c12_a_list_of_what_several_have_answered_follows_the_correction(
    town_on_each_database: Town, drawn: Path
) -> None:
    case = begun(town_on_each_database, drawn)
    registered(case, "planning")
    answer(case, "planning", "object")
    assert case.facts()["reasons"] == ["ecology：agree", "planning：object"]
    correct(case, "planning", "opinion_reason", "选址不合规划。")
    assert case.facts()["reasons"] == ["ecology：agree", "选址不合规划。"]
    assert [told["name"] for told in case.told("corrected")] == ["opinion_reason"]
    answer(case, "market")
    assert case.facts()["reasons"] == ["ecology：agree", "market：agree", "选址不合规划。"]
    correct(case, "ecology", "opinion_reason", "同意，另附意见。")  # also when all have answered
    assert case.facts()["reasons"] == ["同意，另附意见。", "market：agree", "选址不合规划。"]
    sound(case)


def test_c12_no_member_reads_what_another_one_has_corrected(town: Town, drawn: Path) -> None:
    case = begun(town, drawn)
    correct(case, "ecology", "opinion_reason", "同意，另附意见。")
    propose(case, "ecology", "opinion_reason", "再改一次。")
    for login in (MEMBERS["ecology"], OFFICER):
        assert [line.unit.code for line in talk(case, login).corrections if line.unit] == ["ecology", "ecology"]
        assert any("同意，另附意见。" in note for note in log(case, login))
    assert talk(case, MEMBERS["market"]).corrections == []
    assert log(case, MEMBERS["market"]) == []
    assert {note.unit for note in case.notices("corrected")} == {"qinghe", "ecology"}
    (waiting, _decided) = talk(case, OFFICER).corrections
    with pytest.raises(NotFound):
        use(case, MEMBERS["market"], "correction", waiting.id)


def test_c12_one_correction_of_each_member_may_wait(town: Town, drawn: Path) -> None:
    case = begun(town, drawn)
    propose(case, "ecology", "seen_at", "2026-10-08T09:00")
    propose(case, "market", "seen_at", "2026-10-08T10:00")
    with pytest.raises(Refused):
        propose(case, "market", "seen_at", "2026-10-08T11:00")
    offered = {line.key.partition("@")[0]: line.waiting for line in talk(case, MEMBERS["ecology"]).correctable}
    assert offered == {"seen_at": True, "opinion_reason": False}


def test_c12_the_case_file_says_of_whose_answer_the_correction_is(town: Town, drawn: Path) -> None:
    case = begun(town, drawn)
    correct(case, "ecology", "opinion_reason", "同意，另附意见。")
    for unit in ("market", "planning"):
        if unit == "planning":
            registered(case, unit)
        answer(case, unit)
    case.complete("conclude", OFFICER, result_note="通过", who_agreed="3")
    told = {heading: words for heading, words in filled_in(town, case, OFFICER).items() if "会签意见（" in heading}
    assert ["更正为：同意，另附意见。" in words for words in told.values()] == [True, False, False]
    sound(case)


def test_c12_what_was_answered_before_all_were_asked_anew_stands(
    town: Town, drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end that refuses is a way back to asking them."""
    write = countersign.write

    def looped(folder: Path, asked: list[str]) -> Path:
        path = write(folder, asked)
        text = path.read_text(encoding="utf-8")
        text = text.replace('sourceRef="enough" targetRef="refused"', 'sourceRef="enough" targetRef="ask"')
        text = re.sub('<endEvent id="refused".*?</endEvent>', "", text).replace(
            "<flowNodeRef>refused</flowNodeRef>", ""
        )
        path.write_text(text, encoding="utf-8")
        return path

    monkeypatch.setattr(countersign, "write", looped)
    case = begun(town, drawn)
    registered(case, "planning")
    for unit in ("market", "planning"):
        answer(case, unit, "object")
    waiting = propose(case, "market", "opinion_reason", "部分同意。")
    town.later(minutes=1)
    case.complete("conclude", OFFICER, result_note="再征求一次", who_agreed="1")
    assert talk(case, MEMBERS["market"]).correctable == []
    with pytest.raises(Refused):
        use(case, cast_of("market").leader, "decide_correction", waiting, {"decision": ["approve"], "opinion": [""]})
    registered(case, "market")
    assert [line.key.partition("@")[0] for line in talk(case, MEMBERS["market"]).correctable] == ["seen_at"]
    sound(case)


def test_c12_what_was_said_in_a_frame_is_corrected_and_read_around_it(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    forms = {**FORMS, "check": [{**FORMS["check"][0], "properties": {"correctable": "true"}}]}
    case = begin(town_on_each_database, tmp_path, framed(), forms=forms)
    case.complete("check", ECOLOGY, finding="有异议")
    raw = {"finding": ["没有异议"], "reason": [SLIP]}
    correction = use(case, ECOLOGY, "propose_correction", case.number, "finding", raw)
    use(case, LEADER, "decide_correction", correction, {"decision": ["approve"], "opinion": [""]})
    assert case.facts()["finding"] == "没有异议"
    assert talk(case, ECOLOGY).corrected == {"finding": "有异议"}
    case.complete("discuss", ECOLOGY, view="同意")
    case.complete("sum_up", OFFICER, seen="已阅")
    sound(case)


def test_c12_what_stands_again_after_taking_back_is_corrected_by_whoever_had_said_it(
    town: Town, tmp_path: Path
) -> None:
    forms = {**FORMS, "check": [{**FORMS["check"][0], "properties": {"correctable": "true"}}]}
    inner = within("review", "check", "discuss") + task("check", "初核") + task("discuss", "再核")
    way = flow("start", "review") + flow("review", "sum_up") + flow("sum_up", "done")
    case = begin(town, tmp_path, [sub("review", "复核", inner), task("sum_up", "汇总"), way], forms=forms)
    case.complete("check", ECOLOGY, finding="属实")
    desk = Desk(case, ECOLOGY)
    desk.send_back("discuss", "check")
    (again,) = (open_task.id for open_task in case.open_tasks())
    case.complete("check", ECOLOGY, finding="不属实")
    town.act(lambda engine: engine.handling.take_back(town.person(ECOLOGY), again))
    assert case.facts()["finding"] == "属实"
    assert [line.words for line in talk(case, ECOLOGY).correctable] == ["属实"]
    assert talk(case, OFFICER).correctable == []

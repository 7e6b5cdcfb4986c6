"""Where two uses of an instance meet: sent back or corrected while a period stands still, urgent while somebody else has it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from engine.archive.verify import verify
from engine.db.tables import process_instance
from engine.errors import Refused
from engine.runtime.advance.operations import OPERATIONS
from engine.runtime.instances import instances
from tests.processes.assistance import ask
from tests.processes.dispute import raise_dispute
from tests.processes.test_archive import contents, keep, package
from tests.processes.test_handling import COLLEAGUE, DEPARTMENT, DEPUTY, LEADER, OFFICER, desk, sound
from tests.processes.test_instance_work import correct, withdraw
from tests.processes.town import MORNING, Instance, Town, at, sent
from tests.unit.diagrams import ASKED_UNIT, flow, lane, process, properties, text_field

TEN_DAYS_OF_WORK = "2026-09-24T10:00"

# --- while a period stands still ---


def test_a_period_that_stands_still_is_not_shortened(plain_town: Town) -> None:
    """What is left of working days is given back when it ends: a period in hours has none to give back."""
    case = ask(plain_town, at=TEN_DAYS_OF_WORK).commission()
    shorten = {"operation": "shorten_deadline", "deadline": "opinion", "to": "hours(1, now())"}

    def shortened(tx: Connection) -> None:
        row = tx.execute(select(process_instance).where(process_instance.c.id == case.id)).one()
        officer, context = plain_town.person(case.asking.officer), plain_town.engine.transactions.context(tx)
        step = instances.look(tx, context, row, officer)
        drawn = step.definition.diagram.of_kind("serviceTask")[0]
        OPERATIONS["shorten_deadline"].run(step, replace(drawn, properties=shorten))

    with pytest.raises(Refused, match="正在暂停计算"):
        plain_town.read(shortened)


def test_a_task_that_is_sent_back_while_its_period_stands_still_leaves_it_standing(town: Town) -> None:
    """退回 is neither a way to start the period again nor one to lose what the appraisal had stopped."""
    case = ask(town, at=TEN_DAYS_OF_WORK)
    town.at("2026-09-28T09:00")
    case.commission().assign().study()
    before = case.deadline("opinion")

    desk(case, DEPARTMENT.deputy).send_back("sign_assistance_opinion", "study_opinion")

    assert case.deadlines("opinion") == [before]
    assert (before.status, case.timers()["opinion_due"]) == ("paused", None)
    town.at("2026-10-20T10:00")
    case.record_appraisal()
    assert case.deadline("opinion").due_at == at("2026-10-24T00:00")
    case.study().sign()
    assert case.deadline("opinion").status == "met"
    assert sound(case)


def test_what_is_taken_back_while_a_period_stands_still_leaves_it_standing(town: Town) -> None:
    case = ask(town, at=TEN_DAYS_OF_WORK)
    town.at("2026-09-28T09:00")
    case.commission().assign().study()
    before = case.deadline("opinion")

    desk(case, DEPARTMENT.officer).do("take_back", "study_opinion")

    assert case.deadlines("opinion") == [before]
    assert case.timers()["opinion_due"] is None
    case.study().sign()
    assert case.deadline("opinion").status == "met"
    assert sound(case)


WHEN = {
    "type": "datetime",
    "key": "received_at",
    "label": "收到时间",
    "subtype": "datetime",
    "properties": {"correctable": "true"},
}
OTHER = {**ASKED_UNIT, "key": "department"}
FORMS = {
    "reply_start": [text_field("subject"), ASKED_UNIT, WHEN],
    "give_reply": [text_field("reply_text")],
    "wait_report": [text_field("report_text")],
    "order_report": [text_field("order_text")],
    "round_start": [text_field("subject"), OTHER, {**WHEN, "key": "round_at"}],
    "drop_round": [text_field("drop_text")],
}
REPLY = process(
    "reply",
    "答复",
    properties(number_prefix="DF", title="subject", starter="asking_unit", parties="asking_unit,asked_unit"),
    [
        lane("own", "asking_unit", "case_officer", "start fork order_report pause wait_report resume"),
        lane("other", "asked_unit", "case_officer", "give_reply late join done"),
    ],
    [
        '<startEvent id="start" name="发函" camunda:formRef="reply_start" />',
        '<parallelGateway id="fork" />',
        '<userTask id="give_reply" name="答复" camunda:formRef="give_reply" />',
        '<boundaryEvent id="due" name="3 个工作日届满" attachedToRef="give_reply" cancelActivity="false">',
        properties(deadline="reply", rule="R22", basis="应在3个工作日内答复", hard="true", unit="asked_unit"),
        "<timerEventDefinition><timeDate>working_days(3, "
        "received_at)</timeDate></timerEventDefinition></boundaryEvent>",
        '<endEvent id="late" name="记为超期" />',
        '<userTask id="order_report" name="委托检测" camunda:formRef="order_report" />',
        f'<serviceTask id="pause" name="暂停计算">'
        f"{properties(operation='pause_deadline', deadline='reply', reason='testing')}</serviceTask>",
        '<userTask id="wait_report" name="收到报告" camunda:formRef="wait_report" />',
        f'<serviceTask id="resume" name="恢复计算">'
        f"{properties(operation='resume_deadline', deadline='reply', reason='testing')}</serviceTask>",
        '<parallelGateway id="join" />',
        f'<endEvent id="done" name="已答复">{properties(result="done")}</endEvent>',
        flow("start", "fork"),
        flow("fork", "give_reply"),
        flow("fork", "order_report"),
        flow("due", "late"),
        flow("order_report", "pause"),
        flow("pause", "wait_report"),
        flow("wait_report", "resume"),
        flow("resume", "join"),
        flow("give_reply", "join"),
        flow("join", "done"),
    ],
)
CALL = (
    '<callActivity id="ask" name="征求答复" calledElement="reply"><extensionElements>'
    '<camunda:in source="subject" target="subject" />'
    '<camunda:in source="department" target="asked_unit" />'
    '<camunda:in source="round_unit" target="asking_unit" />'
    '<camunda:in source="round_at" target="received_at" />'
    '<camunda:out source="reply_text" target="answer" />'
    "</extensionElements></callActivity>"
)
ROUND = process(
    "round",
    "研究",
    properties(number_prefix="YR", title="subject", starter="round_unit", parties="round_unit,department"),
    [
        lane("own", "round_unit", "case_officer", "start fork clock ended ask drop_round dropped done"),
    ],
    [
        '<startEvent id="start" name="立项" camunda:formRef="round_start" />',
        '<parallelGateway id="fork" />',
        '<receiveTask id="clock" name="研究期限" />',
        '<endEvent id="ended" name="研究结束" />',
        '<boundaryEvent id="act_drop" name="不再研究" attachedToRef="clock" cancelActivity="false">',
        properties(unit="round_unit", role="case_officer"),
        '<messageEventDefinition messageRef="message_drop" /></boundaryEvent>',
        '<userTask id="drop_round" name="说明理由" camunda:formRef="drop_round" />',
        f'<endEvent id="dropped" name="不再研究">{properties(result="dropped")}<terminateEventDefinition /></endEvent>',
        CALL,
        f'<endEvent id="done" name="办结">{properties(result="done")}<terminateEventDefinition /></endEvent>',
        flow("start", "fork"),
        flow("fork", "clock"),
        flow("clock", "ended"),
        flow("act_drop", "drop_round"),
        flow("drop_round", "dropped"),
        flow("fork", "ask"),
        flow("ask", "done"),
    ],
    before=[
        '<message id="message_drop" name="drop" />',
    ],
)


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    folder = tmp_path / "drawn"
    (folder / "forms" / "shared").mkdir(parents=True)
    for form_id, components in FORMS.items():
        content = json.dumps({"type": "default", "id": form_id, "components": components}, ensure_ascii=False)
        (folder / "forms" / "shared" / f"{form_id}.form").write_text(content, encoding="utf-8")
    (folder / "reply.bpmn").write_text(REPLY, encoding="utf-8")
    (folder / "round.bpmn").write_text(ROUND, encoding="utf-8")
    return folder


def begin(town: Town, folder: Path, *names: str, **answers: str) -> Instance:
    """The last of these procedures has begun at MORNING."""
    for name in names:
        town.act(lambda engine, name=name: engine.procedures_in_force.deploy(folder / f"{name}.bpmn", "test"))  # type: ignore[misc]
    town.at(MORNING)
    actor = town.person(OFFICER)
    given = sent({"subject": "联合检查", **answers})
    return Instance(town, town.act(lambda engine: engine.instances.start(actor, names[-1], given)))


def stopped(town: Town, folder: Path) -> Instance:
    """Received on the morning before the holiday, and stopped on the first working day after it."""
    instance = begin(town, folder, "reply", asked_unit="ecology", received_at=MORNING)
    town.at("2026-10-08T10:00")
    instance.complete("order_report", OFFICER, order_text="送检。")
    assert instance.deadline("reply").status == "paused"
    return instance


def test_c12_the_start_of_a_period_that_stands_still_is_corrected_and_it_goes_on_standing(
    town: Town, drawn: Path
) -> None:
    """Received two working days earlier than was written: neither overdue meanwhile, nor a day too many afterwards."""
    instance = stopped(town, drawn)
    town.at("2026-10-12T09:00")

    correct(instance, "received_at", "2026-09-28T09:00")

    record = instance.deadline("reply")
    assert (record.status, record.overdue_at, instance.timers()["due"]) == ("paused", None, None)
    town.at("2026-10-13T10:00")
    instance.complete("wait_report", OFFICER, report_text="合格。")
    record = instance.deadline("reply")
    assert [day for day, _ in record.trace["counted"]] == ["2026-09-29", "2026-09-30", "2026-10-14"]
    assert (record.status, record.due_at) == ("running", at("2026-10-15T00:00"))
    assert instance.timers()["due"] == record.due_at
    assert sound(instance)


def test_c12_a_start_that_is_corrected_after_a_pause_leaves_the_paused_days_out(town: Town, drawn: Path) -> None:
    instance = stopped(town, drawn)
    town.at("2026-10-10T10:00")
    instance.complete("wait_report", OFFICER, report_text="合格。")
    assert instance.deadline("reply").due_at == at("2026-10-15T00:00")

    correct(instance, "received_at", "2026-09-29T09:00")

    record = instance.deadline("reply")
    assert [day for day, _ in record.trace["counted"]] == ["2026-09-30", "2026-10-12", "2026-10-13"]
    assert sound(instance)


def test_a_called_instance_whose_period_stands_still_ends_with_its_caller(town: Town, drawn: Path) -> None:
    caller = begin(town, drawn, "reply", "round", department="ecology", round_at=MORNING)
    called = Instance(town, caller.number.replace("YR", "DF"))
    town.at("2026-10-08T10:00")
    called.complete("order_report", OFFICER, order_text="送检。")
    assert called.deadline("reply").status == "paused"

    caller.press_by(OFFICER, "act_drop")
    caller.complete("drop_round", OFFICER, drop_text="不再需要。")

    assert (caller.status, called.status) == ("ended", "ended")
    record = called.deadline("reply")
    assert (record.status, record.overdue_at) == ("cancelled", None)
    assert called.timers() == called.timers("mark") == {}
    town.at("2026-12-01T09:00")
    assert called.deadline("reply") == record
    assert called.notices("overdue") == []
    assert sound(caller)
    assert sound(called)


# --- while somebody else has the task ---


def test_c6_an_urgency_found_while_the_task_is_delegated_moves_the_period_and_leaves_the_delegation(town: Town) -> None:
    case = town.refer(at=MORNING)
    case.claim("prepare_materials", OFFICER)
    desk(case, OFFICER).do("delegate", "prepare_materials", *town.ids(COLLEAGUE), request="请先整理照片。")

    case.raise_urgency().answer_urgency("confirm")

    assert [move["why"] for move in case.deadline("referral").moves] == ["shortened"]
    view = desk(case, COLLEAGUE).look("prepare_materials")
    assert view.handling.delegated_to_me
    case.add_material("facts_statement")
    case.add_material("site_photos")
    desk(case, COLLEAGUE).do("hand_in", "prepare_materials", sent({"preparation_outcome": "submit"}), "已整理。")
    case.complete("prepare_materials", OFFICER, preparation_outcome="submit")
    assert "approve_referral" in case.waiting
    assert sound(case)


def test_c6_an_urgency_found_while_the_task_is_sent_back_moves_the_period_and_the_task_stays_back(town: Town) -> None:
    case = town.refer(at=MORNING).submit()
    desk(case, LEADER).send_back("approve_referral", "prepare_materials", "缺照片。")

    case.raise_urgency().answer_urgency("confirm")

    record = case.deadline("referral")
    assert [move["why"] for move in record.moves] == ["shortened"]
    assert case.waiting["prepare_materials"] == 1
    case.complete("prepare_materials", OFFICER, preparation_outcome="submit")
    case.approve()
    assert case.deadline("referral").status == "met"
    assert case.deadlines("referral")[0].id == record.id
    assert sound(case)


# --- an extension, then a correction; an end before its time ---


def test_c12_a_correction_after_an_extension_does_not_give_the_extension_again(town: Town) -> None:
    case = town.refer(at=MORNING).ask_extension("2026-10-15").answer_extension("approve")
    due_at = case.deadline("referral").due_at

    correct(case, "discovered_at", "2026-09-30T09:00")
    correct(case, "jurisdiction_found_at", "2026-09-30T09:10")

    assert case.deadline("referral").due_at == due_at
    assert case.deadline("referral").extended
    assert "已经延长过一次" in case.buttons(OFFICER)["act_extend"]
    assert sound(case)


def test_the_file_of_a_withdrawn_case_is_whole(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().ask_withdrawal().answer_withdrawal("agree")
    keep(town)

    held = [login for login in (OFFICER, "zhouyan.hb") if _may_take(town, case, login)]
    path = package(town, case, held[0])

    assert case.result == "withdrawn_by_referrer"
    assert verify(path).broken == ()
    parts = contents(path)
    assert sum(name.endswith(".pdf") and name != "history.pdf" for name in parts) >= len(case.documents())
    assert "查明不需要移送" in parts["facts.json"].decode()


def test_the_file_of_a_cancelled_case_is_whole(town: Town) -> None:
    dispute = raise_dispute(town, at=MORNING)
    withdraw(dispute, OFFICER)
    keep(town)

    held = [login for login in (OFFICER, "chengyu.sf", DEPUTY) if _may_take(town, dispute, login)]
    path = package(town, dispute, held[0])

    assert verify(path).broken == ()
    assert any("双方已经说清".encode() in part for name, part in contents(path).items() if name == "history.json")


def _may_take(town: Town, case: Instance, login: str) -> bool:
    archive = town.engine.instances.instance(town.person(login), case.number).archive
    return archive is not None and archive.mine

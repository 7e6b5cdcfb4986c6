"""The one way an instance moves, when it is made hard: twice, at once, too late, after an outage, and with faults."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, select, text
from sqlalchemy.exc import InterfaceError, OperationalError

from engine.bpmn.spiff.workflow import WorkflowFault
from engine.clock import FixedClock
from engine.db import tables
from engine.deployments import judging
from engine.errors import AlreadyDone, Busy, DatabaseFull, IncidentRaised, NotAllowed, NotFound, Refused
from engine.messages import from_json
from engine.runtime.advance import storing
from engine.runtime.advance.operations import OPERATIONS, Operation
from engine.runtime.notify.notices import MadeNotice, notify_people
from engine.runtime.step import audit
from engine.runtime.step.context import Context
from engine.runtime.step.step import Step
from engine.runtime.tasks.tasks import Completed
from tests.processes.town import MORNING, Case, Town, at, problems, sent
from tests.unit.builders import form_json
from tests.unit.diagrams import flow, lane, process, properties

BY_ZHOU_YAN = "“受理审查”已由市生态环境局 周砚于 10月8日 14:20 办理，你的这次提交没有生效。"


def at_once(*actions: Callable[[], object]) -> list[object]:
    """What each of the actions gives or raises, when all of them begin together."""
    together, results = threading.Barrier(len(actions)), [None] * len(actions)  # type: list[Any]

    def take(number: int) -> None:
        together.wait()
        try:
            results[number] = actions[number]()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=take, args=(number,)) for number in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def under_review(town: Town) -> Case:
    """It lies with two officers; it is 14:20 on the first day after the holiday."""
    case = town.refer(at=MORNING).deliver().sign_for()
    town.at("2026-10-08T14:20")
    return case


def completing(town: Town, case: Case, element: str, by: str, **answers: Any) -> Callable[[], Completed]:
    """The step, ready to be taken by an engine of its own."""
    actor, task_id, engine = town.person(by), case.task(element), town.another_engine()
    return lambda: engine.tasks.complete(actor, task_id, sent(answers))


# --- twice ---


def test_two_people_completing_the_same_task_the_second_is_told_who_was_first_and_when(
    town_on_each_database: Town,
) -> None:
    case = under_review(town_on_each_database).review("accept")
    town_on_each_database.at("2026-10-08T16:00")

    with pytest.raises(AlreadyDone) as refused:
        case.complete("review_acceptance", "fangsiyuan.hb", acceptance_outcome="already_handled")

    assert refused.value.message == BY_ZHOU_YAN
    assert case.waiting == {"sign_acceptance": 1}


def test_one_person_completing_a_task_twice_is_told_the_same(plain_town: Town) -> None:
    case = under_review(plain_town).review("accept")

    with pytest.raises(AlreadyDone) as refused:
        case.review("accept")

    assert refused.value.message == BY_ZHOU_YAN


def test_who_was_first_is_told_even_when_the_first_answer_ended_the_case(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).submit()
    reject = {"approval_outcome": "reject", "approval_opinion": "不需移送。"}
    case.complete("approve_referral", "luyuan.qh", **reject)

    with pytest.raises(AlreadyDone, match="“主要领导审批”已由青河镇 陆原于 9月30日 09:30 办理"):
        case.complete("approve_referral", "luyuan.qh", **reject)


def test_a_task_that_lapsed_with_the_end_of_the_case_is_refused(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).submit().ask_withdrawal()

    with pytest.raises(Refused, match="办件已于 9月30日 09:30 结束（已撤回），“主要领导审批”不用再办理"):
        case.approve()


def test_a_task_that_somebody_else_has_claimed_is_not_completed(plain_town: Town) -> None:
    case = under_review(plain_town)
    case.claim("review_acceptance", "zhouyan.hb")

    with pytest.raises(NotAllowed, match="已由周砚于 10月8日 14:20 领取"):
        case.complete("review_acceptance", "fangsiyuan.hb", acceptance_outcome="already_handled")


@pytest.mark.parametrize("seed", range(4))
def test_two_people_completing_the_same_task_at_once_exactly_one_wins(town_on_each_database: Town, seed: int) -> None:
    town = town_on_each_database
    case = under_review(town)
    answers = {"acceptance_outcome": "already_handled", "handled_case": "YS-1", "acceptance_opinion": "已审查。"}

    outcomes = at_once(
        completing(town, case, "review_acceptance", "zhouyan.hb", **answers),
        completing(town, case, "review_acceptance", "fangsiyuan.hb", **answers),
    )

    assert Counter(type(outcome) for outcome in outcomes) == {Completed: 1, AlreadyDone: 1}
    assert case.waiting == {"sign_acceptance": 1}
    assert case.tasks("completed")["review_acceptance"] == 1
    assert len(case.told("task_completed")) == 4
    assert problems(case) == []
    assert town.verify() == []


def test_two_people_claiming_the_same_task_at_once_exactly_one_has_it(town_on_each_database: Town) -> None:
    town = town_on_each_database
    case = under_review(town)
    task_id, people = case.task("review_acceptance"), [town.person("zhouyan.hb"), town.person("fangsiyuan.hb")]

    outcomes = at_once(*(lambda person=person: town.engine.tasks.claim(person, task_id) for person in people))

    assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, NotAllowed: 1}
    winner = people[outcomes.index(None)]
    assert [task.assignee_id for task in case.open_tasks()] == [winner.person_id]


def test_two_cases_that_begin_at_once_have_numbers_of_their_own(town_on_each_database: Town) -> None:
    town = town_on_each_database
    town.refer(at=MORNING)

    cases = at_once(*[town.refer] * 4)

    assert sorted(case.number for case in cases if isinstance(case, Case)) == [
        f"YS-2026-{number:04d}" for number in (2, 3, 4, 5)
    ]


# --- stale ---


def test_a_button_that_was_pressed_already_says_that_the_request_is_in_hand(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)
    case.press("act_extend")

    with pytest.raises(Refused, match="“申请延长移送期限”正在办理中"):
        case.press("act_extend")

    assert case.waiting["request_extension"] == 1


@pytest.mark.parametrize(
    ("button", "ask", "answer"),
    [
        ("act_extend", lambda case: case.ask_extension("2026-10-20"), lambda case: case.answer_extension("reject")),
        ("act_urgent", Case.raise_urgency, lambda case: case.answer_urgency("refuse")),
        ("act_withdraw", lambda case: case.deliver().ask_withdrawal(), lambda case: case.answer_withdrawal("refuse")),
    ],
)
def test_a_request_that_waits_for_its_answer_is_not_made_again(
    plain_town: Town, button: str, ask: Callable[[Case], Case], answer: Callable[[Case], Case]
) -> None:
    case = ask(plain_town.refer(at=MORNING))

    with pytest.raises(Refused, match="正在办理中，办完之后才能再次提出"):
        case.press(button)

    answer(case)
    assert case.buttons(case.referring.officer)[button] == ""


def test_a_button_pressed_twice_at_once_opens_one_request(town_on_each_database: Town) -> None:
    town = town_on_each_database
    case, officer = town.refer(at=MORNING), town.person("shenhe.qh")

    outcomes = at_once(*[lambda: town.engine.instances.press(officer, case.number, "act_extend")] * 2)

    assert Counter(type(outcome) for outcome in outcomes) == {str: 1, Refused: 1}
    assert case.waiting == {"prepare_materials": 1, "request_extension": 1}


def test_a_button_of_a_period_that_is_over_is_gone(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    with pytest.raises(NotFound):
        case.press("act_extend")


def test_a_button_of_a_case_that_has_ended_says_so(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).ask_withdrawal()

    with pytest.raises(AlreadyDone, match="已经办结（已撤回）"):
        case.press("act_withdraw")


def test_pressing_a_button_hands_the_request_to_whoever_pressed(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)

    task_id = case.press("act_extend", "miaoqing.qh")

    (opened,) = (task for task in case.open_tasks() if task.element == "request_extension")
    assert opened.id == task_id
    assert [opened.assignee_id] == plain_town.ids("miaoqing.qh")


# --- too late ---


def asked_to_confirm(town: Town) -> Case:
    """The deputy has until 13:30 to confirm an urgency, and the worker has stopped."""
    case = town.refer(at=MORNING).raise_urgency()
    town.asleep_until("2026-09-30T13:30")
    return case


def test_a_late_answer_is_refused_though_the_worker_has_not_run(town_on_each_database: Town) -> None:
    case = asked_to_confirm(town_on_each_database)

    with pytest.raises(Refused, match="“确认升级为紧急”已于 9月30日 13:30 失效"):
        case.answer_urgency("confirm")

    assert case.facts()["is_urgent"] is False
    assert case.deadline("referral").due_at == at("2026-10-11T00:00")


def test_a_late_answer_is_told_when_the_limit_ran_out_not_when_it_came(plain_town: Town) -> None:
    case = asked_to_confirm(plain_town)
    plain_town.asleep_until("2026-09-30T17:00")

    with pytest.raises(Refused, match="已于 9月30日 13:30 失效"):
        case.answer_urgency("confirm")


def test_an_answer_in_the_last_second_before_an_interrupting_limit_counts(plain_town: Town) -> None:
    case = asked_to_confirm(plain_town)
    plain_town.asleep_until("2026-09-30T13:29:59")

    case.answer_urgency("confirm")

    assert case.facts()["is_urgent"] is True


def test_the_limit_that_refused_a_late_answer_is_taken_by_the_worker_once(plain_town: Town) -> None:
    case = asked_to_confirm(plain_town)
    with pytest.raises(Refused):
        case.answer_urgency("confirm")

    assert plain_town.tick() == 1

    assert case.tasks("lapsed") == {"confirm_urgency": 1}
    assert plain_town.tick() == 0


def test_another_answer_takes_the_limit_that_has_run_out_with_it(plain_town: Town) -> None:
    case = asked_to_confirm(plain_town)

    case.submit()

    assert case.tasks("lapsed") == {"confirm_urgency": 1}
    assert case.waiting == {"approve_referral": 1}
    assert plain_town.tick() == 0


def test_a_late_answer_and_the_worker_at_once_leave_the_urgency_lapsed(town_on_each_database: Town) -> None:
    town = town_on_each_database
    case = asked_to_confirm(town)

    answered, _ = at_once(
        completing(town, case, "confirm_urgency", "qinruogu.qh", urgency_outcome="confirm"), town.engine.tick
    )
    town.tick()

    assert isinstance(answered, Refused)
    assert case.tasks("lapsed") == {"confirm_urgency": 1}
    assert case.facts()["is_urgent"] is False
    assert problems(case) == []


# --- outages ---


GONE = Exception("server closed the connection unexpectedly")


@pytest.mark.parametrize(
    "error",
    [OperationalError("SELECT 1", None, GONE), InterfaceError("SELECT 1", None, GONE), DatabaseFull()],
    ids=["operational", "interface", "full"],
)
def test_a_database_that_is_gone_for_a_moment_or_full_parks_no_instance(
    plain_town: Town, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """It is no fault of the instance, and the next tick finds the same rows."""
    case = plain_town.refer(at=MORNING)
    plain_town.asleep_until("2026-10-12T10:00")

    def cut(*_: object) -> bool:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr("engine.runtime.instances.due.take_next", cut)
        plain_town.engine.tick()
    assert case.status == "running"

    plain_town.tick()
    assert case.deadline("referral").status == "overdue"


def test_what_came_due_during_an_outage_happens_at_once_and_in_order(town_on_each_database: Town) -> None:
    town = town_on_each_database
    case = town.refer(at=MORNING)
    town.asleep_until("2026-10-20T09:00")

    assert town.tick() == 6

    assert [(note["kind"], note["unit"]) for note in case.told("notice")] == [
        ("remind", "qinghe"),
        ("remind", "qinghe"),
        ("overdue", "qinghe"),
        *[("escalate", "qinghe"), ("escalate", "justice_bureau")] * 3,
    ]
    assert case.deadline("referral").overdue_at == at("2026-10-11T00:00")
    late = {str(from_json(note["text"])) for note in case.told("notice") if note["kind"] == "remind"}
    assert late == {"补发提醒：移送期限的届满时间是 10月10日 24:00，已经过了。"}, "what is over is not still to come"


def test_nothing_that_came_due_during_an_outage_happens_twice(plain_town: Town) -> None:
    plain_town.refer(at=MORNING)
    plain_town.asleep_until("2026-10-20T09:00").tick()
    before = plain_town.rows()

    assert plain_town.tick() == 0

    assert plain_town.rows() == before


def test_two_workers_at_once_do_each_thing_once(town_on_each_database: Town) -> None:
    town = town_on_each_database
    cases = [town.refer(at=MORNING) for _ in range(3)]
    town.asleep_until("2026-10-20T09:00")

    done = at_once(town.another_engine().tick, town.another_engine().tick)
    town.tick()

    assert [type(count) for count in done] == [int, int], done
    for case in cases:
        assert Counter(note.kind for note in case.notices()) == {"remind": 2, "overdue": 1, "escalate": 6}
        assert problems(case) == []
    assert town.verify() == []


def test_a_repeating_timer_that_slept_through_several_times_goes_on_with_the_next_to_come(plain_town: Town) -> None:
    """Nobody is asked for three reports of progress at once."""
    case = plain_town.refer(at=MORNING).deliver().accept().file()
    plain_town.asleep_until("2027-01-04T09:00").tick()

    assert case.waiting == {"handle_case": 1, "report_progress": 1}
    assert plain_town.tick() == 0
    due = case.timers()["progress_exchange"]
    assert due is not None
    assert due > plain_town.now


def test_a_worker_that_is_killed_in_the_middle_leaves_the_work_to_the_next(
    plain_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = plain_town.refer(at=MORNING)
    plain_town.asleep_until("2026-10-11T00:00")
    before = plain_town.rows()
    with monkeypatch.context() as killed:
        killed.setattr(audit, "append", _killed)
        with pytest.raises(KeyboardInterrupt):
            plain_town.tick()
    assert plain_town.rows() == before

    assert plain_town.tick() == 3

    assert Counter(note.kind for note in case.notices()) == {"remind": 2, "overdue": 1}


def _killed(*_arguments: object, **_named: object) -> None:
    raise KeyboardInterrupt


# --- faults ---


def _broken(step: Step, element: object) -> None:
    raise WorkflowFault("打印机着火了。", "deliver_referral")


def break_letters(monkeypatch: pytest.MonkeyPatch, run: Callable[..., None] = _broken) -> None:
    operation = OPERATIONS["issue_document"]
    broken = Operation(run, operation.required, operation.optional, operation.expressions)
    monkeypatch.setitem(OPERATIONS, "issue_document", broken)  # type: ignore[arg-type]


def test_a_fault_parks_its_instance_and_tells_why(town_on_each_database: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town = town_on_each_database
    case = town.refer(at=MORNING).submit()
    break_letters(monkeypatch)

    with pytest.raises(IncidentRaised, match="打印机着火了"):
        case.approve()

    assert case.status == "incident"
    assert case.incident() == "打印机着火了。"
    assert case.waiting == {"approve_referral": 1}
    assert case.documents() == []
    assert town.verify() == []


def test_a_parked_instance_refuses_everybody(plain_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = plain_town.refer(at=MORNING).submit()
    break_letters(monkeypatch)
    with pytest.raises(IncidentRaised):
        case.approve()

    with pytest.raises(IncidentRaised):
        case.approve()
    with pytest.raises(IncidentRaised):
        case.press("act_withdraw")


def test_a_parked_instance_goes_on_where_it_stood_when_it_is_resumed(
    plain_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = plain_town.refer(at=MORNING).submit()
    with monkeypatch.context() as broken:
        break_letters(broken)
        with pytest.raises(IncidentRaised):
            case.approve()

    plain_town.engine.instances.resume(case.number, "anning.sf")
    case.approve()

    assert case.status == "running"
    assert case.incident() == ""
    assert [paper.code for paper in case.documents()] == ["D01"]
    assert problems(case) == []
    assert plain_town.verify() == []


def test_an_instance_without_an_incident_is_not_resumed(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)

    with pytest.raises(NotFound):
        plain_town.engine.instances.resume(case.number, "anning.sf")


@pytest.mark.parametrize("error", [WorkflowFault("这一步做不了。"), RuntimeError("boom"), Refused("现在不行。")])
def test_a_fault_in_the_worker_parks_one_instance_and_the_others_go_on(
    plain_town: Town, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    bad, good = plain_town.refer(at=MORNING), plain_town.refer()

    def broken(tx: Connection, context: Context, instance_id: str, *arguments: Any, **named: Any) -> MadeNotice:
        if instance_id == bad.id:
            raise error
        return notify_people(tx, context, instance_id, *arguments, **named)

    monkeypatch.setattr("engine.runtime.notify.in_step.notify_people", broken)
    plain_town.asleep_until("2026-10-11T00:00")

    plain_town.tick()

    assert bad.status == "incident"
    assert {note.kind for note in bad.notices()} == {"incident"}
    assert good.status == "running"
    assert good.deadline("referral").status == "overdue"
    assert plain_town.tick() == 0


def test_what_was_due_while_an_instance_was_parked_happens_when_it_is_resumed(
    plain_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = plain_town.refer(at=MORNING).submit()
    with monkeypatch.context() as broken:
        break_letters(broken)
        with pytest.raises(IncidentRaised):
            case.approve()
    plain_town.at("2026-10-11T00:00")
    assert case.deadline("referral").status == "running"

    plain_town.engine.instances.resume(case.number, "anning.sf")
    plain_town.tick()

    assert case.deadline("referral").status == "overdue"
    assert case.deadline("referral").overdue_at == at("2026-10-11T00:00")


@pytest.mark.parametrize("where", [(audit, "append"), (storing, "_store_tasks"), (storing, "_taken")])
def test_a_step_that_fails_at_its_end_leaves_nothing_behind(
    town_on_each_database: Town, monkeypatch: pytest.MonkeyPatch, where: tuple[object, str]
) -> None:
    town = town_on_each_database
    case = town.refer(at=MORNING).submit()
    before = town.rows()
    with monkeypatch.context() as broken:
        broken.setattr(*where, _boom)
        with pytest.raises(RuntimeError, match="boom"):
            case.approve()

    assert town.rows() == before
    assert case.waiting == {"approve_referral": 1}
    case.approve()
    assert case.waiting == {"sign_for": 1}


def test_an_operation_that_fails_unforeseen_leaves_nothing_behind(
    plain_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = plain_town.refer(at=MORNING).submit()
    before = plain_town.rows()
    break_letters(monkeypatch, _boom)

    with pytest.raises(RuntimeError, match="boom"):
        case.approve()

    assert plain_town.rows() == before
    assert case.status == "running"


def test_a_case_that_cannot_begin_leaves_nothing_behind(plain_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_town.at(MORNING)  # days that are over have their heads, since deploying is recorded
    before = plain_town.rows()
    with monkeypatch.context() as broken:
        broken.setattr(audit, "append", _boom)
        with pytest.raises(RuntimeError, match="boom"):
            plain_town.refer(at=MORNING)

    assert plain_town.rows() == before
    assert plain_town.refer().number == "YS-2026-0001"


def _boom(*_arguments: object, **_named: object) -> None:
    raise RuntimeError("boom")


# --- a circle without anybody to wait for ---

CIRCLE = process(
    "circle",
    "空转",
    properties(number_prefix="KZ", title="subject", starter="own_unit", parties="own_unit"),
    [
        lane("own", "own_unit", "case_officer", "start begin merge spin again end"),
    ],
    [
        '<startEvent id="start" name="发起" camunda:formRef="circle_start" />',
        '<userTask id="begin" name="开始" camunda:formRef="circle_begin" />',
        '<exclusiveGateway id="merge" />',
        f'<serviceTask id="spin" name="空转">{properties(operation="record")}</serviceTask>',
        '<exclusiveGateway id="again" name="还转？" default="again__merge" />',
        '<endEvent id="end" name="停下" />',
        flow("start", "begin"),
        flow("begin", "merge"),
        flow("merge", "spin"),
        flow("spin", "again"),
        flow("again", "merge"),
        flow("again", "end", "begun is None"),
    ],
)


def test_a_circle_that_turns_by_itself_is_stopped_and_parked(
    plain_town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The gate refuses such a diagram; should one get past it, it harms nobody but itself."""
    (tmp_path / "forms" / "shared").mkdir(parents=True)
    for form_id, key in (("circle_start", "subject"), ("circle_begin", "begun")):
        field = {"type": "textfield", "key": key, "label": key}
        (tmp_path / "forms" / "shared" / f"{form_id}.form").write_bytes(form_json(field, form_id=form_id))
    (tmp_path / "circle.bpmn").write_text(CIRCLE, encoding="utf-8")
    monkeypatch.setattr(judging.gate, "check", lambda *_arguments, **_named: [])
    engine, person = plain_town.engine, plain_town.person("shenhe.qh")
    engine.procedures_in_force.deploy(tmp_path / "circle.bpmn", "test")
    number = engine.instances.start(person, "circle", sent({"subject": "空转的流程"}))
    task_id = plain_town.read(lambda tx: tx.scalars(select(tables.task.c.id)).one())

    with pytest.raises(IncidentRaised, match="空转的循环"):
        engine.tasks.complete(person, task_id, sent({"begun": "是"}))

    view = engine.instances.instance(person, number)
    assert view.status == "incident"
    assert [waiting.element_id for waiting in view.waiting] == ["begin"]


# --- locked out ---


@pytest.fixture
def impatient_town(plain_town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A town that does not wait for a lock, and never really pauses between attempts."""
    monkeypatch.setattr("engine.db.session.time.sleep", lambda _seconds: None)

    def at_once_or_never(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA busy_timeout=1")

    event.listen(plain_town.engine.database.engine, "connect", at_once_or_never)
    return plain_town


def test_a_locked_database_says_that_it_is_busy_and_nothing_has_changed(impatient_town: Town) -> None:
    case = impatient_town.refer(at=MORNING).submit()
    before = impatient_town.rows()
    other = create_engine(impatient_town.settings.url)
    with other.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

        with pytest.raises(Busy):
            case.approve()

        connection.execute(text("ROLLBACK"))
    other.dispose()
    assert impatient_town.rows() == before
    case.approve()
    assert case.waiting == {"sign_for": 1}


def test_a_worker_that_finds_the_database_locked_parks_nothing_and_comes_back(impatient_town: Town) -> None:
    case = impatient_town.refer(at=MORNING)
    impatient_town.at("2026-10-09T08:00")
    impatient_town.asleep_until("2026-10-09T09:00")
    other = create_engine(impatient_town.settings.url)
    with other.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

        assert impatient_town.tick() == 0

        connection.execute(text("ROLLBACK"))
    other.dispose()
    assert case.status == "running"
    assert impatient_town.tick() == 1
    assert [note.kind for note in case.notices()] == ["remind"]


# --- the clock ---


def test_next_due_is_the_earliest_of_all_running_cases(plain_town: Town) -> None:
    plain_town.refer(at=MORNING)
    plain_town.refer(is_urgent=True)

    assert plain_town.engine.next_due() == at(MORNING) + timedelta(hours=12)


def test_nothing_is_due_when_nothing_runs(plain_town: Town) -> None:
    plain_town.refer(at=MORNING).ask_withdrawal()

    assert plain_town.engine.next_due() is None
    assert isinstance(plain_town.clock, FixedClock)

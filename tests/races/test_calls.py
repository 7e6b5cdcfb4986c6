"""Instances that wait for each other, moved at one instant: no answer is lost, none is taken twice, and nobody waits for ever.

Nothing is begun anew here (`ATTEMPTS` is one): two steps that wait for each other in a circle fail the test, though the
engine would get over it.
"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from engine.app import Engine
from engine.db import session
from engine.errors import AlreadyDone, Refused
from engine.runtime.advance import advance as moving
from engine.runtime.advance import incidents, storing
from engine.runtime.step.faults import Fault
from engine.runtime.step.step import Step
from tests.processes.inquiry import CALL, DEPARTMENT, INQUIRY, OFFICER, begin, deploy, do, view, write
from tests.processes.town import Instance, Town, sent
from tests.races.instant import Act, at_once, complete_in_processes, refused
from tests.unit.diagrams import broken, flow

ROUNDS = 3
"""How often each race is run: who is first is left to the machine."""
SECOND = CALL.replace('id="ask"', 'id="ask_again"').replace('target="answer"', 'target="second_answer"')
TWO_CALLS = broken(
    (CALL, f'{CALL}{SECOND}<parallelGateway id="gather" />'),
    (
        "<flowNodeRef>ask</flowNodeRef>",
        "".join(f"<flowNodeRef>{i}</flowNodeRef>" for i in ("ask", "ask_again", "gather")),
    ),
    (
        flow("ask", "read_opinion"),
        flow("fork", "ask_again")
        + flow("ask", "gather")
        + flow("ask_again", "gather")
        + flow("gather", "read_opinion"),
    ),
    text=INQUIRY,
)
"""Two opinions are asked for at once, and both are waited for."""
STUDIED = broken(
    (
        CALL,
        f'<userTask id="study" name="研究" camunda:formRef="study" />'
        f'<userTask id="check" name="核对" camunda:formRef="check" />{CALL}',
    ),
    ("<flowNodeRef>ask</flowNodeRef>", "".join(f"<flowNodeRef>{i}</flowNodeRef>" for i in ("ask", "study", "check"))),
    (flow("fork", "ask"), flow("fork", "study") + flow("study", "check") + flow("check", "ask")),
    text=INQUIRY,
)
"""The opinion is asked for when the matter has been studied and checked."""


@pytest.fixture(autouse=True)
def _nothing_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "ATTEMPTS", 1)


def opinions(town: Town, number: str) -> list[str]:
    """The numbers of the open instances that this one waits for."""
    return [found.number for found in view(town, number).related if found.status == "running"]


def giving(town: Town, called: str, opinion: str = "属于危险废物") -> Act:
    """The opinion, ready to be given."""
    actor, task_id = town.person(DEPARTMENT), view(town, called).waiting[0].task_id
    return lambda engine: engine.tasks.complete(actor, task_id, sent({"opinion": opinion}))


def answered(town: Town, number: str) -> int:
    """How many answers the caller has taken."""
    return len(Instance(town, number).told("called_ended"))


def steps(town: Town, number: str) -> list[str]:
    return sorted(waiting.element_id for waiting in view(town, number).waiting)


def stop(town: Town, number: str) -> None:
    """The instance is parked, as a fault of its own would park it."""
    fault = Fault(Instance(town, number).id, "坏了", None)
    town.act(lambda engine: engine.transactions.write(lambda tx, context: incidents.park(tx, context, fault)))


def two_calls(town: Town, folder: Path) -> tuple[str, str, str]:
    write(folder, inquiry=TWO_CALLS)
    number, _ = begin(town, folder)
    first, second = opinions(town, number)
    return number, first, second


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_called_instances_that_end_at_one_instant_are_both_answered(
    town_on_each_database: Town, drawn: Path, _round: int
) -> None:
    town = town_on_each_database
    number, first, second = two_calls(town, drawn)

    came_to = at_once(town, giving(town, first, "属于"), giving(town, second, "不属于"))

    assert refused(came_to) == []
    assert answered(town, number) == 2
    assert steps(town, number) == ["read_opinion"]
    assert town.verify() == []


def test_two_called_instances_that_end_in_two_processes_are_both_answered(
    town_on_each_database: Town, drawn: Path
) -> None:
    town = town_on_each_database
    number, first, second = two_calls(town, drawn)
    actor = town.person(DEPARTMENT)
    works = [(actor, view(town, called).waiting[0].task_id, sent({"opinion": called})) for called in (first, second)]

    assert complete_in_processes(town.settings, town.now, *works) == ["", ""]

    assert answered(town, number) == 2
    assert steps(town, number) == ["read_opinion"]
    assert town.verify() == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_caller_that_a_person_moves_while_the_called_one_ends_does_both(
    town_on_each_database: Town, drawn: Path, _round: int
) -> None:
    town = town_on_each_database
    number, called = begin(town, drawn)
    officer = town.person(OFFICER)

    came_to = at_once(town, giving(town, called), lambda engine: engine.instances.press(officer, number, "act_drop"))

    assert refused(came_to) == []
    assert steps(town, number) == ["drop_inquiry", "read_opinion"]
    assert answered(town, number) == 1
    assert town.verify() == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_when_both_end_at_one_instant_each_ends_once(town_on_each_database: Town, drawn: Path, _round: int) -> None:
    town = town_on_each_database
    number, called = begin(town, drawn)
    officer = town.person(OFFICER)
    town.act(lambda engine: engine.instances.press(officer, number, "act_drop"))
    dropping = view(town, number).waiting[0].task_id

    came_to = at_once(
        town,
        giving(town, called),
        lambda engine: engine.tasks.complete(officer, dropping, sent({"drop_reason": "已整改"})),
    )

    assert view(town, number).result_name == "不再研究"
    given = view(town, called).result_name == "已答复"
    assert given or view(town, called).result_name == "随原办件结束"
    assert [type(found) for found in refused(came_to)] == ([] if given else [Refused])
    assert answered(town, number) == (1 if given else 0)
    assert steps(town, number) == steps(town, called) == []
    assert town.verify() == []


def test_the_order_of_locks_leaves_no_circle(
    town_on_each_database: Town, drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both hold what they have as long as the other needs to ask for it: the called one going up, the caller down."""
    town = town_on_each_database
    number, called = begin(town, drawn)
    officer = town.person(OFFICER)
    town.act(lambda engine: engine.instances.press(officer, number, "act_drop"))
    dropping = view(town, number).waiting[0].task_id
    store = storing.store

    def slowly(step: Step, kind: str) -> None:
        store(step, kind)
        threading.Event().wait(0.4)

    monkeypatch.setattr(moving, "store", slowly)
    came_to = at_once(
        town,
        giving(town, called),
        lambda engine: engine.tasks.complete(officer, dropping, sent({"drop_reason": "已整改"})),
    )

    assert all(isinstance(found, Refused) and "随原办件结束" in found.message for found in refused(came_to))
    assert view(town, number).status == view(town, called).status == "ended"
    assert town.verify() == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_answer_that_comes_while_its_caller_is_resumed_is_taken_once(
    town_on_each_database: Town, drawn: Path, _round: int
) -> None:
    town = town_on_each_database
    number, first, second = two_calls(town, drawn)
    stop(town, number)

    came_to = at_once(
        town, giving(town, first), lambda engine: engine.instances.resume(number, "管理员"), giving(town, second)
    )

    assert refused(came_to) == []
    assert answered(town, number) == 2
    assert steps(town, number) == ["read_opinion"]
    assert town.verify() == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_what_the_office_ends_while_it_is_answered_has_one_end(
    town_on_each_database: Town, drawn: Path, _round: int
) -> None:
    town = town_on_each_database
    number, called = begin(town, drawn)

    came_to = at_once(
        town, giving(town, called), lambda engine: engine.instances.end(called, "管理员", "发错了单位，重来")
    )

    assert len(refused(came_to)) == 1
    if isinstance(came_to[1], AlreadyDone):
        assert steps(town, number) == ["read_opinion"]
    else:
        assert view(town, number).status == "incident"
        town.act(lambda engine: engine.instances.resume(number, "管理员"))
        (anew,) = opinions(town, number)
        do(town, anew, "give_opinion", DEPARTMENT, opinion="属于")
        assert steps(town, number) == ["read_opinion"]
    assert answered(town, number) == 1
    assert town.verify() == []


def study(town: Town, folder: Path) -> str:
    """An inquiry that has been studied, and is about to be checked."""
    for form_id in ("study", "check"):
        (folder / "forms" / "shared" / f"{form_id}.form").write_text(
            (folder / "forms" / "shared" / "read_opinion.form")
            .read_text(encoding="utf-8")
            .replace('"note"', f'"{form_id}_note"')
            .replace("read_opinion", form_id),
            encoding="utf-8",
        )
    write(folder, inquiry=STUDIED)
    deploy(town, folder, "opinion", "inquiry")
    answers = sent({"subject": "废机油是否属于危险废物", "department": "ecology"})
    number = town.act(lambda engine: engine.instances.start(town.person(OFFICER), "inquiry", answers))
    do(town, number, "study", OFFICER, study_note="需要定性")
    return number


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_taking_back_the_step_that_called_while_it_is_answered_one_of_both_counts(
    town_on_each_database: Town, drawn: Path, _round: int
) -> None:
    town = town_on_each_database
    number = study(town, drawn)
    checked = view(town, number).waiting[0].task_id
    do(town, number, "check", OFFICER, check_note="属实")
    (called,) = opinions(town, number)
    officer = town.person(OFFICER)

    came_to = at_once(town, giving(town, called), lambda engine: engine.handling.take_back(officer, checked))

    assert len(refused(came_to)) == 1
    if isinstance(came_to[0], Refused):
        assert (steps(town, number), view(town, called).result_name) == (["check"], "原办件不再等待")
        do(town, number, "check", OFFICER, check_note="属实")
        (called,) = opinions(town, number)
        do(town, called, "give_opinion", DEPARTMENT, opinion="属于")
    assert steps(town, number) == ["read_opinion"]
    assert answered(town, number) == 1
    assert town.verify() == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_sending_back_before_the_call_and_calling_at_one_instant_one_of_both_counts(
    town_on_each_database: Town, drawn: Path, _round: int
) -> None:
    town = town_on_each_database
    number = study(town, drawn)
    case, officer = Instance(town, number), town.person(OFFICER)
    check, studied = case.task("check"), case.task("study")
    checking: Act = lambda engine: engine.tasks.complete(officer, check, sent({"check_note": "属实"}))  # noqa: E731

    came_to = at_once(
        town, checking, lambda engine: engine.handling.send_back(officer, check, studied, "数量没有写清楚")
    )

    assert len(refused(came_to)) == 1
    sent_back = isinstance(came_to[0], Refused)
    assert (steps(town, number), len(opinions(town, number))) == ((["study"], 0) if sent_back else ([], 1))
    assert town.verify() == []


# --- found by the business number ---


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_message_that_is_sent_several_times_at_once_does_its_work_once(
    town_on_each_database: Town, drawn: Path, _round: int
) -> None:
    town = town_on_each_database
    number, called = begin(town, drawn)
    department = town.person(DEPARTMENT)
    answers = sent({"opinion": "属于危险废物"})

    def message(engine: Engine) -> bool:
        return engine.instances.deliver(department, called, "give_opinion", "hotline-17", answers)

    came_to = at_once(town, message, message, message)

    assert sorted(map(str, came_to)) == ["False", "False", "True"]
    assert answered(town, number) == 1
    assert steps(town, number) == ["read_opinion"]


def test_two_messages_with_one_id_to_two_instances_one_is_refused(town_on_each_database: Town, drawn: Path) -> None:
    town = town_on_each_database
    number, first, second = two_calls(town, drawn)
    department = town.person(DEPARTMENT)

    def to(called: str) -> Act:
        return lambda engine: engine.instances.deliver(
            department, called, "give_opinion", "one", sent({"opinion": "属于"})
        )

    came_to = at_once(town, to(first), to(second))

    assert [str(error) for error in refused(came_to)] == ["消息编号 one 已经用于别的消息，请换一个编号。"]
    assert answered(town, number) == 1
    assert len(opinions(town, number)) == 1


def test_instances_that_begin_at_one_instant_have_numbers_of_their_own(
    town_on_each_database: Town, drawn: Path
) -> None:
    town = town_on_each_database
    deploy(town, drawn, "opinion", "inquiry")
    officer, answers = town.person(OFFICER), sent({"subject": "废机油认定", "department": "ecology"})

    came_to = at_once(town, *[lambda engine: engine.instances.start(officer, "inquiry", answers)] * 4)

    assert sorted(map(str, came_to)) == [f"YB-2026-{n:04d}" for n in range(1, 5)]

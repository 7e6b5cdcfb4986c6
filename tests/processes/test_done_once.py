"""What a timer has done stays done: nobody is told twice because a task was opened again by 退回 or 撤回."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes.test_handling import DEPUTY, OFFICER, desk, sound
from tests.processes.town import MORNING, Instance, Town, sent
from tests.unit.diagrams import ASKED_UNIT, flow, lane, process, properties, text_field

WHEN = {"type": "datetime", "key": "asked_at", "label": "时间", "subtype": "datetime"}
FORMS = {
    "chain_start": [text_field("subject"), ASKED_UNIT, WHEN],
    "write_draft": [text_field("draft_text")],
    "check_draft": [text_field("check_text")],
    "sign_draft": [text_field("sign_text")],
}
TELL = properties(operation="notify", to="asking_unit:principal_leader", text="核稿已经满一个工作日。")
PERIOD = properties(deadline="check", rule="R22", basis="应在1个工作日内核稿", hard="true", unit="asking_unit")
SAY = f'<sendTask id="behind" name="告知主要领导">{TELL}</sendTask>'


def chain(period: str) -> str:
    """A draft from desk to desk; a day after the request something happens behind the timer of its check."""
    return process(
        "chain",
        "往来函件",
        properties(number_prefix="WL", title="subject", starter="asking_unit", parties="asking_unit,asked_unit"),
        [
            lane("own", "asking_unit", "case_officer", "start write_draft due behind late"),
            lane("head", "asking_unit", "deputy_leader", "check_draft sign_draft done"),
        ],
        [
            '<startEvent id="start" name="发函" camunda:formRef="chain_start" />',
            '<userTask id="write_draft" name="起草" camunda:formRef="write_draft" />',
            '<userTask id="check_draft" name="核稿" camunda:formRef="check_draft" />',
            '<boundaryEvent id="due" name="一个工作日届满" attachedToRef="check_draft" cancelActivity="false">',
            period,
            "<timerEventDefinition><timeDate>working_days(1, "
            "asked_at)</timeDate></timerEventDefinition></boundaryEvent>",
            SAY,
            '<endEvent id="late" name="继续核稿" />',
            '<userTask id="sign_draft" name="签发" camunda:formRef="sign_draft" />',
            f'<endEvent id="done" name="办结">{properties(result="done")}</endEvent>',
            flow("start", "write_draft"),
            flow("write_draft", "check_draft"),
            flow("due", "behind"),
            flow("behind", "late"),
            flow("check_draft", "sign_draft"),
            flow("sign_draft", "done"),
        ],
    )


Begin = Callable[..., Instance]


@pytest.fixture
def begin(town: Town, tmp_path: Path) -> Begin:
    """The draft is written and waits for its check."""

    def begun(period: str = "") -> Instance:
        folder = tmp_path / "drawn"
        (folder / "forms" / "shared").mkdir(parents=True)
        for form_id, components in FORMS.items():
            content = json.dumps({"type": "default", "id": form_id, "components": components}, ensure_ascii=False)
            (folder / "forms" / "shared" / f"{form_id}.form").write_text(content, encoding="utf-8")
        (folder / "chain.bpmn").write_text(chain(period), encoding="utf-8")
        town.act(lambda engine: engine.procedures_in_force.deploy(folder / "chain.bpmn", "test"))
        town.at(MORNING)
        actor = town.person(OFFICER)
        given = {"subject": "联合检查", "asked_unit": "ecology", "asked_at": MORNING}
        instance = Instance(town, town.act(lambda engine: engine.instances.start(actor, "chain", sent(given))))
        town.at("2026-09-30T10:30")
        instance.complete("write_draft", OFFICER, draft_text="初稿")
        return instance

    return begun


def told(instance: Instance) -> int:
    return sum(found.text == "核稿已经满一个工作日。" for found in instance.notices("told"))


@pytest.mark.parametrize("period", ["", PERIOD], ids=["a plain timer", "a period"])
def test_what_a_timer_told_is_not_told_again_when_its_task_was_sent_back(begin: Begin, town: Town, period: str) -> None:
    instance = begin(period=period)
    town.at("2026-10-09T09:00")
    assert told(instance) == 1

    desk(instance, DEPUTY).send_back("check_draft", "write_draft")
    town.later(minutes=5)
    instance.complete("write_draft", OFFICER, draft_text="二稿")
    town.at("2026-10-10T09:00")

    assert instance.waiting == {"check_draft": 1}
    assert told(instance) == 1
    assert sound(instance)


@pytest.mark.parametrize("period", ["", PERIOD], ids=["a plain timer", "a period"])
def test_what_a_timer_told_is_not_told_again_when_its_own_task_is_opened_again(
    begin: Begin, town: Town, period: str
) -> None:
    instance = begin(period=period)
    town.at("2026-10-09T09:00")
    instance.complete("check_draft", DEPUTY, check_text="可以")

    desk(instance, DEPUTY).send_back("sign_draft", "check_draft")
    town.at("2026-10-10T09:00")
    desk(instance, DEPUTY).send_back("check_draft", "write_draft")
    instance.complete("write_draft", OFFICER, draft_text="二稿")
    town.at("2026-10-12T09:00")

    assert told(instance) == 1
    assert sound(instance)


@pytest.mark.parametrize("period", ["", PERIOD], ids=["a plain timer", "a period"])
def test_what_a_timer_told_is_not_told_again_when_its_task_was_taken_back(
    begin: Begin, town: Town, period: str
) -> None:
    instance = begin(period=period)
    town.at("2026-10-09T09:00")
    done = instance.task("check_draft")
    instance.complete("check_draft", DEPUTY, check_text="可以")

    actor = town.person(DEPUTY)
    town.act(lambda engine: engine.handling.take_back(actor, done))
    town.at("2026-10-12T09:00")

    assert instance.waiting == {"check_draft": 1}
    assert told(instance) == 1
    assert sound(instance)


@pytest.mark.parametrize("period", ["", PERIOD], ids=["a plain timer", "a period"])
def test_what_a_timer_has_not_told_is_told_once_although_its_task_was_away(
    begin: Begin, town: Town, period: str
) -> None:
    """Its instant comes while the task is sent back: told when the task is reached again, and only then."""
    instance = begin(period=period)
    desk(instance, DEPUTY).send_back("check_draft", "write_draft")
    town.at("2026-10-09T09:00")
    assert told(instance) == 0

    instance.complete("write_draft", OFFICER, draft_text="二稿")
    town.later(minutes=5)
    desk(instance, DEPUTY).send_back("check_draft", "write_draft")
    instance.complete("write_draft", OFFICER, draft_text="三稿")
    town.later(minutes=5)

    assert told(instance) == 1
    assert sound(instance)


def test_an_overdue_stays_and_the_period_ends_late_all_the_same(begin: Begin, town: Town) -> None:
    instance = begin(period=PERIOD)
    town.at("2026-10-09T09:00")
    overdue_at = instance.deadline("check").overdue_at
    desk(instance, DEPUTY).send_back("check_draft", "write_draft")
    instance.complete("write_draft", OFFICER, draft_text="二稿")
    town.later(minutes=5)

    instance.complete("check_draft", DEPUTY, check_text="可以")

    (period,) = instance.deadlines("check")
    assert (period.status, period.overdue_at) == ("met_late", overdue_at)
    assert overdue_at is not None

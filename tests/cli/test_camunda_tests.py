"""Camunda's test files beside a diagram are its tests, as far as they say what there is here; what does not map is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.trial.camunda_tests import read_tests
from engine.trial.story import Story, StoryRefused
from tests.cli.test_commands import run
from tests.unit.diagrams import PERMIT, diagram_of, in_a_folder

NOW = datetime(2026, 9, 30, 1, 30, tzinfo=UTC)
MESSAGE = ('<message id="message_withdraw" name="withdraw" />', '<message id="message_withdraw" name="taken-back" />')
BEGINS = {"subject": "试办", "asked_unit": "ecology", "asked_at": "2026-09-30T09:00:00"}
SELECTED = {"processInstanceSelector": {"processDefinitionId": "permit"}}


def create(**variables: Any) -> dict[str, Any]:
    selector = {"processDefinitionId": "permit"}
    return {"type": "CREATE_PROCESS_INSTANCE", "processDefinitionSelector": selector, "variables": variables or BEGINS}


def complete(element: str, **variables: Any) -> dict[str, Any]:
    return {"type": "COMPLETE_USER_TASK", "userTaskSelector": {"elementId": element}, "variables": variables}


def seen(state: str, *elements: str) -> dict[str, Any]:
    selectors = [{"elementId": element} for element in elements]
    return {"type": "ASSERT_ELEMENT_INSTANCES", **SELECTED, "elementSelectors": selectors, "state": state}


def of_case(state: str) -> dict[str, Any]:
    return {"type": "ASSERT_PROCESS_INSTANCE", **SELECTED, "state": state}


def told(*instructions: dict[str, Any]) -> bytes:
    schema = "https://camunda.com/json-schema/cpt-test-cases/8.9/schema.json"
    case = {"name": "不同意", "instructions": list(instructions)}
    return json.dumps({"$schema": schema, "testCases": [case]}, ensure_ascii=False).encode()


def story(*instructions: dict[str, Any], text: str = PERMIT) -> Story:
    (found,) = read_tests(told(*instructions), diagram_of(text), NOW)
    return found


def test_what_is_answered_is_answered_when_their_clock_says() -> None:
    found = story(
        {"type": "SET_TIME", "time": "2026-10-08T01:00:00Z"}, create(), complete("read_a", facts_checked="属实", sure=True),
        {"type": "INCREASE_TIME", "duration": "P1D"}, complete("read_b", parts=[1, 2]),
    )  # fmt: skip

    (first,), (second,) = found.answers["read_a"], found.answers["read_b"]
    assert found.start.values == BEGINS
    assert (first.values, second.values) == ({"facts_checked": "属实", "sure": "true"}, {"parts": ["1", "2"]})
    assert [one.at and one.at.day for one in (first, second)] == [8, 9]


def test_a_message_presses_the_button_that_waits_for_it() -> None:
    found = story(create(), {"type": "PUBLISH_MESSAGE", "name": "taken-back"}, text=PERMIT.replace(*MESSAGE))

    assert [one.at for one in found.answers["act_withdraw"]] == [NOW]


def test_a_task_may_be_named() -> None:
    found = story(create(), {"type": "COMPLETE_USER_TASK", "userTaskSelector": {"taskName": "审查"}, "variables": {}})

    assert list(found.answers) == ["review"]


def test_only_what_is_waited_at_when_all_has_been_done_is_expected_in_the_end() -> None:
    found = story(create(), seen("IS_ACTIVE", "read_a"), complete("read_a"), seen("IS_ACTIVE", "read_b", "join"))

    assert found.expected == {"waits_at": ["read_b"]}


@pytest.mark.parametrize(
    ("instruction", "said"),
    [
        ({"type": "COMPLETE_JOB", "jobSelector": {"elementId": "answer"}}, "COMPLETE_JOB"),
        ({"type": "ASSERT_VARIABLES", **SELECTED, "variables": {"x": 1}}, "ASSERT_VARIABLES"),
        ({"type": "PUBLISH_MESSAGE", "name": "unknown"}, "PUBLISH_MESSAGE unknown"),
        (seen("IS_COMPLETED", "answer"), "IS_COMPLETED answer"),
        (seen("IS_ACTIVE", "nowhere"), "nowhere"),
        ({"type": "INCREASE_TIME", "duration": "P99999D"}, "INCREASE_TIME P99999D"),
    ],
)
def test_what_has_no_counterpart_is_told(instruction: dict[str, Any], said: str) -> None:
    found = story(create(), instruction)

    assert len(found.left_out) == 1
    assert said in str(found.left_out[0])


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"testCases": [{}]}', b'{"testCases": 3}', b"\xff"])
def test_a_file_that_is_none_of_theirs_is_refused(content: bytes) -> None:
    with pytest.raises(StoryRefused):
        read_tests(content, diagram_of(PERMIT), NOW)


WHOLE = (
    {"type": "SET_TIME", "time": "2026-09-30T09:30:00+08:00"},
    create(),
    complete("read_a", facts_checked="属实"),
    {"type": "COMPLETE_JOB", "jobSelector": {"elementId": "answer"}},
    {"type": "INCREASE_TIME", "duration": "PT2H"},
    complete("read_b", basis_checked="有据"),
    {"type": "ASSERT_USER_TASK", "userTaskSelector": {"elementId": "review"}, "state": "IS_CREATED"},
    complete("review", review_outcome="refuse"),
    of_case("IS_COMPLETED"),
    seen("IS_COMPLETED_IN_ORDER", "start", "read_a", "review", "refused"),
    seen("IS_NOT_ACTIVATED", "withdraw"),
)


def test_it_is_run_with_the_diagram_and_says_what_it_left_out(tmp_path: Path) -> None:
    diagram = in_a_folder(tmp_path)
    diagram.with_suffix(".tests.json").write_bytes(told(*WHOLE))
    done = run("try", str(diagram), "--tests")

    assert done.exit_code == 0, done.output
    assert "不同意：符合预期" in done.output
    assert "不同意：COMPLETE_JOB" in done.output


def test_what_is_otherwise_than_it_expects_is_told(tmp_path: Path) -> None:
    diagram = in_a_folder(tmp_path)
    wrong = (
        *WHOLE[:-3],
        of_case("IS_ACTIVE"),
        seen("IS_COMPLETED_IN_ORDER", "review", "read_a"),
        seen("IS_NOT_ACTIVATED", "read_b"),
    )
    diagram.with_suffix(".tests.json").write_bytes(told(*wrong))
    done = run("try", str(diagram), "--tests")

    assert done.exit_code == 1, done.output
    assert all(f"不同意：{word}：预期是" in done.output for word in ("status", "passes", "never")), done.output

"""`lianban try`: the path with its instants, where it stops, and the tests beside a diagram; nothing of it stays."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli.test_commands import run
from tests.unit.diagrams import flow, in_a_folder
from tests.unit.test_gate_event_gateways import WAITING_FIRST

BEGIN = "2026-09-30T09:30"
START = "start: {_unit: chengguan, subject: 试办, asked_unit: ecology, asked_at: '@now'}\n"
READ = "read_a: {facts_checked: 属实}\nread_b: {_after: PT2H, basis_checked: 有据}\n"
Try = Callable[..., Result]


@pytest.fixture(scope="module")
def diagram(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small procedure that issues no letter, with its forms."""
    return in_a_folder(tmp_path_factory.mktemp("tried"))


@pytest.fixture
def attempt(diagram: Path, tmp_path: Path) -> Try:
    def attempt(answers: str, *more: str) -> Result:
        (tmp_path / "answers.yaml").write_text(answers, encoding="utf-8")
        told = ("--answers", str(tmp_path / "answers.yaml"), "--at", BEGIN, *more)
        return run("try", str(diagram), *told, data_dir=tmp_path / "data")

    return attempt


def told(done: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.output)
    return found


def test_a_case_goes_as_the_answers_say(attempt: Try) -> None:
    done = attempt(f"{START}{READ}review: {{_at: '2026-10-08T15:00', review_outcome: refuse}}\n", "--json")

    found = told(done)
    assert (done.exit_code, found["status"], found["result"], found["stopped"]) == (0, "ended", "refused", "")
    steps = [(one["at"], one["element"]) for one in found["path"] if one["what"] == "task_completed"]
    assert steps == [
        ("2026-09-30T09:30+08:00", "read_a"),
        ("2026-09-30T11:30+08:00", "read_b"),
        ("2026-10-08T15:00+08:00", "review"),
    ]


def test_a_task_without_an_answer_is_told_with_what_it_asks(attempt: Try) -> None:
    done = attempt(START + READ)

    assert done.exit_code == 1
    assert "环节“审查”（review）没有答复" in done.output
    assert "review_outcome: agree  # 意见 agree 同意、refuse 不同意" in done.output


def test_without_a_start_it_is_told_what_the_start_asks(attempt: Try) -> None:
    done = attempt("")

    assert done.exit_code == 1
    assert "start:\n  subject: …" in done.output


def test_a_value_that_is_not_right_is_told_by_its_field(attempt: Try) -> None:
    done = attempt(f"{START}{READ}review: {{review_outcome: perhaps}}\n")

    assert done.exit_code == 1
    assert "“审查”填成这样不能提交" in done.output
    assert "review_outcome：" in done.output


def test_while_nobody_answers_time_goes_on_and_what_falls_due_happens(attempt: Try) -> None:
    found = told(attempt(f"{START}{READ}review: wait\n", "--until", "2026-11-01T00:00", "--json"))

    assert (found["status"], found["waits"]) == ("running", ["review"])
    assert found["now"] == "2026-11-01T00:00+08:00"
    assert "due" in {one["element"] for one in found["path"] if one["what"] == "timer"}


def test_a_button_is_pressed_when_the_answers_say(attempt: Try) -> None:
    answers = f"{START}read_a: wait\nread_b: wait\nact_withdraw: {{_at: '2026-09-30T16:00'}}\n"
    found = told(attempt(f"{answers}withdraw: {{withdraw_reason: 不需要了}}\n", "--json"))

    assert found["status"] == "ended"
    pressed = [one["at"] for one in found["path"] if one["what"] == "pressed"]
    assert pressed == ["2026-09-30T16:00+08:00"]


def test_a_button_that_is_waited_for_is_pressed_so_long_after_the_waiting_began(tmp_path: Path) -> None:
    diagram = in_a_folder(tmp_path)
    drawn = diagram.read_text(encoding="utf-8").replace(flow("join", "review"), WAITING_FIRST)
    diagram.write_text(drawn, encoding="utf-8")
    (tmp_path / "answers.yaml").write_text(f"{START}{READ}pressed: {{_after: PT5H}}\nreview: wait\n", encoding="utf-8")
    given = ("--answers", str(tmp_path / "answers.yaml"), "--at", BEGIN, "--until", "2026-10-01T09:00", "--json")

    found = told(run("try", str(diagram), *given, data_dir=tmp_path / "data"))

    assert [one["at"] for one in found["path"] if one["what"] == "pressed"] == ["2026-09-30T16:30+08:00"]
    assert "review" in str(found["waits"])


def test_what_is_tried_leaves_nothing_behind(attempt: Try, tmp_path: Path) -> None:
    attempt(START)

    assert not (tmp_path / "data").exists()


def test_a_diagram_that_is_not_in_order_is_refused_with_its_problems(diagram: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.bpmn"
    wrong.write_text(diagram.read_text(encoding="utf-8").replace(' default="g_review__refused"', ""), encoding="utf-8")

    done = run("try", str(wrong))

    assert done.exit_code == 2
    assert "条件都不成立时办件会停住" in done.output


def kept(diagram: Path, result: str) -> Path:
    """A copy of the diagram with one test beside it that expects this result."""
    tests = f"""
tests:
- name: 不同意
  start: {{_at: '{BEGIN}', _unit: chengguan, subject: 试办, asked_unit: ecology, asked_at: '@now'}}
  answers: {{read_a: {{facts_checked: 属实}}, read_b: {{basis_checked: 有据}}, review: {{review_outcome: refuse}}}}
  expect: {{result: {result}, path: [read_a, read_b, review]}}
"""
    diagram.with_suffix(".tests.yaml").write_text(tests, encoding="utf-8")
    return diagram


def test_the_tests_beside_a_diagram_are_run_with_it(diagram: Path) -> None:
    done = run("try", str(kept(diagram, "refused")), "--tests")

    assert done.exit_code == 0
    assert "不同意：符合预期" in done.output


def test_a_diagram_whose_test_fails_is_not_deployed(diagram: Path, tmp_path: Path) -> None:
    done = run("deploy", str(kept(diagram, "agreed")), "--by", "测试", data_dir=tmp_path / "data")

    assert done.exit_code == 2
    assert "测试“不同意”：result：预期是 agreed，实际是 refused。" in done.output
    assert "还没有部署任何流程" in run("versions", data_dir=tmp_path / "data").output


def founded(diagram: Path, data: Path) -> None:
    """An installation where the diagram is in force, with its test that passes."""
    assert run("deploy", str(kept(diagram, "refused")), "--by", "测试", data_dir=data).exit_code == 0


def elsewhere(folder: Path) -> Path:
    other = folder / "elsewhere"
    other.mkdir()
    return other


def changed_alone(diagram: Path, tmp_path: Path) -> Path:
    """The diagram in another folder without its tests; whoever is refused has another result now."""
    moved = in_a_folder(elsewhere(tmp_path))
    moved.write_text(diagram.read_text(encoding="utf-8").replace('result" value="refused', 'result" value="declined'))
    return moved


def test_tests_stay_with_a_version_that_is_deployed_without_any_beside_it(diagram: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    founded(diagram, data)
    moved = in_a_folder(elsewhere(tmp_path))
    moved.write_text(diagram.read_text(encoding="utf-8").replace("</definitions>", "<!-- 2 --></definitions>"))

    done = run("deploy", str(moved), "--by", "测试", data_dir=data)

    assert done.exit_code == 0, done.output
    assert kept_tests(data, 2) == kept_tests(data, 1) is not None


def test_what_a_test_of_the_version_in_force_holds_against_is_deployed_when_it_is_meant(
    diagram: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    founded(diagram, data)
    moved = changed_alone(diagram, tmp_path)

    refused = run("deploy", str(moved), "--by", "测试", data_dir=data)
    done = run("deploy", str(moved), "--by", "测试", "--past-tests", data_dir=data)

    assert refused.exit_code == 2
    assert "测试“不同意”：result：预期是 refused，实际是 declined。" in refused.output
    assert "--past-tests" in refused.output
    assert done.exit_code == 0, done.output
    assert "不同意" in done.output
    assert kept_tests(data, 2) is not None


def test_english_that_lies_beside_a_diagram_comes_into_force_with_it(diagram: Path, tmp_path: Path) -> None:
    moved, data = in_a_folder(elsewhere(tmp_path)), tmp_path / "data"
    key = diagram.stem
    (moved.parent / "names.en.json").write_text(json.dumps({key: {"": "A small matter"}}), encoding="utf-8")

    run("deploy", str(moved), "--by", "测试", data_dir=data)

    assert "A small matter" in run("--lang", "en", "versions", data_dir=data).output


def kept_tests(data: Path, version: int) -> bytes | None:
    with sqlite3.connect(data / "lianban.db") as database:
        told = database.execute("SELECT tests FROM definition_version WHERE version = ?", (version,)).fetchone()
    found: bytes | None = told[0]
    return found

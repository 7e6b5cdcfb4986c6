"""`lianban try --explore`: every branch without answers, how soon and how late it ends, and where a case can wait for ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli.test_commands import run
from tests.unit.diagrams import flow, in_a_folder, properties

BEGIN = "2026-09-30T09:30"
"""The day before seven days of holidays; 10 October is a Saturday on which people work."""
HARD = (
    '<boundaryEvent id="own_due" name="限期审查" attachedToRef="review">{0}<timerEventDefinition>'
    "<timeDate>working_days({1}, now())</timeDate></timerEventDefinition></boundaryEvent>"
)
LATE_END = (
    '<endEvent id="too_late" name="逾期未审">'
    + properties(result="too_late")
    + "<terminateEventDefinition /></endEvent>"
)


def explored(folder: Path, *changes: tuple[str, str], more: tuple[str, ...] = ("--json",)) -> Result:
    diagram = in_a_folder(folder)
    text = diagram.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    diagram.write_text(text, encoding="utf-8")
    return run("try", str(diagram), "--explore", "--at", BEGIN, *more)


def told(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    found["by_end"] = {one["element"]: one for one in found["ends"]}
    return found


def in_days(number: int) -> tuple[tuple[str, str], ...]:
    """The review has a legal period of its own, behind which the case ends."""
    period = properties(
        deadline="own", title="审查期限", rule="R22", basis="应在期限内审查", hard="true", unit="asked_unit"
    )
    event = HARD.format(period, number)
    lane = ("<flowNodeRef>review</flowNodeRef>", "<flowNodeRef>review</flowNodeRef><flowNodeRef>too_late</flowNodeRef>")
    return ("</process>", f"{event}{LATE_END}{flow('own_due', 'too_late')}</process>"), lane


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return told(explored(tmp_path_factory.mktemp("explored")))


def test_every_end_is_come_to_at_once_at_the_earliest(plain: dict[str, Any]) -> None:
    assert {one["element"]: one["soonest"] for one in plain["ends"]} == {
        "done": "2026-09-30T09:30+08:00",
        "refused": "2026-09-30T09:30+08:00",
    }


def test_a_legal_period_beside_the_work_is_used_to_its_last_day(plain: dict[str, Any]) -> None:
    """Three working days from 30 September: 8, 9 and 10 October."""
    assert {one["element"]: one["latest"] for one in plain["ends"]} == {
        "done": "2026-10-11T00:00+08:00",
        "refused": "2026-10-11T00:00+08:00",
    }
    assert plain["can_wait_for_ever"] == []


def test_the_way_says_when_each_step_is_done(plain: dict[str, Any]) -> None:
    way = [(one["at"][:10], one["element"]) for one in plain["by_end"]["refused"]["latest_way"]]

    assert ("2026-10-11", "review") in way
    assert plain["whole"]


def test_a_period_of_the_step_itself_may_be_the_shorter_one(tmp_path: Path) -> None:
    """Whoever reads uses the period beside to its end; reviewing is over with it, and cannot last beyond."""
    found = told(explored(tmp_path, *in_days(1)))

    assert found["by_end"]["too_late"]["latest"] == "2026-10-13T00:00+08:00"
    assert found["by_end"]["too_late"]["soonest"] == "2026-10-09T00:00+08:00"


def test_where_no_legal_period_ends_a_step_there_is_no_latest_time(tmp_path: Path) -> None:
    found = told(explored(tmp_path, ('name="hard" value="true"', 'name="hard" value="false"')))

    assert found["can_wait_for_ever"] == ["read_a", "read_b", "review"]
    assert {one["latest"] for one in found["ends"]} == {None}
    assert found["by_end"]["refused"]["waits"] == ["read_a", "read_b", "review"]


def test_a_way_back_is_gone_no_second_time_and_named(tmp_path: Path) -> None:
    again = flow("g_review", "read_again", 'review_outcome == "refuse"') + flow("read_again", "review")
    merge = '<exclusiveGateway id="read_again" />'
    found = told(explored(tmp_path, (flow("join", "review"), flow("join", "read_again") + merge + again)))

    assert found["loops"] == ["g_review__read_again"]
    assert set(found["by_end"]) == {"done", "refused"}


def test_a_reader_is_told_the_same_in_sentences(tmp_path: Path) -> None:
    done = explored(tmp_path, more=())

    assert done.exit_code == 0, done.output
    assert "不同意（refused）：最早 2026-09-30 09:30，最晚 2026-10-11 00:00。" in done.output
    assert "最晚的走法：" in done.output

"""A way of any length is deployed, walked, shown and kept: nothing that is done with it goes deeper with each step."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from tests.processes import drawings
from tests.processes.drawings import OFFICER, flow, task, text_field
from tests.processes.town import Town

STEPS = 900


def test_nine_hundred_steps_follow_each_other_before_and_behind_a_task(town: Town, tmp_path: Path) -> None:
    before, behind = ([f"{name}{number}" for number in range(STEPS // 2)] for name in "ab")
    way = ["start", *before, "work", *behind, "done"]
    passed = "".join(f'<manualTask id="{key}" name="{key}" />' for key in (*before, *behind))
    flows = "".join(flow(*ends) for ends in pairwise(way))
    forms = {"work": [text_field("worked")]}
    drawings.draw(town, tmp_path, "longway", [passed, task("work", "办理"), flows], " ".join(way[1:-1]), forms)
    case = drawings.start(town, "longway")
    view = town.act(lambda engine: engine.instances.instance(town.person(OFFICER), case.number))
    assert [line.state for line in view.steps][:1] == ["now"]
    case.complete("work", OFFICER, worked="好")
    assert (case.result, case.incident(), town.verify()) == ("done", "", [])

"""A lane says who handles what is in it, and every task is in one."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, at
from engine.bpmn.gate.rules.units import who
from engine.bpmn.reading.elements import BPMN, OPERATING, Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

LANE_HALF = Rule("lane-half", _("A lane has both unit and post, or neither."))
LANE_STEP_MISSING = Rule("lane-step-missing", _("The steps of a lane exist."))
LANE_STEP_TWICE = Rule("lane-step-twice", _("A step is in one lane."))
TASK_OUTSIDE_LANES = Rule("task-outside-lanes", _("In a diagram with lanes, every task is in one."))
_TASKS = ("userTask", "receiveTask", *OPERATING)


def check(draft: Draft) -> Iterator[Problem]:
    yield from _lanes(draft)
    for element in draft.running:
        yield from _place(draft, element)


def _lanes(draft: Draft) -> Iterator[Problem]:
    for lane in draft.diagram.lanes:
        if bool(lane.unit) != bool(lane.roles):
            missing = "role" if lane.unit else "unit"
            yield about(
                LANE_HALF,
                lane,
                _("The lane does not say %(missing)s.", missing=missing),
                _("Write both unit and role (the post) in the lane's extension properties, or neither."),
            )
        yield from who(draft, lane, lane.unit, lane.roles)
    seen: dict[str, str] = {}
    for node in draft.process.iter(f"{BPMN}lane"):
        for reference in node.iterfind(f"{BPMN}flowNodeRef"):
            key, lane_id = (reference.text or "").strip(), node.get("id", "")
            outer = {around.get("id") for around in node.iterancestors(f"{BPMN}lane")}
            if key not in draft.diagram.elements:
                yield at(
                    LANE_STEP_MISSING,
                    node,
                    _("The step %(key)s in this lane does not exist.", key=key[:80]),
                    _("Open the diagram in a modeler, drag the step out of the lane and back, and save it again."),
                )
            elif seen.get(key, lane_id) not in {lane_id, *outer}:
                yield at(
                    LANE_STEP_TWICE,
                    node,
                    _("The step %(key)s is in two lanes at once.", key=key[:80]),
                    _("Drag it into one of the lanes and save the diagram again."),
                )
            seen[key] = lane_id


def _place(draft: Draft, element: Element) -> Iterator[Problem]:
    if draft.diagram.lanes and element.kind in _TASKS and element.lane is None:
        yield about(
            TASK_OUTSIDE_LANES,
            element,
            _("The step is not in a lane."),
            _("Drag it into the lane of the unit and post that handle it."),
        )

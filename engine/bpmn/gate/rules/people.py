"""Every user task has one unit and at least one post that handle it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.gate.rules.units import who
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

UNIT_OR_POST_ALONE = Rule("unit-or-post-alone", _("Unit and post are written together."))
TASK_NOBODY = Rule("task-nobody", _("Every user task says which unit and post handle it."))
CANDIDATE_GROUPS = Rule("candidate-groups", _("Candidate groups are written as unit and post."))
CANDIDATE_UNITS = Rule("candidate-units", _("One step is handled by one unit."))


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.of_kind("userTask"):
        yield from _person(draft, element)


def _person(draft: Draft, element: Element) -> Iterator[Problem]:
    if element.candidate_groups:
        yield from _candidate_groups(draft, element)
        return
    properties = element.properties
    if ("unit" in properties) != ("role" in properties):
        yield about(
            UNIT_OR_POST_ALONE,
            element,
            _("Only one of the properties unit and role is given."),
            _("Write both, or delete both and let the lane decide."),
        )
        return
    unit, roles = draft.diagram.asked(element)
    if "unit" in properties:
        yield from who(draft, element, unit, roles)
    if (not unit or not roles) and (element.lane or not draft.diagram.lanes):
        yield about(
            TASK_NOBODY,
            element,
            _("Nothing says which unit and post handle this step, so nobody can."),
            _("Write the properties unit and role on the lane or on the step."),
        )


def _candidate_groups(draft: Draft, element: Element) -> Iterator[Problem]:
    pairs = [group.partition(":") for group in element.candidate_groups]
    if not all(unit and colon and role for unit, colon, role in pairs):
        yield about(
            CANDIDATE_GROUPS,
            element,
            _("The candidate groups are not written correctly."),
            _("Write unit:post, such as referring_unit:deputy_leader."),
        )
        return
    units = list(dict.fromkeys(unit for unit, _colon, _role in pairs))
    if len(units) > 1:
        yield about(
            CANDIDATE_UNITS,
            element,
            _("The candidate groups name several units, but only one unit can handle a step."),
            _("Write only one unit. It may have several posts."),
        )
    for unit in units:
        yield from who(draft, element, unit, frozenset(role for other, _colon, role in pairs if other == unit))

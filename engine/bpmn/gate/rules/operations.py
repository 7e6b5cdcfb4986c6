"""A service task names one operation with all that it takes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, named, takes
from engine.bpmn.reading.elements import OPERATING, Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

OPERATION_UNKNOWN = Rule("operation-unknown", _("A service task names its operation."))
OPERATION_INCOMPLETE = Rule("operation-incomplete", _("An operation has all its parameters."))
END_TASKS_UNKNOWN = Rule("end-tasks-unknown", _("Tasks that are no longer needed are user tasks."))


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.of_kind(*OPERATING):
        if not element.events:  # a send task with a message throws it, and does nothing else
            yield from _operation(draft, element)


def _operation(draft: Draft, element: Element) -> Iterator[Problem]:
    name = element.properties.get("operation")
    if name not in draft.operations:
        reason = (
            _("There is no operation called %(name)s.", name=name[:80])
            if name
            else _("The service task does not say what it does.")
        )
        known = named(draft.operations, name or "")
        yield about(
            OPERATION_UNKNOWN, element, reason, _("Add the property operation. Available: %(known)s.", known=known)
        )
        return
    for parameter in sorted(takes(draft, element, "required")):
        if not element.properties.get(parameter, "").strip():
            yield about(
                OPERATION_INCOMPLETE,
                element,
                _("The operation %(name)s lacks %(parameter)s.", name=name, parameter=parameter),
                _("Add the property %(parameter)s as described in docs/reference/bpmn.md.", parameter=parameter),
            )
    if name == "end_tasks":
        yield from _ended(draft, element)


def _ended(draft: Draft, element: Element) -> Iterator[Problem]:
    for task in (task.strip() for task in element.properties.get("tasks", "").split(",")):
        if task and task not in draft.user_tasks:
            yield about(
                END_TASKS_UNKNOWN,
                element,
                _("%(task)s in the property tasks is not a user task.", task=task[:80]),
                _("Write the ids of the user tasks that are no longer needed, separated by commas."),
            )

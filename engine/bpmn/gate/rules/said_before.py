"""Who is asked is known when a step opens, and what a wait counts from when it begins."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, shown_way
from engine.bpmn.gate.graph import too_large
from engine.bpmn.gate.sayers import Sayers
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.reading.timers import is_literal
from engine.errors import ExpressionError
from engine.messages import gettext as _
from engine.problems import Problem, Rule, Severity

UNIT_UNSET = Rule("unit-unset", _("The unit of a step is known when the step opens."))
WAITS_FOR_EVER = Rule(
    "waits-for-ever", _("What a case waits for has an instant, or somebody who can bring it about."), Severity.WARNING
)


def check(draft: Draft) -> Iterator[Problem]:
    if too_large(draft):
        return
    sayers = Sayers(draft)
    for task in draft.of_kind("userTask"):
        yield from _asked(draft, sayers, task)
    for event in draft.of_kind("intermediateCatchEvent"):
        yield from _waited_for(draft, sayers, event)


def _asked(draft: Draft, sayers: Sayers, task: Element) -> Iterator[Problem]:
    unit = draft.diagram.asked(task)[0]
    if unit in draft.units or not sayers.of.get(unit) or unit in _items(draft, task):
        return
    if way := sayers.way_without(unit, task.id):
        yield about(
            UNIT_UNSET,
            task,
            _(
                "When a case goes %(way)s, nobody has filled in which unit %(unit)s is, so nobody can act here.",
                way=shown_way(way[:-1]),
                unit=unit[:80],
            ),
            _(
                "Ask for it earlier; or in the lane or in candidateGroups, write another unit that is already known "
                "by then."
            ),
        )


def _items(draft: Draft, task: Element) -> set[str]:
    return {one.many.item_name for one in draft.around(task) if one.many is not None}


def _waited_for(draft: Draft, sayers: Sayers, event: Element) -> Iterator[Problem]:
    """A timer without an instant does not fall due; at an event gateway something else may happen."""
    timer = event.timer
    if timer is None or is_literal(timer.text) or event.behind_gateway:
        return
    try:
        names = compile_expression(timer.text).names
    except ExpressionError:
        return  # told by `expressions`
    for name in sorted(names & sayers.of.keys()):
        if way := sayers.way_without(name, event.id):
            yield about(
                WAITS_FOR_EVER,
                event,
                _(
                    "When a case goes %(way)s, nobody has filled in %(name)s, from which this wait is counted, so the "
                    "case may wait here for ever.",
                    way=shown_way(way[:-1]),
                    name=name[:80],
                ),
                _("Ask for it earlier, or wait with an event-based gateway, where somebody can go on with a button."),
            )
            return

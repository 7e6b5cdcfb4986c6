"""How a case begins that nobody starts: by a schedule, or because something was told."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from engine.bpmn.reading.elements import FACT, Element
from engine.deployments.definitions import Definition
from engine.errors import ExpressionError
from engine.runtime.advance.acting_step import ActingStep
from engine.runtime.advance.advance import take
from engine.runtime.advance.numbers import insert_instance, unnumbered
from engine.runtime.step.context import Context
from engine.runtime.step.events import Started
from engine.runtime.step.facts import new_facts
from engine.runtime.step.step import Step
from engine.runtime.step.step_kinds import StepKind


def begin_by_itself(
    tx: Connection,
    context: Context,
    definition: Definition,
    start: Element,
    begun: Started,
    origin_id: str | None = None,
) -> Step:
    """The case runs from this start event on, for the unit that is drawn there. `origin_id` is the instance that told it.

    A role that nobody holds does not stop it: whoever is appointed finds the task. Raises Fault.
    """
    instance = unnumbered(definition, None, context.now, start.id) | {"origin_instance_id": origin_id}
    step = ActingStep(tx, context, definition, instance, new_facts(definition), restoring=False)

    def event(step: Step) -> None:
        step.say(definition.diagram.process.starter_fact, start.properties["unit"])
        for name, expression in start.properties.items():
            if name.startswith(FACT):
                step.say(name.removeprefix(FACT), _value(step, start, expression))
        insert_instance(step)
        step.record(replace(begun, number=step.instance["number"]))
        step.workflow.run(start.id)

    return take(step, StepKind.STARTED, event)


def _value(step: Step, start: Element, expression: str) -> object:
    try:
        return step.evaluate(expression)
    except ExpressionError as error:
        error.element_id = start.id
        raise

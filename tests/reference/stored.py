"""The engine as it really runs: every move is a step through the store, in a transaction of its own.

With `fresh_every` of the town every so many-th step is a fresh engine's, which restores what is stored; the others go on with
what the process has kept in memory. Clocks stand still: an event happens when the walk says so.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from engine.app import Engine
from engine.bpmn.spiff.workflow import Workflow, WorkflowFault
from engine.db.tables import audit_entry, process_instance, task
from engine.deployments import definitions
from engine.runtime.advance.advance import advance
from engine.runtime.step import sealing
from engine.runtime.step.events import Threw, Thrown, events_of
from engine.runtime.step.faults import Fault
from engine.runtime.step.step import Step
from tests.processes import one_task
from tests.processes.town import Town
from tests.reference.generator import Drawn
from tests.reference.net import Asked, Different, Move, Seen, act, seen_of


def deploy(town: Town, folder: Path, drawn: Drawn) -> None:
    """The drawing is in force, and the procedure that it calls."""
    (folder / "forms" / drawn.key).mkdir(parents=True, exist_ok=True)
    for form_id, components in drawn.forms.items():
        content = json.dumps({"type": "default", "id": form_id, "components": components})
        (folder / "forms" / drawn.key / f"{form_id}.form").write_text(content)
    (folder / f"{drawn.key}.bpmn").write_text(drawn.text, encoding="utf-8")
    for file in (one_task.write(folder), folder / f"{drawn.key}.bpmn"):
        town.act(lambda engine, file=file: engine.procedures_in_force.deploy(file, "test"))  # type: ignore[misc]


class Stored:
    """The drawing is deployed and started, and each move is one step of its instance."""

    name = "stored"

    def __init__(self, town: Town, folder: Path, drawn: Drawn) -> None:
        self.town, self.key, self.id = town, drawn.key, ""
        deploy(town, folder, drawn)

    def begin(self, facts: Mapping[str, int]) -> None:
        answers = {"subject": ["走"], **{name: [str(value)] for name, value in facts.items()}}
        officer = self.town.person(one_task.BY)
        number = self.town.act(lambda engine: engine.instances.start(officer, self.key, answers))
        own = select(process_instance.c.id).where(process_instance.c.number == number)
        self.id = self.town.read(lambda tx: tx.scalars(own).one())

    def move(self, move: Move, facts: Mapping[str, int]) -> None:
        def event(step: Step) -> None:
            for name, value in facts.items():
                step.say(name, value)
            act(step.workflow, move)

        def take(engine: Engine) -> None:
            context = engine.transactions.context
            engine.database.run(lambda tx: advance(tx, context(tx), self.id, "walked", event))

        try:
            self.town.act(take)
        except Fault as fault:
            raise WorkflowFault(fault.message) from fault

    def seen(self) -> Seen:
        """What a process that is restored says; the tasks in the database have to be the same."""
        seen, open_tasks = self.town.read(self._look)
        if seen.open != open_tasks:
            raise Different(f"tasks in the database: {open_tasks} instead of {seen.open}")
        return seen

    def _look(self, tx: Connection) -> tuple[Seen, Counter[str]]:
        row: Row[Any] = tx.execute(select(process_instance).where(process_instance.c.id == self.id)).one()
        contents = tx.scalars(select(audit_entry.c.content).where(audit_entry.c.instance_id == self.id)).all()
        passed = Counter(element for content in contents for element in content.get("passed", ()))
        own = select(task.c.element_id).where(task.c.instance_id == self.id, task.c.status == "open")
        specification = definitions.load(tx, row.definition_id).specification
        workflow = Workflow(specification, Asked(), sealing.state_of(tx, row._mapping))
        if workflow.completed != (row.status == "ended"):
            raise Different(f"the instance is {row.status}")
        return seen_of(workflow, passed, _thrown(contents)), Counter(tx.scalars(own))


def _thrown(contents: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, str, bool | None]]:
    """What the record says: of an error or escalation whether it was caught, of a message or signal only that it was thrown."""
    events = [event for content in contents for event in events_of(content)]
    return Counter(
        (one.kind, one.code, one.caught) if isinstance(one, Thrown) else (one.kind, one.name, None)
        for one in events
        if isinstance(one, Thrown | Threw)
    )


def through(town: Town, folder: Path) -> Callable[[Drawn], list[Stored]]:
    """The sides of a walk through the store of this town."""
    return lambda drawn: [Stored(town, folder, drawn)]

"""What somebody would have instead of Lianban's step: SpiffWorkflow with its own serializer, and one row in the same database.

Nothing of the office is in it: no person, no right, no period, no paper, no record, no notice, no list. The diagram is the
one that Lianban runs, so what it has to move is the same; a step is the row read, moved, written back and committed. `Bare`
is less still: the process stays in memory and is moved, nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.task_spec import BpmnTaskSpecConverter, ParallelGatewayConverter
from SpiffWorkflow.bpmn.serializer.helpers.spec import EventDefinitionConverter
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import create_engine, event, text

from engine.bpmn.reading.expressions import evaluate
from engine.bpmn.reading.read import read_diagram
from engine.bpmn.spiff.host import Places
from engine.deployments import definitions
from engine.deployments.definitions import Definition
from tests.before import parse
from tests.before.parse import Call, Clock, HostEvent, Operation, Parallel, Specification
from tests.before.workflow import Workflow
from tests.processes.town import Town

Facts = dict[str, Any]


class _EventConverter(EventDefinitionConverter):  # type: ignore[misc]
    def to_dict(self, event_definition: HostEvent) -> dict[str, Any]:
        return {**super().to_dict(event_definition), "repeating": event_definition.repeating}


class _SpecConverter(BpmnTaskSpecConverter):  # type: ignore[misc]
    def from_dict(self, dct: dict[str, Any]) -> Any:
        return self.task_spec_from_dict(dct)


_CONFIG = {
    **DEFAULT_CONFIG,
    HostEvent: _EventConverter,
    **dict.fromkeys((Operation, Clock, Call), _SpecConverter),
    Parallel: ParallelGatewayConverter,
}


def in_the_library(town: Town, definition: Definition) -> Specification:
    """The version as SpiffWorkflow's own parser and classes have it."""
    root = read_diagram(town.read(lambda tx: definitions.diagram_bytes(tx, definition.id)))
    return parse.restore_specification(parse.specify(root, definition.key))


class _Nothing:
    """What a service task does here."""

    def operate(self, element_id: str, place: Places = ()) -> None: ...

    def call(self, element_id: str, task_id: str, place: Places = ()) -> None: ...


class Stock:
    def __init__(self, url: str, specification: Specification) -> None:
        self.engine = create_engine(url)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _as_lianban_does)
        self._specification = specification
        self._script_engine = PythonScriptEngine(TaskDataEnvironment())
        self._script_engine.host = _Nothing()
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(_CONFIG))
        with self.engine.begin() as tx:
            tx.exec_driver_sql("CREATE TABLE IF NOT EXISTS stock (id VARCHAR(32) PRIMARY KEY, state TEXT NOT NULL)")
        self._read = text("SELECT state FROM stock WHERE id = :id")
        self._add = text("INSERT INTO stock (id, state) VALUES (:id, :state)")
        self._write = text("UPDATE stock SET state = :state WHERE id = :id")

    def begin(self, facts: Facts) -> str:
        """A process runs up to its first task; `facts` are there from the beginning. Returns the id of its row."""
        workflow = BpmnWorkflow(self._specification, {}, script_engine=self._script_engine)
        workflow.task_tree.data.update(facts)
        workflow.do_engine_steps()
        instance_id = uuid4().hex
        with self.engine.begin() as tx:
            tx.execute(self._add, {"id": instance_id, "state": self._serializer.serialize_json(workflow)})
        return instance_id

    def complete(self, instance_id: str, element: str, answers: Facts) -> None:
        """The open task of that element is done, and everything automatic behind it."""
        with self.engine.begin() as tx:
            workflow = self._serializer.deserialize_json(tx.scalar(self._read, {"id": instance_id}))
            workflow.script_engine = self._script_engine
            (task,) = (task for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.bpmn_id == element)
            task.data.update(answers)
            task.run()
            workflow.do_engine_steps()
            tx.execute(self._write, {"id": instance_id, "state": self._serializer.serialize_json(workflow)})

    def close(self) -> None:
        self.engine.dispose()


def _as_lianban_does(connection: Any, _record: Any) -> None:
    """A commit is on the disk, as it is for Lianban."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


class Bare:
    """The process in memory, with the library's own classes: what it has to move at the least."""

    def __init__(self, specification: Specification, facts: Facts) -> None:
        self._facts = dict(facts)
        self._workflow = Workflow(specification, self)
        self._workflow.run()

    def complete(self, element: str, answers: Facts) -> None:
        self._facts.update(answers)
        (task,) = (task for task in self._workflow.user_tasks() if task.element_id == element)
        self._workflow.complete(task.id)

    def evaluate(self, expression: str, names: Mapping[str, object] | None = None, *, place: Places = ()) -> object:
        value: object = evaluate(expression, self._facts, {})
        return value

    def operate(self, element_id: str, place: Places = ()) -> None: ...

    def call(self, element_id: str, task_id: str, place: Places = ()) -> None: ...

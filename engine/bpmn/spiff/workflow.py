"""A running process: the only place that builds, restores or moves a SpiffWorkflow object.

`Workflow` knows nothing of people, days or tables. It asks its host for the value of an expression and for the work of a
service task, and otherwise tells what is open: user tasks, armed timers, armed buttons, clocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.bpmn.specs.defaults import UserTask
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.spiff import state
from engine.bpmn.spiff.parse import Call, Clock, HostEvent, Specification, new_workflow
from engine.errors import AlreadyDone, ExpressionError, LianbanError
from engine.messages import Text
from engine.messages import gettext as _

STEP_BUDGET = 500
"""Automatic steps in one go; a loop without anything to wait for stops here."""
DEPTH_LIMIT = 900
"""SpiffWorkflow silently loses tasks deeper than 1,000 steps from the start."""

_LIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED


class WorkflowFault(Exception):
    """The diagram cannot go on by itself: an incident of this instance alone."""

    def __init__(
        self,
        sentence: Text,
        element_id: str | None = None,
        names: frozenset[str] = frozenset(),
        undecided: bool = False,
    ) -> None:
        """`names` are the facts on which it hangs, when it hangs on any; `undecided`: a gateway that leads nowhere."""
        super().__init__(sentence)
        self.sentence, self.element_id, self.names, self.undecided = sentence, element_id, names, undecided

    @property
    def message(self) -> str:
        """What is said, in the language that is spoken here."""
        return str(self.sentence)


class Host(Protocol):
    """What a running process asks of those who run it."""

    def evaluate(self, expression: str) -> object:
        """The value of an expression of the diagram over the instance's facts."""

    def operate(self, element_id: str) -> None:
        """The service task with this element id has been reached; its work is done when this returns."""

    def call(self, element_id: str, task_id: str) -> None:
        """The call activity has been reached; `close_call` with the task's id goes on behind it."""


@dataclass(frozen=True)
class Open:
    """Something that waits in the workflow: `id` is stable until it ends."""

    id: str
    element_id: str


class _Environment(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """Reached by SpiffWorkflow directly in some places, so the language is guarded here as well."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> object:
        return self.host.evaluate(expression)

    def execute(self, script: str, context: Any, external_context: Any = None) -> bool:
        raise WorkflowFault(_("A script in a diagram does not run."))

    def call_service(self, context: Any, **kwargs: Any) -> object:
        raise WorkflowFault(_("A service outside is not called from a diagram."))


class _ScriptEngine(PythonScriptEngine):  # type: ignore[misc]
    def __init__(self, host: Host) -> None:
        super().__init__(_Environment(host))
        self.host = host

    def evaluate(self, task: Task, expression: str, external_context: Any = None) -> object:
        try:
            return self.host.evaluate(expression)
        except ExpressionError as error:
            error.element_id = error.element_id or task.task_spec.bpmn_id
            raise

    def validate(self, expression: str) -> None:
        """Expressions are compiled at deployment, by the gate."""


class Workflow:
    def __init__(self, specification: Specification, host: Host, stored: bytes | None = None) -> None:
        """A new process that has not taken its first step, or one restored from its stored state."""
        self._specification, self._host = specification, host
        try:
            self._spiff = new_workflow(specification, _ScriptEngine(host), restoring=stored is not None)
        except RecursionError:
            raise WorkflowFault(_("The diagram is too long to be run. Split it into several procedures.")) from None
        if stored is not None:
            state.into_workflow(stored, self._spiff)
        self._budget = STEP_BUDGET
        self.passed: list[str] = []
        """Elements completed since this object was made, in order."""

    # --- what is open ---

    @property
    def completed(self) -> bool:
        return bool(self._spiff.completed)

    def user_tasks(self) -> list[Open]:
        return [
            Open(task.id.hex, task.task_spec.bpmn_id)
            for task in self._tasks(TaskState.READY)
            if isinstance(task.task_spec, UserTask)
        ]

    def armed_events(self) -> list[Open]:
        """Timers and buttons that wait to be fired."""
        return [Open(task.id.hex, task.task_spec.bpmn_id) for task in self._tasks(TaskState.WAITING) if _is_event(task)]

    def live_elements(self) -> set[str]:
        """Every element that is being worked on or waited for."""
        return {task.task_spec.bpmn_id for task in self._tasks(_LIVE) if task.task_spec.bpmn_id}

    def flows_taken(self) -> list[tuple[str, str]]:
        """(source element, target element) of every passage that the tree still knows, in order."""
        taken = {}
        for task in self._spiff.tasks.values():
            entered = task.state & (_LIVE | TaskState.COMPLETED | TaskState.ERROR)
            if entered and task.task_spec.bpmn_id:
                before = task.parent
                while before is not None and not before.task_spec.bpmn_id:
                    before = before.parent
                if before is not None:
                    taken[before.task_spec.bpmn_id, task.task_spec.bpmn_id] = True
        return list(taken)

    # --- what moves it ---

    def run(self) -> None:
        """Every automatic step that can be taken has been taken. Raises WorkflowFault."""
        self._guarded(self._spiff.do_engine_steps, will_complete_task=self._spend, did_complete_task=self._note)
        self._check_rest()

    def complete(self, task_id: str) -> None:
        """The user task is done and everything automatic behind it too.

        Raises AlreadyDone when it is not open: SpiffWorkflow itself would run it in any state.
        """
        task = self._spiff.tasks.get(UUID(task_id))
        if task is None or task.state != TaskState.READY or not isinstance(task.task_spec, UserTask):
            raise AlreadyDone
        self._guarded(task.run)
        self._note(task)
        self.run()

    def fire(self, event_id: str) -> None:
        """The armed timer or button has happened, and everything automatic behind it. Raises AlreadyDone."""
        task = self._spiff.tasks.get(UUID(event_id))
        if task is None or task.state != TaskState.WAITING or not _is_event(task):
            raise AlreadyDone
        if task.task_spec.event_definition.repeating:
            self._note(task)
        self._guarded(task.task_spec.event_definition.fire, task)
        self.run()

    def close_clock(self, element_id: str) -> None:
        """The clock task is done; nothing happens when it is not open."""
        for task in self._tasks(TaskState.STARTED):
            if isinstance(task.task_spec, Clock) and task.task_spec.bpmn_id == element_id:
                self._guarded(task.complete)
                self._note(task)

    def end_task(self, element_id: str) -> None:
        """The element's open user task is over without having been done, and the way behind it goes on.

        Nothing happens when it is not open. It has not been passed: what hangs on its being done has not come about.
        """
        for task in self._tasks(TaskState.READY):
            if isinstance(task.task_spec, UserTask) and task.task_spec.bpmn_id == element_id:
                self._guarded(task.run)

    def open_calls(self) -> list[Open]:
        """Call activities whose called instance has not ended."""
        return [
            Open(task.id.hex, task.task_spec.bpmn_id)
            for task in self._tasks(TaskState.STARTED)
            if isinstance(task.task_spec, Call)
        ]

    def open_clocks(self) -> list[Open]:
        """Clock tasks whose period is not met."""
        return [
            Open(task.id.hex, task.task_spec.bpmn_id)
            for task in self._tasks(TaskState.STARTED)
            if isinstance(task.task_spec, Clock)
        ]

    def close_call(self, task_id: str) -> None:
        """The called instance has ended, and everything automatic behind the call. Raises AlreadyDone."""
        task = self._spiff.tasks.get(UUID(task_id))
        if task is None or task.state != TaskState.STARTED or not isinstance(task.task_spec, Call):
            raise AlreadyDone
        self._guarded(task.complete)
        self._note(task)
        self.run()

    # --- what goes back ---

    def ancestors(self, task_id: str) -> list[Open]:
        """Every element that the open user task came through, the nearest first. Raises AlreadyDone."""
        task = self._spiff.tasks.get(UUID(task_id))
        if task is None or task.state != TaskState.READY or not isinstance(task.task_spec, UserTask):
            raise AlreadyDone
        found, before = [], task.parent
        while before is not None:
            if before.task_spec.bpmn_id:
                found.append(Open(before.id.hex, before.task_spec.bpmn_id))
            before = before.parent
        return found

    def reopen(self, task_id: str, new_id: str) -> None:
        """The completed user task is open again, under a new id; whatever followed from it is gone.

        Only right for an ancestor of an open task with neither a fork nor a join in between: a join counts arrivals,
        and those of other branches would be lost. Whoever calls has made sure of it with `ancestors`.
        """
        self._guarded(self._spiff.reset_from_task_id, UUID(task_id))
        self.restore(state.begun_anew(state.to_bytes(self._spiff), task_id, new_id))

    def drop(self, task_id: str) -> None:
        """The open user task that a button opened is gone, with all that was armed on it; the button stays armed.

        Raises AlreadyDone.
        """
        branch = self._spiff.tasks.get(UUID(task_id))
        if branch is None or branch.state != TaskState.READY or not isinstance(branch.task_spec, UserTask):
            raise AlreadyDone
        while branch.parent is not None and not _is_event(branch.parent):
            branch = branch.parent
        self._guarded(branch.cancel)
        self.run()

    def restore(self, stored: bytes) -> None:
        """The process stands as it was stored; no object of what it was before is kept."""
        self._spiff = new_workflow(self._specification, _ScriptEngine(self._host), restoring=True)
        state.into_workflow(stored, self._spiff)

    def to_bytes(self) -> bytes:
        return state.to_bytes(self._spiff)

    # --- within ---

    def _tasks(self, states: int) -> list[Task]:
        return [task for task in self._spiff.tasks.values() if task.state & states]

    def _spend(self, task: Task) -> None:
        self._budget -= 1
        if self._budget < 0:
            sentence = _(
                "More than %(most)s automatic steps, and it has not stopped: the diagram may have a loop that "
                "turns by itself.",
                most=STEP_BUDGET,
            )
            raise WorkflowFault(sentence, task.task_spec.bpmn_id)

    def _note(self, task: Task) -> None:
        """An element that has been passed; a clock that has only begun to run has not."""
        if task.task_spec.bpmn_id and task.state != TaskState.STARTED:
            self.passed.append(task.task_spec.bpmn_id)

    def _guarded(self, move: Callable[..., Any], *arguments: Any, **named: Any) -> None:
        try:
            move(*arguments, **named)
        except (LianbanError, WorkflowFault):
            raise
        except SpiffWorkflowException as error:
            spec = getattr(error, "task_spec", None) or getattr(getattr(error, "task", None), "task_spec", None)
            sentence = _("The diagram cannot go on as it is drawn: %(error)s", error=str(error))
            raise WorkflowFault(sentence, getattr(spec, "bpmn_id", None), undecided=True) from error

    def _check_rest(self) -> None:
        for task in self._tasks(TaskState.ERROR):
            raise WorkflowFault(_("The diagram has stopped at an element that failed."), task.task_spec.bpmn_id)
        live = self._tasks(_LIVE)
        if any(task.depth > DEPTH_LIMIT for task in live):
            raise WorkflowFault(_("It has gone back and forth too often and cannot go on. Start another case."))
        if not self.completed and not live:
            raise WorkflowFault(_("The diagram has stopped without reaching an end event."))


def _is_event(task: Task) -> bool:
    return isinstance(getattr(task.task_spec, "event_definition", None), HostEvent)

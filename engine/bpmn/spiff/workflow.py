"""A running process: the only place that builds, restores or moves a SpiffWorkflow object.

`Workflow` knows nothing of people, days or tables. It asks its host for the value of an expression and for the work of a
service task, and otherwise tells what is open: user tasks, armed timers, armed buttons, clocks, each with where it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.reading.events import ERROR, ESCALATION
from engine.bpmn.spiff import state
from engine.bpmn.spiff.events import Armed, hear, throw
from engine.bpmn.spiff.host import Failure as Failure
from engine.bpmn.spiff.host import Host as Host
from engine.bpmn.spiff.host import OperationFailed as OperationFailed
from engine.bpmn.spiff.host import Place as Place
from engine.bpmn.spiff.host import Places as Places
from engine.bpmn.spiff.host import Thrown as Thrown
from engine.bpmn.spiff.host import WorkflowFault as WorkflowFault
from engine.bpmn.spiff.iterations import Many
from engine.bpmn.spiff.node import TRAIL, Node
from engine.bpmn.spiff.running import FAILED, Running
from engine.bpmn.spiff.specs import Specification
from engine.bpmn.spiff.tasks import Call, Clock, UserTask
from engine.errors import AlreadyDone, LianbanError
from engine.messages import gettext as _


@dataclass(frozen=True)
class Open:
    """Something that waits in the workflow: `id` is stable until it ends."""

    id: str
    element_id: str
    place: Places = ()
    """The scopes and iterations around it, the outermost first."""


class Workflow:
    def __init__(self, specification: Specification, host: Host, stored: bytes | None = None) -> None:
        """A new process that has not taken its first step, or one restored from its stored state."""
        self._running = Running(specification, host)
        if stored is not None:
            state.put_into(self._running, stored)

    def begin_step(self, host: Host) -> None:
        """A process that is kept in memory is moved for this host from now on, with nothing passed yet."""
        self._running.begin_step(host)

    def let_go(self) -> None:
        """It is kept in memory for a later step, without its host."""
        self._running.let_go()

    # --- what is open ---

    @property
    def completed(self) -> bool:
        return bool(self._running.tree.completed)

    @property
    def passed(self) -> list[str]:
        """Elements completed since this object was made, or this step begun, in order."""
        return self._running.passed

    @property
    def iterations_done(self) -> list[str]:
        """The ids of the iterations that came to their own end since then, in order."""
        return self._running.iterations_done

    @property
    def passed_at(self) -> list[tuple[str, Places]]:
        """The same, each with the scopes and iterations around it."""
        return self._running.passed_at

    @property
    def taken(self) -> list[str]:
        """Flows by which a token went on since then, in order."""
        return self._running.taken

    @property
    def thrown(self) -> list[Thrown]:
        """What was thrown since then, in order, caught or not."""
        return self._running.thrown

    @property
    def failed(self) -> Failure | None:
        """The error with which the process has ended; None when it has not, or in another way."""
        found = self._running.tree.task_tree.internal_data.get(FAILED)
        return Failure(*found) if found else None

    def user_tasks(self) -> list[Open]:
        return self._open(UserTask)

    def armed_events(self) -> list[Open]:
        """Whatever waits to be fired: timers, buttons, messages and signals, conditions, errors and escalations.

        For what each waits the diagram says (`events` of its element). Conditions fire by themselves, errors and escalations when
        they are thrown: a host fires timers and buttons, and what other instances or the world outside tell (`hear`).
        """
        return self._open(Armed)

    def open_calls(self) -> list[Open]:
        """Call activities whose called instance has not ended."""
        return self._open(Call)

    def open_clocks(self) -> list[Open]:
        """Clock tasks whose period is not met."""
        return self._open(Clock)

    def open_places(self) -> list[Place]:
        """Every scope and iteration that has begun and not ended, the outer ones before what is in them."""
        places_around = (self._running.place(task) for task in self._running.tasks)
        return list({place.id: place for around in places_around for place in around}.values())

    def activities(self) -> list[Open]:
        """Multi-instance activities that have begun and not ended: to each an iteration may be added."""
        return self._open(Many)

    def iterations(self) -> list[Open]:
        """The open iterations of multi-instance activities; each stands last in its own place."""
        several = (task for task in self._running.tasks if isinstance(task.task_spec, Many))
        found = (one for task in several for one in task.task_spec.iterations(task))
        return [Open(one.id.hex, one.task_spec.bpmn_id, self._running.place(one)) for one in found]

    def live(self) -> list[Open]:
        """Everything that is worked on or waited for, each with the scopes and iterations around it."""
        tasks = self._running.tasks
        return [Open(task.id.hex, task.task_spec.bpmn_id, self._running.place_of(task)) for task in tasks]

    def live_places(self) -> list[Places]:
        """The scopes and iterations around everything that is worked on or waited for, and these themselves with their own."""
        return [self._running.place(task) for task in self._running.tasks]

    def live_elements(self) -> set[str]:
        """Every element that is being worked on or waited for."""
        return {task.task_spec.bpmn_id for task in self._running.tasks}

    # --- what moves it ---

    def run(self, start: str | None = None) -> None:
        """Every automatic step that can be taken has been taken. Raises WorkflowFault.

        A process that has not begun begins, at this start event or else at the one without a trigger.
        """
        self._guarded(self._running.settle, start)

    def complete(self, task_id: str) -> None:
        """The user task is done and everything automatic behind it too.

        Raises AlreadyDone when it is not open: SpiffWorkflow itself would run it in any state.
        """
        self._guarded(self._find(task_id, UserTask).run)
        self.run()

    def fire(self, event_id: str) -> None:
        """The armed timer or button has happened, and everything automatic behind it. Raises AlreadyDone."""
        task = self._find(event_id, Armed)
        self._guarded(task.task_spec.fire, task)
        self.run()

    def close_clock(self, element_id: str, is_meant: Callable[[Open], bool] = lambda _: True) -> None:
        """The clock task is done; nothing happens when it is not open."""
        for clock in self.open_clocks():
            if clock.element_id == element_id and is_meant(clock) and self._is_open(clock.id):
                self._guarded(self._find(clock.id, Clock).complete)

    def end_task(self, element_id: str, is_meant: Callable[[Open], bool] = lambda _: True) -> None:
        """The element's open user task is over without having been done, and the way behind it goes on.

        Nothing happens when it is not open. It has not been passed: what hangs on its being done has not come about.
        """
        for open_task in self.user_tasks():
            if open_task.element_id == element_id and is_meant(open_task) and self._is_open(open_task.id):
                task = self._find(open_task.id, UserTask)
                self._guarded(task.task_spec.leave, task, False)

    def close_call(self, task_id: str) -> None:
        """The called instance has ended, and everything automatic behind the call. Raises AlreadyDone."""
        self._guarded(self._find(task_id, Call).complete)
        self.run()

    def fail_call(self, task_id: str, code: str) -> None:
        """The called instance has failed with this error, which is thrown from the call. Raises AlreadyDone."""
        self._guarded(throw, self._running, self._find(task_id, Call), ERROR, code)
        self.run()

    def escalate_call(self, task_id: str, code: str) -> None:
        """The called instance has thrown an escalation that nothing in it caught; it goes on from the call, which stays open.

        Raises AlreadyDone.
        """
        self._guarded(throw, self._running, self._find(task_id, Call), ESCALATION, code)
        self.run()

    def hear(self, kind: str, name: str) -> bool:
        """A message or signal of this name has come from outside. Returns whether anything here waited for it."""
        heard = hear(self._running, kind, name)
        for task in heard:
            if self._is_open(task.id.hex) and task.state == TaskState.WAITING:
                self._guarded(task.task_spec.fire, task)
        self.run()
        return bool(heard)

    def facts_said(self) -> None:
        """Facts have been said by something else than a task: conditions are looked at, with everything automatic behind them."""
        self.run()

    def add_iteration(self, activity_id: str, item: object) -> None:
        """One more is asked (加签): an iteration for this item begins, or waits for its turn in a sequence.

        `activity_id` is that of `activities`, the `run` of the place of its iterations. Raises AlreadyDone.
        """
        activity = self._find(activity_id, Many)
        self._guarded(activity.task_spec.add, activity, item)
        self.run()

    def drop_iteration(self, iteration_id: str) -> None:
        """One is no longer asked (减签), and counts no more; the activity is over when nobody is left. Raises AlreadyDone."""
        one = self._running.tree.tasks.get(UUID(iteration_id))
        if one is None or not one.task_spec.is_iteration or not isinstance(one.parent.task_spec, Many):
            raise AlreadyDone
        self._guarded(one.parent.task_spec.take_off, one.parent, one)
        self.run()

    def waiting_items(self, activity_id: str) -> list[object]:
        """The items of a sequence whose turn has not come; none of what is done side by side. Raises AlreadyDone."""
        activity = self._find(activity_id, Many)
        return list(activity.task_spec.waiting(activity))

    def strike_item(self, activity_id: str, item: object) -> None:
        """One whose turn has not come in a sequence is not asked (减签), and counts no more. Raises AlreadyDone."""
        activity = self._find(activity_id, Many)
        self._guarded(activity.task_spec.strike, activity, item)

    # --- what goes back ---

    def ancestors(self, task_id: str) -> list[Open]:
        """The elements that the open user task came through, the nearest first; only user tasks have an id there.

        They reach back to the start, or to the event whose branch this is. Raises AlreadyDone.
        """
        way = self._find(task_id, UserTask).internal_data.get(TRAIL, ())
        return [Open(identity, element_id) for identity, element_id in reversed(way)]

    def reopen(self, task_id: str, earlier_id: str, new_id: str) -> None:
        """Instead of the open user task an earlier one that it came through is open again, under a new id.

        Only right with neither a fork nor a join in between: a join counts arrivals, and those of other branches would be
        lost. Whoever calls has made sure of it with `ancestors`.
        """
        self._running.put_back(self._find(task_id, UserTask), earlier_id, new_id)

    def drop(self, task_id: str) -> None:
        """The open user task that a button opened is gone, with all that was armed on it; the button stays armed.

        Raises AlreadyDone.
        """
        task = self._find(task_id, UserTask)
        if task.task_spec.is_iteration:
            raise AlreadyDone  # a button opens no iteration
        self._running.unarm(task)
        self._running.remove(task)
        self.run()

    def take_back(self, stored: bytes, task_id: str, new_id: str) -> None:
        """The process stands as it was stored, with another id for one task."""
        state.begun_anew(self._running, stored, task_id, new_id)

    def to_bytes(self) -> bytes:
        return state.to_bytes(self._running)

    # --- within ---

    def _open(self, kind: type[Node]) -> list[Open]:
        return [
            Open(task.id.hex, task.task_spec.bpmn_id, self._running.place(task))
            for task in self._running.tasks
            if isinstance(task.task_spec, kind) and task.state == _WAITS[kind]
        ]

    def _find(self, task_id: str, kind: type[Node]) -> Task:
        task = self._running.tree.tasks.get(UUID(task_id))
        if task is None or not isinstance(task.task_spec, kind) or task.state != _WAITS[kind]:
            raise AlreadyDone
        return task

    def _is_open(self, task_id: str) -> bool:
        """Whether it is still there: what was done to another one may have ended it."""
        return UUID(task_id) in self._running.tree.tasks

    def _guarded(self, move: Callable[..., Any], *arguments: Any) -> None:
        try:
            move(*arguments)
        except (LianbanError, WorkflowFault):
            raise
        except SpiffWorkflowException as error:
            spec = getattr(error, "task_spec", None) or getattr(getattr(error, "task", None), "task_spec", None)
            sentence = _("The case cannot go on as drawn: %(error)s", error=str(error))
            raise WorkflowFault(sentence, getattr(spec, "bpmn_id", None), undecided=True) from error


_WAITS: dict[type[Node], int] = {
    UserTask: TaskState.READY,
    Armed: TaskState.WAITING,
    Call: TaskState.STARTED,
    Clock: TaskState.STARTED,
    Many: TaskState.STARTED,
}
"""The state in which a task of this class is open."""

"""What moves the tree of a running process: tokens go on, events are armed, and what is automatic is done in order.

A queue holds what goes by itself, first come, first served. When it is empty, scopes end in which no token is left, the process
itself last. Nothing is polled. Only the wall (`workflow`) uses this.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.reading.elements import Flow
from engine.bpmn.reading.events import ERROR
from engine.bpmn.spiff import places
from engine.bpmn.spiff.events import Armed, catcher, throw
from engine.bpmn.spiff.gateways import InclusiveGateway
from engine.bpmn.spiff.host import Host, OperationFailed, Places, Thrown, WorkflowFault
from engine.bpmn.spiff.node import CAME_BY, LAPSES_WITH, TRAIL, Node
from engine.bpmn.spiff.scopes import Process
from engine.bpmn.spiff.specs import Specification
from engine.errors import ExpressionError
from engine.messages import gettext as _

FAILED, WAS_TRUE = "failed", "was"
"""What a process remembers that has failed; and an event, whether its condition was true when it was last looked at."""
STEP_BUDGET = 500
"""How often one element of one scope may be passed by itself in one go; a loop without anything to wait for stops here."""
TRAIL_AT_MOST = 30
"""Elements of its way that a task remembers, so that a loop of any length stays as small as its first round."""
_ENTERED = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class _Nobody:
    """The host of a process that no step is moving."""

    def evaluate(self, expression: str, names: Mapping[str, object] | None = None, *, place: Places = ()) -> object:
        raise RuntimeError("No step is moving this process.")

    def operate(self, element_id: str, place: Places = ()) -> None:
        raise RuntimeError("No step is moving this process.")

    def call(self, element_id: str, task_id: str, place: Places = ()) -> None:
        raise RuntimeError("No step is moving this process.")


class Running:
    def __init__(self, specification: Specification, host: Host) -> None:
        """A process that has not taken its first step; the state of another one may be put in its place."""
        self.specification, self.host = specification, host
        self.tree = BpmnWorkflow(specification, {}, script_engine=self, deserializing=True)
        self.tree.task_tree = Task(self.tree, specification.start, state=TaskState.FUTURE)
        self.passed: list[str] = []
        """Elements completed, in order."""
        self.passed_at: list[tuple[str, Places]] = []
        """The same, each with where it stood."""
        self.iterations_done: list[str] = []
        """The ids of the iterations that came to their own end, in order."""
        self.taken: list[str] = []
        """Flows by which a token went on, in order."""
        self._queue: deque[Task] = deque()
        self._spent: dict[tuple[UUID, str], int] = {}
        self.thrown: list[Thrown] = []
        """What was thrown, in order."""
        self._facts_said = self._may_join = False
        """Whether it is to be looked which conditions have become true, and which inclusive joins may go on."""
        self._emptied: dict[UUID, Task] = {}
        """Scopes from which something is gone since it was looked whether they are over."""

    def begin_step(self, host: Host) -> None:
        """It is moved for this host from now on, with nothing passed yet."""
        self.host = host
        self._spent.clear()
        self.passed, self.passed_at, self.taken, self.iterations_done, self.thrown = [], [], [], [], []

    def let_go(self) -> None:
        """Nothing of the step that moved it is kept; it is moved again only after `begin_step`."""
        self.host = _Nobody()

    @property
    def tasks(self) -> list[Task]:
        """Everything alive but the process itself, the oldest first."""
        return [task for task in self.tree.tasks.values() if task.state & _ENTERED and task is not self.tree.task_tree]

    # --- what moves it ---

    def settle(self, start: str | None = None) -> None:
        """Everything automatic has been done; a process that had not begun has, at this start event if one is named."""
        root = self.tree.task_tree
        if root.state == TaskState.FUTURE:
            process: Process = self.specification.start
            process.begin_at(root, process.starts if start is None else [start])
        self._spent.clear()
        self.facts_said()
        self.may_join()
        while not self.tree.completed and self._one_step():
            pass
        self._queue.clear()

    def _one_step(self) -> bool:
        """Whether something has moved by itself."""
        if self._facts_said and self._one_becomes_true():
            return True
        if self._queue:
            self._go(self._queue.popleft())
            return True
        return self._end_a_scope() or (self._may_join and self._one_joins())

    def _go(self, task: Task) -> None:
        if task.id in self.tree.tasks and task.state == TaskState.READY:
            self.spend(task)
            self.may_join()
            try:
                task.run()
            except OperationFailed as failed:
                if failed.cause is not None and catcher(task, ERROR, failed.code) is None:
                    raise failed.cause from failed
                throw(self, task, ERROR, failed.code)

    def _one_becomes_true(self) -> bool:
        """Whether an event has happened because its condition has become true; one that comes again waits until it was false."""
        for task in self._waiting_at(Armed):
            if task.task_spec.conditions:
                now = any(self.holds(task, condition) for condition in task.task_spec.conditions)
                if now != task.internal_data.get(WAS_TRUE, False):
                    task.internal_data[WAS_TRUE] = now
                    if now:
                        self.fire(task)
                        return True
        self._facts_said = False
        return False

    def _one_joins(self) -> bool:
        """Whether an inclusive join has gone on."""
        for task in self._waiting_at(InclusiveGateway):
            if task.task_spec.may_go(task):
                task._ready()
                return True
        self._may_join = False
        return False

    def _waiting_at(self, kind: type[Node]) -> list[Task]:
        """What waits there, the oldest first."""
        waiting = (task for task in self.tree.tasks.values() if task.state == TaskState.WAITING)
        return [task for task in waiting if isinstance(task.task_spec, kind)]

    def _end_a_scope(self) -> bool:
        """Whether a scope was over in which no token is left: of several the one that was begun first."""
        if not self._emptied:
            return False
        emptied, self._emptied = self._emptied, {}
        if len(emptied) > 1:
            emptied = {key: task for key, task in self.tree.tasks.items() if key in emptied}
        over = [task for task in emptied.values() if task.id in self.tree.tasks and _is_over(task)]
        if not over:
            return False
        self._emptied = {task.id: task for task in over[1:]}
        self.spend(over[0])
        self.may_join()
        over[0].complete()
        return True

    # --- what the words ask for ---

    def holds(self, task: Task, condition: str, names: Mapping[str, object] | None = None) -> bool:
        """Whether the condition is true. Raises ExpressionError that names the element."""
        return bool(self.value(task, condition, names))

    def value(self, task: Task, expression: str, names: Mapping[str, object] | None = None) -> object:
        """What the expression gives where this task stands. Raises ExpressionError that names the element."""
        try:
            if self.specification.is_flat:
                return self.host.evaluate(expression)
            known = {**places.names(task), **(names or {})}
            return self.host.evaluate(expression, known, place=self.place(task))
        except ExpressionError as error:
            error.element_id = error.element_id or task.task_spec.bpmn_id
            raise

    def place(self, task: Task) -> Places:
        """The scopes and iterations around the task, the outermost first."""
        return () if self.specification.is_flat else places.place(task)

    def place_of(self, task: Task) -> Places:
        """Where its element stands: an iteration in itself, a sub-process outside of itself."""
        around = self.place(task)
        is_itself = bool(around) and around[-1].id == task.id.hex
        return around[:-1] if is_itself and not task.task_spec.is_iteration else around

    def operate(self, task: Task) -> None:
        """The work of the service task is done, and may have said facts. Raises OperationFailed."""
        self.host.operate(task.task_spec.bpmn_id, self.place(task))
        self.facts_said()

    def facts_said(self) -> None:
        """Conditions are looked at before the next automatic step."""
        self._facts_said = self.specification.has_conditions

    def may_join(self) -> None:
        """Inclusive joins are looked at when nothing else can move."""
        self._may_join = self.specification.has_inclusive

    def fire(self, task: Task) -> None:
        """The armed event happens within a step. Raises WorkflowFault when that seems to have no end."""
        self.spend(task)
        task.task_spec.fire(task)

    def fail(self, name: str, element_id: str) -> None:
        """The process has ended with an error that nothing caught."""
        root = self.tree.task_tree
        root.internal_data[FAILED] = [name, element_id]
        self._cut_below(root)
        root.complete()

    def calls_begin(self, task: Task) -> None:
        """What the call activity calls will begin."""
        self.host.call(task.task_spec.bpmn_id, task.id.hex, self.place(task))

    def soon(self, task: Task) -> None:
        """It goes on by itself after all that was there before."""
        self._queue.append(task)

    def may_be_over(self, scope: Task) -> None:
        """When nothing goes by itself any more it is looked whether a token is left in this scope."""
        self._emptied[scope.id] = scope

    def enter(
        self, parent: Task, name: str, came_by: Flow | None = None, memory: Mapping[str, object] | None = None
    ) -> None:
        """A token has come to this element. `memory` is what it remembers from before."""
        spec: Node = self.specification.task_specs[name]
        task = parent._add_child(spec, TaskState.FUTURE)
        if memory:
            task.internal_data.update(memory)
        if came_by is not None:
            self.taken.append(came_by.id)
            if spec.counts_arrivals and len(spec.element.incoming) > 1:
                task.internal_data[CAME_BY] = came_by.id
        spec._update(task)

    def pass_on(self, task: Task, flows: list[Flow], told: bool = True) -> None:
        """The token has passed its element and hangs, as what it becomes, where it hung. `told`: that it was passed."""
        if told:
            self.note_passed(task)
        memory = self.memory_behind(task)
        parent = task.parent
        self.remove(task)
        for flow in flows:
            self.enter(parent, flow.target, flow, memory)

    def note_passed(self, task: Task) -> None:
        """Its element has been passed."""
        self.passed.append(task.task_spec.bpmn_id)
        self.passed_at.append((task.task_spec.bpmn_id, self.place_of(task)))

    def is_done(self, one: Task) -> None:
        """The iteration has come to its own end and is gone."""
        self.passed_at.append((one.task_spec.bpmn_id, self.place_of(one)))
        self.iterations_done.append(one.id.hex)
        self.remove(one)
        self.facts_said()  # what was answered in it may be collected into a list

    def unarm(self, task: Task) -> None:
        """The activity is over: its events are armed no more, and what lapses with it is gone."""
        self._cut_below(task)
        self.lapse(task)

    def lapse(self, host: Task) -> None:
        """What an event of this activity has begun is gone with it, where the diagram says so."""
        for task in list(self.tree.tasks.values()):
            if task.internal_data.get(LAPSES_WITH) == host.id.hex and task.id in self.tree.tasks:
                self.lapse(task)
                self.remove(task)

    def move(self, task: Task, parent: Task) -> Task:
        """The task hangs below another one."""
        task.parent._children.remove(task.id)
        task.parent = parent
        parent._children.append(task.id)
        return task

    def remove(self, task: Task) -> None:
        """The task and what hangs below it are gone. The library's own way of it is recursive."""
        self._cut_below(task)
        parent = task.parent
        parent._children.remove(task.id)
        del self.tree.tasks[task.id]
        if parent.task_spec.is_scope:
            self.may_be_over(parent)

    def put_back(self, task: Task, to: str, new_id: str) -> None:
        """Instead of the open task the earlier one on its way with the id `to` is open again, under a new id."""
        parent, memory = task.parent, dict(task.internal_data)
        way = memory.get(TRAIL, [])
        place = max(index for index, (identity, _element) in enumerate(way) if identity == to)
        self.lapse(task)
        self.remove(task)
        spec: Node = self.specification.task_specs[way[place][1]]
        opened = Task(self.tree, spec, parent, TaskState.FUTURE, UUID(new_id))
        opened.internal_data.update(memory | {TRAIL: way[:place]})
        spec._update(opened)

    # --- within ---

    def spend(self, task: Task) -> None:
        """Its element has been passed once more by itself. Raises WorkflowFault when that seems to have no end."""
        key = (task._parent, task.task_spec.name)
        self._spent[key] = spent = self._spent.get(key, 0) + 1
        if spent > STEP_BUDGET:
            sentence = _(
                "After more than %(most)s automatic steps the case has not stopped. The diagram may have a loop that "
                "runs without end.",
                most=STEP_BUDGET,
            )
            raise WorkflowFault(sentence, task.task_spec.bpmn_id)

    def _cut_below(self, task: Task) -> None:
        """What hangs below it is gone."""
        below = list(task._children)
        task._children.clear()
        while below:
            gone = self.tree.tasks.pop(below.pop())
            below += gone._children

    def memory_behind(self, task: Task) -> dict[str, object]:
        """What follows this task remembers of it."""
        memory: dict[str, object] = {TRAIL: self._trail_behind(task)}
        if (host := task.internal_data.get(LAPSES_WITH)) is not None:
            memory[LAPSES_WITH] = host
        return memory

    def _trail_behind(self, task: Task) -> list[list[str]]:
        """The way behind this task: the elements that were passed, the oldest first, a user task with its id.

        It begins at the start or with the event whose branch this is; of a long way the beginning and the latest part are kept.
        """
        here = [task.id.hex if task.task_spec.by_hand else "", task.task_spec.bpmn_id]
        if task.task_spec.element.attached_to is not None:
            return [here]
        way = [*task.internal_data.get(TRAIL, ()), here]
        return way if len(way) <= TRAIL_AT_MOST else [way[0], *way[1 - TRAIL_AT_MOST :]]


def _is_over(scope: Task) -> bool:
    return scope.state == TaskState.STARTED and not any(child.task_spec.keeps_open for child in scope.children)

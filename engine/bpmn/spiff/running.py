"""What moves the tree of a running process: tokens go on, events are armed, and what is automatic is done in order.

A queue holds what goes by itself, first come, first served; when it is empty and no token is left, the process has ended.
Nothing is polled. Only the wall (`workflow`) uses this.
"""

from __future__ import annotations

from collections import deque
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.reading.elements import Flow
from engine.bpmn.spiff.host import Host, WorkflowFault
from engine.bpmn.spiff.specs import CAME_BY, LAPSES_WITH, TRAIL, Node, ParallelGateway, Specification
from engine.errors import ExpressionError
from engine.messages import gettext as _

STEP_BUDGET = 500
"""Automatic steps in one go; a loop without anything to wait for stops here."""
TRAIL_AT_MOST = 30
"""Elements of its way that a task remembers, so that a loop of any length stays as small as its first round."""
_ENTERED = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class _Nobody:
    """The host of a process that no step is moving."""

    def evaluate(self, expression: str) -> object:
        raise RuntimeError("No step is moving this process.")

    def operate(self, element_id: str) -> None:
        raise RuntimeError("No step is moving this process.")

    def call(self, element_id: str, task_id: str) -> None:
        raise RuntimeError("No step is moving this process.")


class Running:
    def __init__(self, specification: Specification, host: Host) -> None:
        """A process that has not taken its first step; the state of another one may be put in its place."""
        self.specification, self.host = specification, host
        self.tree = BpmnWorkflow(specification, {}, script_engine=self, deserializing=True)
        self.tree.task_tree = Task(self.tree, specification.start, state=TaskState.FUTURE)
        self.passed: list[str] = []
        """Elements completed, in order."""
        self.taken: list[str] = []
        """Flows by which a token went on, in order."""
        self._queue: deque[Task] = deque()
        self._budget = STEP_BUDGET

    def begin_step(self, host: Host) -> None:
        """It is moved for this host from now on, with nothing passed yet."""
        self.host, self._budget = host, STEP_BUDGET
        self.passed, self.taken = [], []

    def let_go(self) -> None:
        """Nothing of the step that moved it is kept; it is moved again only after `begin_step`."""
        self.host = _Nobody()

    @property
    def tasks(self) -> list[Task]:
        """Everything alive but the process itself, the oldest first."""
        return [task for task in self.tree.tasks.values() if task.state & _ENTERED and task is not self.tree.task_tree]

    # --- what moves it ---

    def settle(self) -> None:
        """Everything automatic has been done; a process that had not begun has."""
        root = self.tree.task_tree
        if root.state == TaskState.FUTURE:
            root._set_state(TaskState.STARTED)
            for start in self.specification.start.starts:
                self.enter(root, start)
        while self._queue and not self.tree.completed:
            task = self._queue.popleft()
            if task.id in self.tree.tasks and task.state == TaskState.READY:
                self._spend(task)
                task.run()
        self._queue.clear()
        if not self.tree.completed and not root._children:
            root.complete()

    def end(self) -> None:
        """The process has ended, and nothing in it goes on."""
        root = self.tree.task_tree
        self._cut_below(root)
        root.complete()

    # --- what the words ask for ---

    def holds(self, task: Task, condition: str) -> bool:
        """Whether the condition is true. Raises ExpressionError that names the element."""
        try:
            return bool(self.host.evaluate(condition))
        except ExpressionError as error:
            error.element_id = error.element_id or task.task_spec.bpmn_id
            raise

    def calls_begin(self, task: Task) -> None:
        """What the call activity calls will begin."""
        self.host.call(task.task_spec.bpmn_id, task.id.hex)

    def soon(self, task: Task) -> None:
        """It goes on by itself after all that was there before."""
        self._queue.append(task)

    def enter(self, parent: Task, name: str, came_by: Flow | None = None, **memory: object) -> None:
        """A token has come to this element. `memory` is what it remembers from before."""
        spec: Node = self.specification.task_specs[name]
        task = parent._add_child(spec, TaskState.FUTURE)
        task.internal_data.update({key: value for key, value in memory.items() if value is not None})
        if came_by is not None:
            self.taken.append(came_by.id)
            if isinstance(spec, ParallelGateway) and len(spec.element.incoming) > 1:
                task.internal_data[CAME_BY] = came_by.id
        spec._update(task)

    def pass_on(self, task: Task, flows: list[Flow], told: bool = True) -> None:
        """The token has passed its element and hangs, as what it becomes, where it hung. `told`: that it was passed."""
        if told:
            self.passed.append(task.task_spec.bpmn_id)
        memory = {LAPSES_WITH: task.internal_data.get(LAPSES_WITH), TRAIL: self._trail_behind(task)}
        parent = task.parent
        self.remove(task)
        for flow in flows:
            self.enter(parent, flow.target, flow, **memory)

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
        task.parent._children.remove(task.id)
        task.parent = parent
        parent._children.append(task.id)
        return task

    def remove(self, task: Task) -> None:
        """The task and what hangs below it are gone. The library's own way of it is recursive."""
        self._cut_below(task)
        task.parent._children.remove(task.id)
        del self.tree.tasks[task.id]

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

    def _spend(self, task: Task) -> None:
        self._budget -= 1
        if self._budget < 0:
            sentence = _(
                "More than %(most)s automatic steps, and it has not stopped: the diagram may have a loop that "
                "turns by itself.",
                most=STEP_BUDGET,
            )
            raise WorkflowFault(sentence, task.task_spec.bpmn_id)

    def _cut_below(self, task: Task) -> None:
        """What hangs below it is gone; nothing hangs deeper than an event below its activity."""
        for child in task.children:
            for armed in child._children:
                del self.tree.tasks[armed]
            del self.tree.tasks[child.id]
        task._children.clear()

    def _trail_behind(self, task: Task) -> list[list[str]]:
        """The way behind this task: the elements that were passed, the oldest first, a user task with its id.

        It begins at the start or with the event whose branch this is; of a long way the beginning and the latest part are kept.
        """
        here = [task.id.hex if task.task_spec.by_hand else "", task.task_spec.bpmn_id]
        if task.task_spec.element.attached_to is not None:
            return [here]
        way = [*task.internal_data.get(TRAIL, ()), here]
        return way if len(way) <= TRAIL_AT_MOST else [way[0], *way[1 - TRAIL_AT_MOST :]]

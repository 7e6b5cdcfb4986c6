"""Whether the walks would notice: one line of the engine is made wrong at a time, and random diagrams must tell.

A new word brings its own mutants.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WALKS = 4
"""Of each diagram."""
_RELOADED = ("engine.bpmn.spiff.", "tests.reference.net", "tests.reference.walks")


@dataclass(frozen=True)
class Mutant:
    """`right` stands in the module once, and `wrong` instead of it."""

    name: str
    module: str
    right: str
    wrong: str


MUTANTS = (
    Mutant("a gateway takes the last flow that is true", "gateways", "for flow in self.flows:", "for flow in self.flows[::-1]:"),
    Mutant("a gateway always takes its default flow", "gateways", "if flow.id != default and (", "if False and ("),
    Mutant("a join takes every token", "gateways",
           "            if tokens[0] is not task:\n                running(task).remove(tokens[0])",
           "            for one in tokens:\n                if one is not task:\n                    running(task).remove(one)"),
    Mutant("a join goes on with the first token", "gateways", "        if any(not waiting[flow]", "        if all(not waiting[flow]"),
    Mutant("a join leaves what it has taken", "gateways", "            if tokens[0] is not task:", "            if False:"),
    Mutant("events of an activity are not armed", "tasks", "        for event in self.borders:", "        for event in ():"),
    Mutant("events stay armed when their activity is done", "tasks", "        running(task).unarm(task)\n", ""),
    Mutant("a call is not waited for", "tasks", "        return super().begin(task)", "        return True"),
    Mutant("a clock is not waited for", "tasks", "        task._set_state(TaskState.STARTED)\n        return False", "        return True"),
    Mutant("an event in the middle of a flow does not wait", "events", "        return self._wait(my_task)", "        return True"),
    Mutant("a button can be pressed once", "events", "if stays else tree.move", "if False else tree.move"),
    Mutant("a timer comes again and again", "events", "if stays else tree.move", "if not self.element.interrupting else tree.move"),
    Mutant("an interrupting event leaves its activity open", "events", "            tree.remove(host)\n", ""),
    Mutant("an event beside its task interrupts it", "events", "        if self.element.interrupting:\n            tree.lapse", "        if True:\n            tree.lapse"),
    Mutant("what lapses lives on", "events", "host.id.hex if self.lapses else", "None if self.lapses else"),
    Mutant("what lives on lapses", "events", "host.id.hex if self.lapses else", "host.id.hex if True else"),
    Mutant("what follows in a lapsing branch lives on", "running", "            memory[LAPSES_WITH] = host\n", "            pass\n"),
    Mutant("a second generation lives on", "events", "else host.internal_data.get(LAPSES_WITH)", "else None"),
    Mutant("what lapses lives on when its task is interrupted", "events", "            tree.lapse(host)\n", ""),
    Mutant("an end ends everything", "running", "not any(child.task_spec.keeps_open for child", "not all(child.task_spec.keeps_open for child"),
    Mutant("a terminate end ends its path alone", "events", "note_passed(my_task)\n        my_task.parent.complete()\n", "note_passed(my_task)\n        running(my_task).remove(my_task)\n"),
    Mutant("a terminate end ends the whole process", "events", "note_passed(my_task)\n        my_task.parent.complete()\n", "note_passed(my_task)\n        my_task.workflow.task_tree.complete()\n"),
    Mutant("of two scopes that are over one is forgotten", "running", "        self._emptied = {task.id: task for task in over[1:]}\n", ""),
    Mutant("a sub-process ends when the process does", "running", "if parent.task_spec.is_scope:", "if isinstance(parent.task_spec, Process):"),
    Mutant("an empty way through a sub-process is not noticed", "scopes", "        tree.may_be_over(task)\n", ""),
    Mutant("a scope is begun at one of its starts", "scopes", "(*self.handlers, *starts)", "(*self.handlers, *starts[:1])"),
    Mutant("a join counts the tokens of other iterations", "gateways", " and other._parent == task._parent:", ":"),
    Mutant("a sequence begins all at once", "iterations", "items[:1] if many.sequential else items:", "items:"),
    Mutant("the completion condition is not asked", "iterations", "if many.until and running(task).holds(task, many.until, counted):", "if False:"),
    Mutant("an iteration that is done is not counted", "iterations", "        memory[DONE] += 1\n", ""),
    Mutant("the one that is done counts as active", "iterations", "len(self.iterations(task)),", "len(self.iterations(task)) + 1,"),
    Mutant("iterations forget their numbers", "iterations", "memory={INDEX: index, ITEM: item}", "memory={INDEX: 0, ITEM: item}"),
    Mutant("one more of a sequence begins at once", "iterations", "        if self._is_sequence:\n            task", "        if False:\n            task"),
    Mutant("one less still counts", "iterations", "(one)\n        memory[TOTAL] -= 1\n", "(one)\n"),
    Mutant("when the last one is taken off nothing goes on", "iterations", "            del memory[ITEMS][memory[DONE]]\n        self._go_on(task)\n", "            del memory[ITEMS][memory[DONE]]\n"),
    Mutant("a loop asks one time too few", "iterations", "done >= self._number(task, again.most)", "done + 1 >= self._number(task, again.most)"),
    Mutant("a loop that is tested before is not", "iterations", "if again.before and not", "if False and not"),
    Mutant("a loop never goes round", "iterations", "        if self._goes_on(task, done):", "        if False:"),
    Mutant("an event sub-process does not stop its scope", "events", "        if self.element.interrupting:\n            for child", "        if False:\n            for child"),
    Mutant("an event sub-process takes away what is attached to its scope", "events", "                if not is_attached:", "                if True:"),
    Mutant("an event that has just happened outlives an event sub-process", "events", " and child.state == TaskState.WAITING\n                if", "\n                if"),
    Mutant("an event sub-process that listens keeps its scope open", "events", "    keeps_open = False\n\n    def fire", "    def fire"),
    Mutant("an event sub-process does not listen", "scopes", "(*self.handlers, *starts)", "starts"),
    Mutant("a send task with a message throws nothing", "events", "            spread(tree, my_task, event.kind, event.name)\n        if my_task.id", "            pass\n        if my_task.id"),
    Mutant("R3 comes without end", "events", "    if element.times is None:", "    if True:"),
    Mutant("R3 comes twice", "events", "[TIMES] < element.times)", "[TIMES] + 1 < element.times)"),
    Mutant("the first event behind a gateway leaves the others", "events", "            tree.remove(gateway)\n", ""),
    Mutant("an error is not taken by an event sub-process", "events", "not came.task_spec.element.by_event:", "False:"),
    Mutant("what a handler throws its neighbours take", "events", "not came.task_spec.element.by_event:", "True:"),
    Mutant("an error is caught whatever its code", "events", "one.task_spec.catches(kind, name)]\n        fit.sort", "any(event.kind == kind for event in one.task_spec.element.events)]\n        fit.sort"),
    Mutant("what catches any error goes before what names it", "events", "        fit.sort(key=lambda one: all(event.name != name for event in one.task_spec.element.events))\n", ""),
    Mutant("the border goes before the event sub-process", "events", "fit.sort(key=lambda one: not isinstance", "fit.sort(key=lambda one: isinstance"),
    Mutant("an error that nothing catches is forgotten", "events", "        tree.fail(name, element_id)", "        pass"),
    Mutant("an operation that fails goes on", "running", "                throw(self, task, ERROR, failed.code)", "                task.complete()"),
    Mutant("a signal is heard by one", "events", "found[:1] if kind == MESSAGE else found", "found[:1]"),
    Mutant("a message is heard by all", "events", "found[:1] if kind == MESSAGE else found", "found"),
    Mutant("what is thrown is not heard in the same instance", "events", "    for other in heard:", "    for other in ():"),
    Mutant("whoever throws goes on though it is gone", "events", "            if my_task.id not in tree.tree.tasks:\n                return\n", ""),
    Mutant("of several only the first is thrown", "events", "for event in self.element.events:\n            if event.kind == TERMINATE", "for event in self.element.events[:1]:\n            if event.kind == TERMINATE"),
    Mutant("a condition that stays true happens again", "running", "                if now != task.internal_data.get(WAS_TRUE, False):", "                if True:"),
    Mutant("conditions are looked at when nothing else moves", "running", "self._facts_said and self._one", "self._facts_said and not self._queue and self._one"),
    Mutant("what an operation says is not looked at", "running", "self.place(task))\n        self.facts_said()\n", "self.place(task))\n"),
    Mutant("a condition that is armed is not looked at", "events", "        if self.conditions:\n", "        if False:\n"),
    Mutant("an inclusive join waits for nobody", "gateways", "if self._may_come(place, empty) and not", "if False and not"),
    Mutant("an inclusive join waits too long", "gateways", " and not self._may_come(place, full):", ":"),
    Mutant("an inclusive join forgets events on borders", "gateways", "            left += [element.attached_to] if element.attached_to else []\n", ""),
    Mutant("a default flow is always taken", "node", "        return true or self._default_way()", "        return true + [flow for flow in self.flows if flow.id == default]"),
    Mutant("a condition on a flow out of a task is not asked", "node", "flow.condition is None or running(task).holds(task, flow.condition)]", "True]"),
    Mutant("an event on the border of an activity keeps it open", "events", "    keeps_open = False  # its activity does\n", ""),
    Mutant("only one flow out of a fork is taken", "running", "        for flow in flows:", "        for flow in flows[:1]:"),
    Mutant("a task that is over undone counts as passed", "running", "        if told:", "        if True:"),
    Mutant("a restore forgets what a task remembers", "state", "        task.internal_data = memory\n", ""),
    Mutant("a restore hangs everything below the process", "state", "tasks[parent] if parent >= 0", "tasks[0] if parent >= 0"),
)  # fmt: skip
# ruff: noqa: E501


class _Wrong(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Python finds the one module with the wrong line, and every other one as it is."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = name, source

    def find_spec(self, fullname: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname == self.name else None

    def get_source(self, fullname: str) -> str:
        return self.source


@contextmanager
def broken(
    mutant: Mutant,
    package: str = "engine.bpmn.spiff",
    reloaded: tuple[str, ...] = _RELOADED,
    walks: str = "tests.reference.walks",
) -> Iterator[types.ModuleType]:
    """The walks, with an engine of which that one line is wrong."""
    source = source_of(mutant, package)
    if source.count(mutant.right) != 1:
        raise LookupError(f"{mutant.name}: what it breaks stands there {source.count(mutant.right)} times")
    wrong = _Wrong(f"{package}.{mutant.module}", source.replace(mutant.right, mutant.wrong))
    kept = {key: module for key, module in sys.modules.items() if key.startswith(reloaded)}
    sys.meta_path.insert(0, wrong)
    try:
        _forget(kept)
        yield importlib.import_module(walks)
    finally:
        sys.meta_path.remove(wrong)
        _forget(key for key in list(sys.modules) if key.startswith(reloaded))
        sys.modules.update(kept)
        for key, module in kept.items():
            setattr(sys.modules[key.rpartition(".")[0]], key.rpartition(".")[2], module)


def source_of(mutant: Mutant, package: str = "engine.bpmn.spiff") -> str:
    """The module that it breaks, as it is."""
    folder = Path(next(iter(importlib.import_module(package).__path__)))
    return (folder / f"{mutant.module.replace('.', '/')}.py").read_text(encoding="utf-8")


def _forget(names) -> None:
    """They are imported anew, also by whoever asks their package for them."""
    for name in list(names):
        package, _, own = name.rpartition(".")
        sys.modules.pop(name, None)
        if hasattr(sys.modules.get(package), own):
            delattr(sys.modules[package], own)


def seen_at(mutant: Mutant, diagrams: int) -> int | None:
    """The number of the first diagram whose walks notice; None when none does. Every other one is of all words."""
    with broken(mutant) as walks:
        for seed in range(diagrams):
            drawn = walks.wide_drawing(seed) if seed % 2 else walks.drawing(seed)
            for number in range(WALKS):
                try:
                    walks.take(drawn, seed * 1000 + number)
                except walks.Failed:
                    return seed
    return None

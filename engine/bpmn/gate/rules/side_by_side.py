"""What is open at the same time does not write the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, called
from engine.bpmn.gate.graph import reached, too_large
from engine.bpmn.reading import by_event
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.messages import listed
from engine.problems import Problem, Rule

FORM_SIDE_BY_SIDE = Rule("form-side-by-side", _("Steps that are open at the same time do not ask the same form."))


def check(draft: Draft) -> Iterator[Problem]:
    if too_large(draft):
        return
    for fork in draft.running:
        if draft.may_split(fork):
            yield from _written_twice(draft, fork)
    for event in draft.of_kind("boundaryEvent", "startEvent"):
        yield from _written_beside(draft, event)


def _written_twice(draft: Draft, fork: Element) -> Iterator[Problem]:
    """Tasks of different branches are open side by side, so neither may write what the other one writes.

    A task that only some heads of the fork lead to runs beside one that only others lead to: whatever waits for both
    branches is reached from both.
    """
    heads_of: dict[str, set[str]] = defaultdict(set)
    for head in draft.targets(fork):
        for key in reached([head], lambda one: () if one.id == fork.id else draft.in_and_within(one)):
            heads_of[key].add(head.id)
    seen: dict[str, dict[frozenset[str], Element]] = defaultdict(dict)
    for task in draft.of_kind("userTask"):
        heads, before = frozenset(heads_of.get(task.id, ())), seen[task.form_key]
        beside = next((other for theirs, other in before.items() if theirs - heads and heads - theirs), None)
        if beside is not None:
            yield from _same_form(draft, beside, task)
        before.setdefault(heads, task)


def _written_beside(draft: Draft, event: Element) -> Iterator[Problem]:
    """What an event opens beside a task that stays open, or beside a scope, does not write what is written there."""
    handler, host = (
        by_event.handled_by(draft.diagram, event),
        draft.diagram.elements.get(by_event.host_of(draft.diagram, event) or ""),
    )
    if event.interrupting or (handler is None and host is None):
        return
    beside = sorted(reached([event], draft.in_and_within) - {host.id if host is not None else ""})
    tasks = [task for key in beside if (task := draft.diagram.elements[key]).kind == "userTask"]
    around = draft.of_kind("userTask") if host is None else _tasks_of(draft, host)
    for own in [task for task in around if task.id not in beside]:
        for task in tasks:
            if task.form_key == own.form_key and task is not own:
                yield from _same_form(draft, own, task)


def _tasks_of(draft: Draft, host: Element) -> list[Element]:
    """The task itself, or those of the sub-process."""
    if host.kind != "subProcess":
        return [host] if host.kind == "userTask" else []
    within = reached(draft.begins(host), draft.in_and_within)
    return [task for task in draft.of_kind("userTask") if task.id in within]


def _same_form(draft: Draft, one: Element, other: Element) -> Iterator[Problem]:
    """Of two forms that ask the same is told by `answers`."""
    form = draft.forms.get(other.form_key)
    asked = [field for field in form.fields if field.key in form.own_keys] if form is not None else []
    if form is not None and asked:
        some = listed(
            _("'%(label)s' (%(key)s)", label=(field.label.drawn or field.key)[:40], key=field.key[:80])
            for field in asked[:5]
        )
        what = some if len(asked) <= 5 else _("%(some)s and others", some=some)
        yield about(
            FORM_SIDE_BY_SIDE,
            other,
            _(
                "'%(one)s' and '%(other)s' are open at the same time and use the same form %(form)s. Both ask "
                "for %(what)s, and the later answer overwrites the earlier.",
                one=called(one),
                other=called(other),
                form=form.id[:80],
                what=what,
            ),
            _(
                "Give each its own form with field names of its own, or write a parameter in the keys and give each "
                "step another value. In a step where a field is only shown, make it read-only (readonly) in that form."
            ),
        )

"""What is open at the same time does not write the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from engine.bpmn.gate.draft import Draft, about, called, labelled
from engine.bpmn.gate.graph import reached, too_large
from engine.bpmn.gate.sayers import said_by
from engine.bpmn.reading import by_event
from engine.bpmn.reading.elements import FACT, Element
from engine.messages import gettext as _
from engine.messages import listed
from engine.problems import Problem, Rule

FORM_SIDE_BY_SIDE = Rule(
    "form-side-by-side", _("Steps that are open at the same time do not use the same form to fill in.")
)
FACT_SIDE_BY_SIDE = Rule("fact-side-by-side", _("Branches that run at the same time do not record the same fact."))
Writers = Mapping[tuple[str, str], list[Element]]
"""(fact, where it is kept) -> the elements that say it there, where there are several."""


def check(draft: Draft) -> Iterator[Problem]:
    if too_large(draft) or not (writers := _writers(draft)):
        return
    told = set[tuple[str, str]]()
    for one, other, fact in _beside_each_other(draft, writers):
        if (one.id, other.id) not in told and (other.id, one.id) not in told and not _says_the_same(one, other, fact):
            told.add((one.id, other.id))
            if one.kind == other.kind == "userTask" and one.form_key == other.form_key:
                yield from _same_form(draft, one, other)
            elif not _both_ask(draft, one, other, fact):
                yield _same_fact(one, other, fact)


def _writers(draft: Draft) -> Writers:
    """What is said in an iteration is kept in it, so it overwrites nothing that is said elsewhere."""
    writers: dict[tuple[str, str], list[Element]] = defaultdict(list)
    for element in draft.running:
        for fact in said_by(draft, element):
            around = draft.around(element)
            own = [one for one in around if one is not element] if fact in _said_outside(element) else around
            writers[fact, own[0].id if own else ""].append(element)
    return {key: found for key, found in writers.items() if len(found) > 1}


def _said_outside(element: Element) -> set[str]:
    """What an activity that is done several times says when all of it is over."""
    return set(element.collects)


def _beside_each_other(draft: Draft, writers: Writers) -> Iterator[tuple[Element, Element, str]]:
    """Two elements that may be open at the same time, and the fact that both say."""
    for fork in draft.running:
        if draft.may_split(fork):
            heads_of = _heads(draft, fork)
            for (fact, _home), elements in writers.items():
                yield from ((one, other, fact) for one, other in _of_different_heads(elements, heads_of))
    for event in draft.of_kind("boundaryEvent", "startEvent"):
        if not event.interrupting:
            yield from _beside(draft, event, writers)


def _heads(draft: Draft, fork: Element) -> Mapping[str, set[str]]:
    """Element -> the first elements of the branches by which it is reached."""
    heads_of: dict[str, set[str]] = defaultdict(set)
    for head in draft.targets(fork):
        for key in reached([head], lambda one: () if one.id == fork.id else draft.in_and_within(one)):
            heads_of[key].add(head.id)
    return heads_of


def _of_different_heads(elements: list[Element], heads_of: Mapping[str, set[str]]) -> Iterator[tuple[Element, Element]]:
    """What only some branches lead to runs beside what only others lead to: what waits for both is reached from both."""
    seen: dict[frozenset[str], Element] = {}
    for element in elements:
        heads = frozenset(heads_of.get(element.id, ()))
        beside = next((other for theirs, other in seen.items() if theirs - heads and heads - theirs), None)
        if beside is not None:
            yield beside, element
        seen.setdefault(heads, element)


def _beside(draft: Draft, event: Element, writers: Writers) -> Iterator[tuple[Element, Element, str]]:
    """What an event opens beside an activity that stays open, or beside a scope, does not write what is written there."""
    host = by_event.host_of(draft.diagram, event)
    beside = reached([event], draft.in_and_within) - {host}
    own = _within(draft, host) - beside
    for (fact, _home), elements in writers.items():
        inside = [one for one in elements if one.id in own and one.kind != "receiveTask"]
        outside = [one for one in elements if one.id in beside]
        if inside and outside:
            yield inside[0], outside[0], fact


def _within(draft: Draft, host: str | None) -> set[str]:
    """The activity, with what it holds; everything where the host is the case itself."""
    if host is None:
        return set(draft.diagram.elements)
    element = draft.diagram.elements.get(host)
    if element is None:
        return set()
    return {host} if element.kind != "subProcess" else reached(draft.begins(element), draft.in_and_within)


def _both_ask(draft: Draft, one: Element, other: Element, fact: str) -> bool:
    """Whether two forms ask for it; that is told by `answers`, wherever they stand."""
    return all((form := draft.forms.get(task.form_key)) is not None and fact in form.own_keys for task in (one, other))


def _says_the_same(one: Element, other: Element, fact: str) -> bool:
    """Whether both say one and the same value, so that it does not matter who comes first."""
    said = {element.properties.get(f"{FACT}{fact}", "").strip() for element in (one, other)}
    return len(said) == 1 and said <= {"True", "False"}


def _same_fact(one: Element, other: Element, fact: str) -> Problem:
    return about(
        FACT_SIDE_BY_SIDE,
        other,
        _(
            "'%(one)s' and '%(other)s' run at the same time and both record %(fact)s, so the later value overwrites "
            "the earlier one.",
            one=called(one),
            other=called(other),
            fact=fact[:80],
        ),
        _(
            "Use a different name in each and read both after the join, or let only one of them record it, after the "
            "join."
        ),
    )


def _same_form(draft: Draft, one: Element, other: Element) -> Iterator[Problem]:
    """Of two forms that ask the same is told by `answers`."""
    form = draft.forms.get(other.form_key)
    asked = [field for field in form.fields if field.key in form.own_keys] if form is not None else []
    if form is not None and asked:
        some = listed(_("'%(label)s' (%(key)s)", label=labelled(field), key=field.key[:80]) for field in asked[:5])
        what = some if len(asked) <= 5 else _("%(some)s and others", some=some)
        yield about(
            FORM_SIDE_BY_SIDE,
            other,
            _(
                "'%(one)s' and '%(other)s' are open at the same time and use the same form %(form)s. Both ask for "
                "%(what)s, so the later answer overwrites the earlier one.",
                one=called(one),
                other=called(other),
                form=form.id[:80],
                what=what,
            ),
            _(
                "Give each step its own form with different field names; or write a parameter in the keys, with a "
                "different value for each step. Where one step only shows the field, make it read-only (readonly) in "
                "that form."
            ),
        )

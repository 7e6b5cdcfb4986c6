"""What is open at the same time does not write the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from engine.bpmn.gate.draft import Draft, about, called
from engine.bpmn.gate.graph import reached, too_large
from engine.bpmn.gate.sayers import said_by
from engine.bpmn.reading.elements import FACT, Element
from engine.messages import gettext as _
from engine.messages import listed
from engine.problems import Problem, Rule

FORM_SIDE_BY_SIDE = Rule("form-side-by-side", _("Steps that are open at the same time do not ask the same form."))
FACT_SIDE_BY_SIDE = Rule("fact-side-by-side", _("Branches that run at the same time do not say the same fact."))
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
    for event in draft.of_kind("boundaryEvent"):
        host = draft.diagram.elements.get(event.attached_to or "")
        if host is not None and not event.interrupting:
            yield from _beside_host(draft, event, host, writers)


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


def _beside_host(
    draft: Draft, event: Element, host: Element, writers: Writers
) -> Iterator[tuple[Element, Element, str]]:
    """What an event opens beside an activity that stays open does not write what the activity writes."""
    beside = reached([event], draft.in_and_within) - {host.id}
    own = {host.id} if host.kind != "subProcess" else reached(draft.begins(host), draft.in_and_within)
    for (fact, _home), elements in writers.items():
        inside = [one for one in elements if one.id in own and one.kind != "receiveTask"]
        outside = [one for one in elements if one.id in beside and one.id not in own]
        if inside and outside:
            yield inside[0], outside[0], fact


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
            "'%(one)s' and '%(other)s' run at the same time and both say %(fact)s, so the later overwrites the earlier.",
            one=called(one),
            other=called(other),
            fact=fact[:80],
        ),
        _("Give each a name of its own, and read both behind the join; or let one of them say it behind the join."),
    )


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

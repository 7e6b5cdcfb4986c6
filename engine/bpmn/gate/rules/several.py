"""What is done several times says how often, and what is said in one of the times stays in it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, in_form
from engine.bpmn.gate.rules.facts import can_be_a_fact
from engine.bpmn.gate.rules.units import UNIT_NOT_HELD, who
from engine.bpmn.gate.written import Written, written_in
from engine.bpmn.reading.elements import FACT, SAYING, Element
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.reading.members import ADDS, adders, asks_units, calls_for_each
from engine.errors import ExpressionError
from engine.messages import gettext as _
from engine.problems import Problem, Rule

SEVERAL_TIMES = Rule("several-times", _("A step that is done several times says for which list, or how often."))
SEVERAL_ITEM = Rule("several-item", _("The item of a list has a name of its own."))
SEVERAL_READ = Rule(
    "several-read", _("What several units answer separately can be read outside only when it is collected.")
)
COLLECT_ONCE = Rule("collect-once", _("Only a step that is done several times collects answers."))
ADDS_UNITS = Rule("adds-units", _("Units can be added only to a step that each unit in a list is asked to do."))
ADDS_WHO = Rule("adds-who", _("Who may add a unit is written as unit and post, or as starter."))
COLLECT_NAME = Rule("collect-name", _("The collected list has a name that expressions can read."))


def check(draft: Draft) -> Iterator[Problem]:
    written = list(written_in(draft))
    for element in draft.running:
        yield from _collects(element)
        yield from _adds(draft, element)
        if element.many is not None:
            yield from _times(element)
            yield from _item(draft, element)
            yield from _read_outside(draft, element, written)


def _collects(element: Element) -> Iterator[Problem]:
    for name in element.collects:
        if not can_be_a_fact(name):
            yield about(
                COLLECT_NAME,
                element,
                _("The fact name '%(name)s' cannot be used.", name=name[:80]),
                _("Use letters, digits and underscores, beginning with a letter, such as extended_at."),
            )
    if element.collects and element.many is None:
        yield about(
            COLLECT_ONCE,
            element,
            _("This step is done only once, so there is nothing to collect."),
            _("Delete the property collect, or make it a multi-instance step."),
        )


def _adds(draft: Draft, element: Element) -> Iterator[Problem]:
    if not element.properties.get(ADDS, "").strip():
        return  # the modeler writes an empty property for a field that was left empty
    calls = calls_for_each(draft.diagram, element)
    if calls and not asks_units(draft.diagram, element) and not _lists_units(draft, element):
        yield about(
            ADDS_UNITS,
            element,
            _("The calls here are not made for units, so no unit can be added."),
            _("Delete the property adds, or ask for the list with a checklist that has the property widget=units."),
        )
    elif not calls and not asks_units(draft.diagram, element):
        yield about(
            ADDS_UNITS,
            element,
            _("Units are not asked one by one here, so no unit can be added."),
            _(
                "Delete the property adds, or make it a multi-instance step over a list of units, where each unit "
                "does a task or is handed to a call activity."
            ),
        )
    for adder in adders(draft.diagram, element):
        if not adder.is_written_right:
            yield about(
                ADDS_WHO,
                element,
                _("The property adds does not say which unit and post may add a unit."),
                _(
                    "Write unit:post, such as own_unit:case_officer, or starter (the process then needs the property "
                    "starter). Separate several with commas."
                ),
            )
        else:
            yield from who(draft, element, adder.unit, frozenset({adder.role} - {""}))


def _lists_units(draft: Draft, element: Element) -> bool:
    field = draft.fields.get(element.many.collection) if element.many is not None else None
    return field is not None and field.widget == "units"


def _times(element: Element) -> Iterator[Problem]:
    many = element.many
    if many is not None and bool(many.collection) == bool(many.cardinality):
        yield about(
            SEVERAL_TIMES,
            element,
            _("Nothing says for which list, or how often, this step is done."),
            _("Write either camunda:collection (and camunda:elementVariable) or loopCardinality."),
        )


def _item(draft: Draft, element: Element) -> Iterator[Problem]:
    """The name of the item is no other fact's, and holds a unit where it stands for one."""
    many = element.many
    assert many is not None
    name = many.item_name
    if not name:
        return
    others = {one.many.item_name for one in draft.running if one.many is not None and one is not element}
    taken = name in draft.fields or name in others or name == draft.diagram.process.starter_fact
    if not can_be_a_fact(name) or taken or not many.collection:
        yield about(
            SEVERAL_ITEM,
            element,
            _("The elementVariable '%(name)s' cannot be used.", name=name[:80]),
            _("Write a name that no form field and no other list uses, such as member, and add camunda:collection."),
        )
    field = draft.fields.get(many.collection)
    if asks_units(draft.diagram, element) and field is not None and field.widget != "units":
        yield about(
            UNIT_NOT_HELD,
            element,
            _("%(name)s is not a list of units (%(label)s).", name=field.key, label=field.label),
            _("To ask for the units, use a checklist with the property widget=units."),
        )


def _read_outside(draft: Draft, element: Element, written: list[Written]) -> Iterator[Problem]:
    inner = {one.id for one in draft.diagram.elements.values() if element in (one, *draft.diagram.scopes_around(one))}
    own = _said(draft, inner) - _said(draft, draft.diagram.elements.keys() - inner)
    flows = {flow.id for flow in draft.diagram.flows.values() if flow.source in inner}
    forms = {found.form_key for found in draft.running if found.form_ref and found.id not in inner}
    yield from _shown_outside(draft, own, forms)
    for one in written:
        form_key = one.element_id.rpartition(".")[0]
        is_within = one.element_id in flows or (one.element_id in inner and not _is_asked_around(one, element))
        if is_within or (form_key in draft.forms and form_key not in forms):
            continue
        for name in sorted(_names(one) & own):
            yield one.problem(
                SEVERAL_READ,
                _("%(name)s is answered separately by each, so there are several values.", name=name[:80]),
                _(
                    "Add the property collect:NAME = %(name)s to the multi-instance step, and read that list, for "
                    'example count(NAME, "agree") >= 2.',
                    name=name[:80],
                ),
            )


def _shown_outside(draft: Draft, own: frozenset[str], forms: set[str]) -> Iterator[Problem]:
    """A form around them shows what each of several answers only as what was collected."""
    for form_key in sorted(forms & draft.forms.keys()):
        for field in draft.forms[form_key].fields:
            if field.readonly and field.key in own:
                yield in_form(
                    SEVERAL_READ,
                    form_key,
                    field,
                    _("%(name)s is answered separately by each, so there are several values.", name=field.key),
                    _("Show the collected list: the key of a collect property of the multi-instance step."),
                )


def _is_asked_around(written: Written, element: Element) -> bool:
    """Whether the expression belongs to the whole, not to one of the times."""
    many = element.many
    return many is not None and written.element_id == element.id and written.source in (many.until, many.collection)


def _names(written: Written) -> frozenset[str]:
    try:
        return compile_expression(written.source).names
    except ExpressionError:
        return frozenset()


def _said(draft: Draft, ids: set[str]) -> frozenset[str]:
    """The names that are said in these elements."""
    found = set[str]()
    for element in (draft.diagram.elements[key] for key in ids):
        form = draft.forms.get(element.form_key)
        found |= form.own_keys if form is not None else frozenset()
        found |= {name.removeprefix(FACT) for name in element.properties if name.startswith(FACT)}
        found |= {element.properties[name] for name in SAYING if name in element.properties}
        found |= {mapping.fact for mapping in element.outputs}
    return frozenset(found)

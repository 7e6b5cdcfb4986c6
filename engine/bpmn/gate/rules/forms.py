"""Every task has a form, which came with the diagram, and whose fields can be filled in."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, every, in_form
from engine.bpmn.gate.rules.facts import can_be_a_fact
from engine.bpmn.gate.rules.units import UNIT_KIND_UNKNOWN
from engine.bpmn.reading.elements import Element
from engine.forms.rules import FIELD_KEY
from engine.forms.schema import Field
from engine.messages import gettext as _
from engine.problems import Problem, Rule

FORM_MISSING = Rule("form-missing", _("Every step of a person has a form."))
FORM_NOT_DEPLOYED = Rule("form-not-deployed", _("A form is deployed along with its diagram."))
FORM_ID_DIFFERS = Rule("form-id-differs", _("The id of a form is the name of its file."))
READONLY_UNSAID = Rule("readonly-unsaid", _("What a field shows is filled in somewhere."))


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.of_kind("startEvent", "userTask"):
        yield from _reference(draft, element)
    for form_id, form in draft.forms.items():
        for field in form.fields:
            yield from _field(draft, form_id, field)


def _reference(draft: Draft, element: Element) -> Iterator[Problem]:
    starts = element.kind == "startEvent"
    if not element.form_ref:
        reason = _("There is no start form.") if starts else _("There is no form.")
        yield about(
            FORM_MISSING,
            element,
            reason,
            _("Choose Camunda Forms under Forms, and write the id of the form as Form reference."),
        )
    elif element.form_ref not in draft.forms:
        form = element.form_ref[:80]
        reason = (
            _("The start form %(form)s was not deployed along with it.", form=form)
            if starts
            else _("The form %(form)s was not deployed along with it.", form=form)
        )
        yield about(
            FORM_NOT_DEPLOYED,
            element,
            reason,
            _("Hand in %(form)s.form together with the diagram, or correct the name.", form=form),
        )
    elif draft.forms[element.form_ref].id != element.form_ref:
        other = draft.forms[element.form_ref].id
        yield about(
            FORM_ID_DIFFERS,
            element,
            _("The id in the form file %(form)s.form is %(other)s.", form=element.form_ref[:80], other=other[:80]),
            _("Use the same name in both places."),
        )


def _field(draft: Draft, form_id: str, field: Field) -> Iterator[Problem]:
    if not can_be_a_fact(field.key):
        yield in_form(
            FIELD_KEY,
            form_id,
            field,
            _("The field key '%(key)s' cannot be used.", key=field.key[:80]),
            _("Use a shorter English name, and no words such as class or is."),
        )
    if field.readonly and field.asks and not field.default and field.key not in draft.said:
        yield in_form(
            READONLY_UNSAID,
            form_id,
            field,
            _("This field is read-only, and nothing ever fills it in."),
            _("Write the property default, correct the key, or let it be filled in."),
        )
    kinds = [kind.strip() for kind in field.kind.split(",") if kind.strip()] if field.widget == "unit" else []
    for kind in kinds:
        if draft.unit_kinds and kind not in draft.unit_kinds:
            yield in_form(
                UNIT_KIND_UNKNOWN,
                form_id,
                field,
                _("There is no kind of unit called %(kind)s.", kind=kind[:80]),
                _("Available: %(known)s.", known=every(draft.unit_kinds)),
            )

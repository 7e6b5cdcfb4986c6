"""Every task has a form, which came with the diagram, and whose fields can be filled in."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, every, in_form, named
from engine.bpmn.gate.rules.facts import can_be_a_fact
from engine.bpmn.gate.rules.units import UNIT_KIND_UNKNOWN
from engine.bpmn.reading.elements import FORM, GIVEN_LIMIT, Element
from engine.forms.parameters import PART
from engine.forms.rules import FIELD_KEY
from engine.forms.schema import Field, Form
from engine.messages import Text
from engine.messages import gettext as _
from engine.problems import Problem, Rule

FORM_MISSING = Rule("form-missing", _("Every step that a person does has a form."))
FORM_NOT_DEPLOYED = Rule("form-not-deployed", _("A form is deployed together with its diagram."))
FORM_OUT_OF_PLACE = Rule("form-out-of-place", _("A form is in the folder of its procedure or in the shared folder."))
FORM_ID_DIFFERS = Rule("form-id-differs", _("The id of a form is the name of its file."))
PARAMETER_MISSING = Rule("parameter-missing", _("A step gives all the parameters that its form asks for."))
PARAMETERS_LONG = Rule("parameters-long", _("The parameters of a form are short."))
PARAMETER_UNKNOWN = Rule("parameter-unknown", _("A parameter is one that the form asks for."))
PARAMETER_VALUE = Rule("parameter-value", _("A parameter can be used in its place in the form."))
READONLY_UNSAID = Rule("readonly-unsaid", _("A read-only field is filled in somewhere else."))


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.of_kind("startEvent", "userTask"):
        if element.kind == "userTask" or element in draft.diagram.form_starts:
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
    elif element.form_ref in draft.unreadable:
        return
    elif element.form_key not in draft.forms:
        form = element.form_ref[:80]
        reason = (
            _("The start form %(form)s was not deployed with the diagram.", form=form)
            if starts
            else _("The form %(form)s was not deployed with the diagram.", form=form)
        )
        yield about(
            FORM_NOT_DEPLOYED,
            element,
            reason,
            _("Submit %(form)s.form together with the diagram, or correct the name.", form=form),
        )
    elif draft.forms[element.form_key].id != element.form_ref:
        other = draft.forms[element.form_key].id
        yield about(
            FORM_ID_DIFFERS,
            element,
            _("The id in the form file %(form)s.form is %(other)s.", form=element.form_ref[:80], other=other[:80]),
            _("Use the same name in both places."),
        )
    else:
        yield from _parameters(element, draft.forms[element.form_key])


def _parameters(element: Element, form: Form) -> Iterator[Problem]:
    """What a form leaves open is filled in by each task that asks it, with what can stand there; and nothing else is."""
    given, asked = element.form_parameters, form.parameters
    for name in sorted(asked.all - given.keys()):
        yield about(
            PARAMETER_MISSING,
            element,
            _(
                "The form %(form)s asks for the parameter %(name)s, but this step does not give it.",
                form=form.id[:80],
                name=name[:80],
            ),
            _not_given(element, name, form),
        )
    if sum(len(name) + len(value) + 2 for name, value in given.items()) > GIVEN_LIMIT:
        yield about(
            PARAMETERS_LONG,
            element,
            _("The parameters of the form are too long."),
            _("Shorten them. Names and values together have at most %(most)s characters.", most=GIVEN_LIMIT),
        )
    for name, value in given.items():
        written = f"{FORM}{name[:80]}"
        if name not in asked.all:
            known = named(asked.all, name) if asked.all else _("(none)")
            yield about(
                PARAMETER_UNKNOWN,
                element,
                _(
                    "The property %(property)s has no effect: the form %(form)s has no such parameter.",
                    property=written,
                    form=form.id[:80],
                ),
                _("Delete it, or use a parameter that the form asks for: %(known)s.", known=known),
            )
        elif name in asked.in_names and not PART.fullmatch(value):
            yield about(
                PARAMETER_VALUE,
                element,
                _(
                    "The value '%(value)s' of the property %(property)s cannot be used in a key or an expression of "
                    "the form.",
                    property=written,
                    value=value[:80],
                ),
                _(
                    "Use only letters, digits and underscores, such as a. For text that people read, use another "
                    "parameter."
                ),
            )


def _not_given(element: Element, name: str, form: Form) -> Text:
    """What to do about a parameter that is missing."""
    in_key, in_text, wanted = f"__{name}", f"{{{name}}}", f"{FORM}{name}"
    written: Text = in_key if name in form.parameters.in_names else in_text
    if name in form.parameters.in_names & form.parameters.in_texts:
        written = _("%(one)s and %(other)s", one=in_key, other=in_text)
    if element.kind == "startEvent":
        return _("A start form cannot have parameters. Change %(written)s in the form.", written=written)
    return _(
        "Add the property %(property)s to the step, or change %(written)s in the form.",
        property=wanted,
        written=written,
    )


def _field(draft: Draft, form_id: str, field: Field) -> Iterator[Problem]:
    if not can_be_a_fact(field.key):
        yield in_form(
            FIELD_KEY,
            form_id,
            field,
            _("The field key '%(key)s' cannot be used.", key=field.key[:80]),
            _("Use a shorter English name, and avoid words such as class or is."),
        )
    if field.readonly and field.asks and not field.default and field.key not in draft.said:
        yield in_form(
            READONLY_UNSAID,
            form_id,
            field,
            _("This field is read-only, but nothing fills it in."),
            _("Write the property default, correct the key, or allow the field to be filled in."),
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

"""Internal fields are for the unit that is asked them: what every party reads is not internal."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import LISTED, Draft, about, in_form
from engine.bpmn.reading.answering_units import forms_asked, units_asked
from engine.forms.schema import Field, Form
from engine.messages import gettext as _
from engine.problems import Problem, Rule

INTERNAL_DIFFERS = Rule("internal-differs", _("An internal field is internal in every form."))
INTERNAL_CORRECTABLE = Rule("internal-correctable", _("An internal field is not corrected."))
INTERNAL_MATERIALS = Rule("internal-materials", _("A list of materials is not internal."))
INTERNAL_OUTCOME = Rule("internal-outcome", _("A conclusion is not internal."))
INTERNAL_LISTED = Rule("internal-listed", _("What lists show is not internal."))
INTERNAL_REMARKS = Rule(
    "internal-remarks", _("The opinions and reasons of one form are all internal, or none of them is.")
)
INTERNAL_SHOWN = Rule("internal-shown", _("An internal field is shown only to the unit that filled it in."))


def check(draft: Draft) -> Iterator[Problem]:
    inside = {field.key for _form, field in draft.form_fields() if field.internal}
    for form_id, field in draft.form_fields():
        if field.internal:
            yield from _inside(draft, form_id, field)
        if field.internal != (field.key in inside):
            yield in_form(
                INTERNAL_DIFFERS,
                form_id,
                field,
                _("This field is marked differently in another form."),
                _("Write the same value in the property internal everywhere."),
            )
    for form_id, form in draft.forms.items():
        yield from _remarks(form_id, form)
    yield from _shown(draft)


def _inside(draft: Draft, form_id: str, field: Field) -> Iterator[Problem]:
    if field.correctable:
        yield in_form(
            INTERNAL_CORRECTABLE,
            form_id,
            field,
            _("All parties see the values before and after a correction, so an internal field cannot be corrected."),
            _("Delete the property correctable or internal."),
        )
    if not field.asks:
        yield in_form(
            INTERNAL_MATERIALS,
            form_id,
            field,
            _("A list of materials cannot be internal, because all parties see it."),
            _("Delete the property internal."),
        )
    if field.key.endswith("_outcome"):
        yield in_form(
            INTERNAL_OUTCOME,
            form_id,
            field,
            _("A conclusion goes into the history, so it cannot be internal."),
            _("Delete the property internal."),
        )
    if field.key in (draft.diagram.process.title_fact, LISTED):
        yield in_form(
            INTERNAL_LISTED,
            form_id,
            field,
            _(
                "The title of a case and the name of the party to the violation appear in lists, so they cannot be "
                "internal."
            ),
            _("Delete the property internal."),
        )


def _remarks(form_id: str, form: Form) -> Iterator[Problem]:
    """Of the opinions and reasons of a form the record tells one; whose business it is must not depend on which."""
    told = [form.by_key[key] for key in form.remark_keys]
    odd = next((field for field in told if field.internal != told[0].internal), None)
    if odd is not None:
        yield in_form(
            INTERNAL_REMARKS,
            form_id,
            odd,
            _(
                "Some opinions and reasons of this form are internal and some are not. The history shows only one of "
                "them."
            ),
            _("Mark all of them as internal, or none."),
        )


def _shown(draft: Draft) -> Iterator[Problem]:
    """What a unit says among its own is in no form that another unit works on."""
    own = units_asked(draft.diagram, draft.forms)
    for element, form, unit in forms_asked(draft.diagram, draft.forms):
        for field in form.fields:
            if field.internal and unit not in own.get(field.key, ()):
                yield about(
                    INTERNAL_SHOWN,
                    element,
                    _(
                        "'%(label)s' in the form is an internal opinion of another unit, and the unit that handles "
                        "this step must not see it.",
                        label=field.label or field.key,
                    ),
                    _("Remove it from the form %(form)s, or delete its property internal.", form=element.form_key),
                )

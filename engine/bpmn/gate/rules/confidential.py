"""Confidential fields are for the handlers of the units that they name: no list, title or history tells them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import LISTED, Draft, about, in_form, named
from engine.bpmn.reading.answering_units import forms_asked
from engine.forms.schema import Field
from engine.messages import gettext as _
from engine.problems import Problem, Rule

CONFIDENTIAL_DIFFERS = Rule(
    "confidential-differs", _("A confidential field is confidential in every form, for the same units.")
)
CONFIDENTIAL_UNIT = Rule("confidential-unit", _("A confidential field is for parties to the case."))
CONFIDENTIAL_CORRECTABLE = Rule("confidential-correctable", _("A confidential field is not corrected."))
CONFIDENTIAL_MATERIALS = Rule("confidential-materials", _("A list of materials is not confidential."))
CONFIDENTIAL_LISTED = Rule("confidential-listed", _("What lists show is not confidential."))
CONFIDENTIAL_RECORDED = Rule("confidential-recorded", _("What the history shows is not confidential."))
CONFIDENTIAL_OR_INTERNAL = Rule("confidential-or-internal", _("A field is confidential or internal, not both."))
CONFIDENTIAL_SHOWN = Rule("confidential-shown", _("A confidential field is shown only to units that may see it."))
_TOLD = ("_outcome", "_opinion", "_reason")
"""Answers that the record of the flow tells to every party."""


def check(draft: Draft) -> Iterator[Problem]:
    readers = {field.key: field.confidential for _form, field in draft.form_fields() if field.confidential}
    for form_id, field in draft.form_fields():
        if field.confidential:
            yield from _field(draft, form_id, field)
        if field.key in readers and field.confidential != readers[field.key]:
            yield in_form(
                CONFIDENTIAL_DIFFERS,
                form_id,
                field,
                _("This field is confidential in another form, but for other units."),
                _("Write the same value in the property confidential everywhere."),
            )
        if field.confidential and field.internal:
            yield in_form(
                CONFIDENTIAL_OR_INTERNAL,
                form_id,
                field,
                _("This field is both confidential and internal."),
                _("Delete the property internal or confidential."),
            )
    yield from _shown(draft)


def _field(draft: Draft, form_id: str, field: Field) -> Iterator[Problem]:
    strangers = sorted(set(field.confidential) - set(draft.diagram.process.party_facts))
    if strangers:
        stranger, known = strangers[0][:80], named(draft.diagram.process.party_facts, strangers[0])
        yield in_form(
            CONFIDENTIAL_UNIT,
            form_id,
            field,
            _("%(stranger)s, given for a confidential field, is not a party.", stranger=stranger),
            _("The property confidential takes facts that hold a unit. These are available: %(known)s.", known=known),
        )
    if field.correctable:
        yield in_form(
            CONFIDENTIAL_CORRECTABLE,
            form_id,
            field,
            _("All parties see the values before and after a correction, so a confidential field cannot be corrected."),
            _("Delete the property correctable or confidential."),
        )
    if not field.asks:
        yield in_form(
            CONFIDENTIAL_MATERIALS,
            form_id,
            field,
            _("A list of materials cannot be confidential, because all parties see it."),
            _("Delete the property confidential."),
        )
    if field.key in (draft.diagram.process.title_fact, LISTED):
        yield in_form(
            CONFIDENTIAL_LISTED,
            form_id,
            field,
            _(
                "The title of a case and the name of the party to the violation appear in lists, so they cannot be "
                "confidential."
            ),
            _("Use another key, or delete confidential."),
        )
    if field.key.endswith(_TOLD):
        yield in_form(
            CONFIDENTIAL_RECORDED,
            form_id,
            field,
            _("Conclusions, opinions and reasons go into the history, so they cannot be confidential."),
            _("Use a key that does not end in _outcome, _opinion or _reason."),
        )


def _shown(draft: Draft) -> Iterator[Problem]:
    """A form that shows or asks what others may not read is worked on by those alone who may."""
    for element, form, unit in forms_asked(draft.diagram, draft.forms):
        for field in form.fields:
            if field.confidential and unit not in field.confidential:
                yield about(
                    CONFIDENTIAL_SHOWN,
                    element,
                    _(
                        "'%(label)s' in the form is confidential, and the unit that handles this step must not see it.",
                        label=field.label or field.key,
                    ),
                    _(
                        "Remove it from the form %(form)s, or give the step to a unit that may see it.",
                        form=element.form_key,
                    ),
                )

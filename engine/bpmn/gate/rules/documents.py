"""A document that a service task delivers comes from one unit, goes to another, and is made from forms of the procedure."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, named
from engine.bpmn.gate.rules.units import names_unit
from engine.bpmn.reading.elements import OPERATING, Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

DOCUMENT_RECEIVER = Rule("document-receiver", _("A document goes to a unit or to somebody else, not both."))
DOCUMENT_SAME_UNIT = Rule("document-same-unit", _("The unit that sends a document is not the one that receives it."))
DOCUMENT_COPY = Rule("document-copy", _("The property copy of a document is true or false."))
DOCUMENT_FORM = Rule("document-form", _("A document is made from forms of its procedure."))
DOCUMENT_SIGNER = Rule("document-signer", _("The step in which a document is signed is a user task."))
DOCUMENT_SAME_AS = Rule(
    "document-same-as", _("A document that is delivered again was first delivered by a service task.")
)


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.of_kind(*OPERATING):
        if element.id in draft.issuing:
            yield from _document(draft, element)


def _document(draft: Draft, element: Element) -> Iterator[Problem]:
    properties = element.properties
    units = [properties[name] for name in ("from", "to") if properties.get(name)]
    for name in filter(None, (name.strip() for name in properties.get("also", "").split(","))):
        yield from names_unit(draft, element, name)
    if bool(properties.get("to", "").strip()) == bool(properties.get("addressee", "").strip()):
        yield about(
            DOCUMENT_RECEIVER,
            element,
            _("A document goes either to a unit (to) or to somebody who is not a unit (addressee)."),
            _("Write only one of the properties to and addressee."),
        )
    for unit in dict.fromkeys(units):
        yield from names_unit(draft, element, unit)
    if len(units) == 2 and units[0] == units[1]:
        yield about(
            DOCUMENT_SAME_UNIT,
            element,
            _("The same unit sends and receives the document."),
            _("Check the properties from and to."),
        )
    if properties.get("copy", "true") not in ("true", "false"):
        value = properties["copy"][:80]
        yield about(
            DOCUMENT_COPY,
            element,
            _("The property copy cannot be '%(value)s'.", value=value),
            _("Write true for a copy notice. For a document addressed to the unit, write false or nothing."),
        )
    for form in filter(None, (form.strip() for form in properties.get("forms", "").split(","))):
        if form not in draft.form_ids:
            yield about(
                DOCUMENT_FORM,
                element,
                _("The form %(form)s, from which the document is made, is not part of this procedure.", form=form[:80]),
                _("Write forms that the procedure uses: %(known)s.", known=named(draft.form_ids, form)),
            )

    signed_by = properties.get("signed_by")
    if signed_by is not None and signed_by not in draft.user_tasks:
        yield about(
            DOCUMENT_SIGNER,
            element,
            _(
                "The document is signed by the person who handles %(signed_by)s, but the diagram has no such user "
                "task.",
                signed_by=signed_by[:80],
            ),
            _("In the property signed_by, write the id of the user task in which the document is signed."),
        )
    same_as = properties.get("same_as")
    if same_as is not None and same_as not in draft.issuing - {element.id}:
        yield about(
            DOCUMENT_SAME_AS,
            element,
            _(
                "The document of %(same_as)s is to be delivered again, but that is not a service task that delivers "
                "one.",
                same_as=same_as[:80],
            ),
            _("In the property same_as, write the id of the service task that delivers the document first."),
        )

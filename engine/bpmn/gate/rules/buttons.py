"""A button has a name, somebody who may press it, and a sentence for when it cannot be pressed."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.gate.rules.people import UNIT_OR_POST_ALONE
from engine.bpmn.gate.rules.units import who
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

BUTTON_INTERRUPTS = Rule("button-interrupts", _("A button on a clock task does not interrupt it."))
BUTTON_UNNAMED = Rule("button-unnamed", _("A button has a name."))
BUTTON_NOBODY = Rule("button-nobody", _("A button says which unit and post may press it."))
BUTTON_PRESSER = Rule("button-presser", _("A button that several units may press records which one did."))
BUTTON_REASON = Rule("button-reason", _("Every condition of a button has a reason to show when it does not hold."))


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.running:
        yield from _button(draft, element)


def _button(draft: Draft, element: Element) -> Iterator[Problem]:
    if not element.is_button:
        return
    host = draft.diagram.elements.get(element.attached_to or "")
    if (
        element.attached_to is not None
        and element.interrupting
        and (host is None or host.kind not in ("userTask", "subProcess", "callActivity"))
    ):
        yield about(
            BUTTON_INTERRUPTS,
            element,
            _("The button would interrupt a clock task."),
            _(
                'Make it non-interrupting (cancelActivity="false"), and end the case with a terminate end event at '
                "the end of its branch. An interrupting button can only be attached to a user task, a call activity "
                "or a sub-process, which it replaces when it is pressed."
            ),
        )
    if not element.name:
        yield about(
            BUTTON_UNNAMED,
            element,
            _("The button has no name, so the page has no words to show on it."),
            _("Write what pressing it does, such as 'Extend the referral period'."),
        )
    if ("unit" in element.properties) != ("role" in element.properties):
        yield about(
            UNIT_OR_POST_ALONE,
            element,
            _("Only one of the properties unit and role is given."),
            _("Write both, or delete both and let the lane decide."),
        )
        return
    unit, roles = draft.diagram.asked(element)
    if not unit or not roles:
        yield about(
            BUTTON_NOBODY,
            element,
            _("Nothing says which unit and post may press the button."),
            _("Write unit and role in the button's extension properties."),
        )
    elif "unit" in element.properties:
        for name in unit.split(","):
            yield from who(draft, element, name.strip(), roles)
        if "," in unit and "pressed_by" not in element.properties:
            yield about(
                BUTTON_PRESSER,
                element,
                _("Several units may press this button, but nothing records which one did."),
                _(
                    "Add the property pressed_by with the fact that records the unit. Later steps are handled by that "
                    "unit."
                ),
            )
    for suffix in ("", *(f"_{number}" for number in range(2, 10))):
        has_when, has_otherwise = f"when{suffix}" in element.properties, f"otherwise{suffix}" in element.properties
        if has_when and not element.properties.get(f"otherwise{suffix}"):
            yield about(
                BUTTON_REASON,
                element,
                _("when%(suffix)s has no otherwise%(suffix)s.", suffix=suffix),
                _("Add the property otherwise%(suffix)s, which says why it cannot be pressed.", suffix=suffix),
            )
        if has_otherwise and not has_when:
            yield about(
                BUTTON_REASON,
                element,
                _("otherwise%(suffix)s has no when%(suffix)s.", suffix=suffix),
                _("Add the property when%(suffix)s, or delete this sentence.", suffix=suffix),
            )

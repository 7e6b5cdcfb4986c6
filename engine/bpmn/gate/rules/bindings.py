"""A call says in one way which version it uses, and that version is there."""

from __future__ import annotations

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.gate.procedures import resolve
from engine.bpmn.reading.called import BINDINGS, VERSION, VERSION_TAG, Called
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.messages import listed
from engine.problems import Problem, Rule

CALL_BINDING = Rule("call-binding", _("A call says in one way which version it uses."))
CALL_VERSION = Rule("call-version", _("The version that a call names exists."))
CALL_TAG = Rule("call-tag", _("The version tag that a call names exists."))
TAG_LIMIT = 64


def binding_problem(draft: Draft, called: Called, element: Element) -> Problem | None:
    """Why the version that is asked for cannot be settled; None when it can."""
    number, tag, newest = called.version[:TAG_LIMIT], called.tag[:TAG_LIMIT], draft.procedures.latest(called.key)
    if called.binding not in BINDINGS:
        reason = _("The binding '%(binding)s' is unknown.", binding=called.binding[:TAG_LIMIT])
        return about(CALL_BINDING, element, reason, _("Write one of %(known)s.", known=listed(BINDINGS)))
    if number and called.binding != VERSION:
        return about(
            CALL_BINDING,
            element,
            _("A version number is given, but the call is not bound by version, so it has no effect."),
            _("Delete the version number, or change the binding to version."),
        )
    if tag and called.binding != VERSION_TAG:
        return about(
            CALL_BINDING,
            element,
            _("A version tag is given, but the call is not bound by version tag, so it has no effect."),
            _("Delete the version tag, or change the binding to versionTag."),
        )
    if called.binding == VERSION:
        if not (number.isdecimal() and number.isascii() and len(number) <= 6):
            reason = (
                _("The version number '%(number)s' cannot be used.", number=number)
                if number
                else _("The call is bound by version number, but no number is given.")
            )
            return about(
                CALL_VERSION, element, reason, _("Write a number, such as 3. An expression cannot be used here.")
            )
        if resolve(draft.procedures, called) is None:
            reason = _("The procedure %(key)s has no version %(number)s.", key=called.key[:64], number=number)
            last = newest.version if newest else 0
            return about(
                CALL_VERSION, element, reason, _("The latest is version %(last)s. Change the number.", last=last)
            )
    if called.binding == VERSION_TAG:
        if not tag or "${" in tag or "#{" in tag:
            reason = (
                _("The version tag '%(tag)s' cannot be used.", tag=tag)
                if tag
                else _("The call is bound by version tag, but no tag is given.")
            )
            return about(
                CALL_TAG,
                element,
                reason,
                _("Write the version tag of that diagram, such as 2026-10. An expression cannot be used here."),
            )
        if resolve(draft.procedures, called) is None:
            reason = _("The procedure %(key)s has no version with the tag %(tag)s.", key=called.key[:64], tag=tag)
            return about(
                CALL_TAG,
                element,
                reason,
                _("Deploy the version with this tag (camunda:versionTag) first, or change the tag."),
            )
    return None

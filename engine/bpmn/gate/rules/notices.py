"""Who is notified, and of what."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, every
from engine.bpmn.gate.rules.units import POST_UNKNOWN, names_unit
from engine.bpmn.reading.elements import OPERATING, Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

NOTICE_EMPTY = Rule("notice-empty", _("A notice has a text."))
NOTICE_RECEIVER = Rule("notice-receiver", _("A notice is addressed to a unit and post."))


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.of_kind(*OPERATING):
        if element.properties.get("operation") in ("notify", "propose_entry"):
            yield from _notice(draft, element)


def _notice(draft: Draft, element: Element) -> Iterator[Problem]:
    told = element.properties.get("to", "").strip()
    if element.properties["operation"] != "notify" and told and not element.properties.get("text", "").strip():
        yield about(
            NOTICE_EMPTY,
            element,
            _("It says who is notified, but not of what."),
            _("Add the property text with one sentence."),
        )
    for to in (to.strip() for to in told.split(",") if told):
        unit, colon, role = to.partition(":")
        if not (unit and colon and role):
            yield about(
                NOTICE_RECEIVER,
                element,
                _("'%(to)s' does not say correctly who is notified.", to=to[:80]),
                _("Write unit:post, such as receiving_unit:liaison."),
            )
            continue
        yield from names_unit(draft, element, unit)
        if role not in draft.roles:
            yield about(
                POST_UNKNOWN,
                element,
                _("There is no post called %(role)s.", role=role[:80]),
                _("Available: %(known)s.", known=every(draft.roles)),
            )

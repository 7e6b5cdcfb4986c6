"""A name that stands for a unit, a kind of unit or a post is one that the city has."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, every
from engine.bpmn.reading.elements import Element, Lane
from engine.messages import Text
from engine.messages import gettext as _
from engine.problems import Problem, Rule

UNIT_UNKNOWN = Rule("unit-unknown", _("Where a unit is expected, there is a fact or the code of a unit."))
UNIT_NOT_HELD = Rule("unit-not-held", _("A fact that stands for a unit holds a unit."))
POST_UNKNOWN = Rule("post-unknown", _("A post exists in the city."))
UNIT_KIND_UNKNOWN = Rule("unit-kind-unknown", _("A kind of unit exists in the city."))


def who(draft: Draft, subject: Element | Lane, unit: str, roles: frozenset[str]) -> Iterator[Problem]:
    """The unit is a fact that holds one or a unit of the city, and every role exists."""
    if unit:
        yield from (about(rule, subject, reason, remedy) for rule, reason, remedy in not_a_unit(draft, unit))
    for role in sorted(roles - draft.roles):
        yield about(
            POST_UNKNOWN,
            subject,
            _("There is no post called %(role)s.", role=role[:80]),
            _("Available: %(known)s.", known=every(draft.roles)),
            f"role = {draft.post_codes[role]}" if role in draft.post_codes else "",
        )


def not_a_unit(draft: Draft, name: str, several: bool = False) -> Iterator[tuple[Rule, Text, Text]]:
    """Why a name does not stand for a unit: the rule, and two sentences. `several`: a list of units will do."""
    remedy = _(
        "Write a fact that holds a unit (the key of a form field that asks for a unit, or the process property "
        "starter), or the code of a unit."
    )
    field = draft.fields.get(name)
    if name not in draft.facts and name not in draft.units:
        yield UNIT_UNKNOWN, _("Nothing says which unit %(name)s is.", name=name[:80]), remedy
    elif field is not None and field.widget != "unit" and not (several and field.widget == "units"):
        yield UNIT_NOT_HELD, _("%(name)s does not hold a unit (%(label)s).", name=name[:80], label=field.label), remedy


def names_unit(draft: Draft, element: Element, name: str) -> Iterator[Problem]:
    """The problem when a name that stands in a property of the element is no unit."""
    yield from (about(rule, element, reason, remedy) for rule, reason, remedy in not_a_unit(draft, name))

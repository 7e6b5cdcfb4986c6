"""What a period has to say, and that a period which is named is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, named
from engine.bpmn.gate.rules.units import names_unit
from engine.bpmn.reading import by_event
from engine.bpmn.reading.elements import OPERATING, Element
from engine.messages import Text
from engine.messages import gettext as _
from engine.problems import Problem, Rule

PERIOD_UNMARKED = Rule("period-unmarked", _("Properties of a period are written only on a period."))
PERIOD_KEY = Rule("period-key", _("The key of a period is written in lower-case letters."))
PERIOD_CYCLE = Rule("period-cycle", _("A period ends once."))
PERIOD_BASIS = Rule("period-basis", _("A period states its rule and its basis."))
PERIOD_RULE_LONG = Rule("period-rule-long", _("The number of a rule is short."))
PERIOD_HARD = Rule("period-hard", _("A period says whether it is legal or recommended."))
PERIOD_UNIT = Rule("period-unit", _("A period says which unit has to meet it."))
PERIOD_TWICE = Rule("period-twice", _("A period is drawn only once on a task."))
PERIOD_UNNAMED = Rule("period-unnamed", _("A period has a name."))
PERIOD_UNKNOWN = Rule("period-unknown", _("A period that is named is drawn in the diagram."))
KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
RULE_LIMIT = 16


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.running:
        if element.timer is not None and (element.kind == "boundaryEvent" or element.begins_within):
            yield from _period(draft, element)
        yield from _named_deadlines(draft, element)


def _period(draft: Draft, element: Element) -> Iterator[Problem]:
    properties = element.properties
    key = properties.get("deadline")
    if key is None:
        extra = sorted(properties.keys() & {"title", "rule", "basis", "hard", "unit"})
        if extra:
            yield about(
                PERIOD_UNMARKED,
                element,
                _("%(name)s is given without the property deadline.", name=extra[0]),
                _("If this is a legal period, add the property deadline. Otherwise delete it."),
            )
        return
    assert element.timer is not None
    if not KEY.fullmatch(key):
        yield about(
            PERIOD_KEY,
            element,
            _("The period key '%(key)s' cannot be used.", key=key[:80]),
            _(
                "Begin with a lower-case letter, and use only lower-case letters, digits and underscores, such as "
                "referral."
            ),
        )
    if element.timer.kind == "cycle":
        yield about(
            PERIOD_CYCLE,
            element,
            _("A period ends once and cannot be a cycle."),
            _(
                "Use timeDate or timeDuration. The system sends reminders and escalations on its own; they are not "
                "drawn."
            ),
        )
    for name in ("rule", "basis"):
        if not properties.get(name, "").strip():
            yield about(
                PERIOD_BASIS,
                element,
                _("The period does not say %(name)s.", name=name),
                _("Add the properties rule (the number of the rule, such as R55) and basis (the text of the basis)."),
            )
    if len(properties.get("rule", "")) > RULE_LIMIT:
        yield about(
            PERIOD_RULE_LONG,
            element,
            _("The property rule of the period is too long."),
            _("Write only the number of the rule, such as R55, at most %(most)s characters.", most=RULE_LIMIT),
        )
    if properties.get("hard") not in ("true", "false"):
        yield about(
            PERIOD_HARD,
            element,
            _("The period does not say whether it is legal or recommended."),
            _("Add the property hard: true for a legal period, false for a recommended one."),
        )
    if not properties.get("unit"):
        yield about(
            PERIOD_UNIT,
            element,
            _("The period does not say which unit has to meet it."),
            _("Add the property unit, such as referring_unit."),
        )
    else:
        yield from names_unit(draft, element, properties["unit"])
    yield from _twin(draft, element, key)
    yield from _name(element)


def _twin(draft: Draft, element: Element, key: str) -> Iterator[Problem]:
    host = by_event.host_of(draft.diagram, element)
    handlers = draft.diagram.handlers(host) if element.kind == "startEvent" else []
    same = [
        event.id
        for event in (*draft.diagram.attached(host or ""), *handlers)
        if event.is_period and event.properties["deadline"] == key
    ]
    if element.id in same[1:]:
        yield about(
            PERIOD_TWICE,
            element,
            _("The period %(key)s is drawn twice on one task.", key=key[:80]),
            _("Delete one of them, or use another key."),
        )


def _name(element: Element) -> Iterator[Problem]:
    if not element.name and not element.properties.get("title", "").strip():
        yield about(
            PERIOD_UNNAMED,
            element,
            _("The period has no name, so a reminder has no words to show."),
            _("Write a name, such as '3 working days are over', or the property title, such as 'Referral period'."),
        )


def _named_deadlines(draft: Draft, element: Element) -> Iterator[Problem]:
    """A period that a task or an operation names is one that is drawn."""
    names = ("deadline", "meets") if element.kind in OPERATING else ("deadline",)
    if element.timer is not None or element.kind not in ("userTask", *OPERATING):
        return
    for name in names:
        several = element.properties.get("operation") == "shorten_deadline" and name == "deadline"
        text = element.properties.get(name)
        for key in [] if text is None else text.split(",") if several else [text]:
            if key.strip() not in draft.deadlines:
                yield about(
                    PERIOD_UNKNOWN,
                    element,
                    _("There is no period called '%(key)s' in the diagram.", key=key[:80]),
                    _drawn(draft, key.strip()),
                )


def _drawn(draft: Draft, wrong: str) -> Text:
    return (
        _("Write a period that is drawn in the diagram: %(known)s.", known=named(draft.deadlines, wrong))
        if draft.deadlines
        else _("Draw a timer boundary event with the property deadline first.")
    )

"""A fact has a name that expressions can read."""

from __future__ import annotations

import keyword
from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.reading.elements import FACT, OPERATING, SAYING, Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

FACT_NAME = Rule("fact-name", _("An expression can read the name of a fact."))
RESERVED = frozenset({"value", "n", "typename"})
NAME_LIMIT = 64


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.of_kind(*OPERATING):
        yield from _facts(element)


def _facts(element: Element) -> Iterator[Problem]:
    names = [name.removeprefix(FACT) for name in element.properties if name.startswith(FACT)]
    names += [element.properties[name] for name in SAYING if name in element.properties]
    for name in names:
        if not can_be_a_fact(name):
            yield about(
                FACT_NAME,
                element,
                _("The fact name '%(name)s' cannot be used.", name=name[:80]),
                _("Use letters, digits and underscores, beginning with a letter, such as extended_at."),
            )


def can_be_a_fact(name: str) -> bool:
    """Whether expressions can read a fact of this name."""
    spelled = name.isidentifier() and name.isascii() and not name.startswith("_") and len(name) <= NAME_LIMIT
    return spelled and name not in RESERVED and not keyword.iskeyword(name)

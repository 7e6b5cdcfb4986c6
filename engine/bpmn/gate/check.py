"""The deployment gate: every reason why a diagram cannot be run as it is drawn, each with what to draw instead.

The one forbidden outcome is a diagram that is accepted and then does something else than it shows. Pure; never raises
for a tree that `read_diagram` has let pass.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from lxml import etree

from engine.bpmn.gate.draft import Draft, line_of
from engine.bpmn.gate.procedures import NoProcedures, Procedures
from engine.bpmn.gate.registry import CHECKS, RULES_OF_WAYS
from engine.bpmn.gate.rules import sound
from engine.bpmn.reading.elements import Diagram
from engine.forms.schema import Form
from engine.messages import Name
from engine.problems import Problem

NAME_LIMIT = 128


def check(
    root: etree._Element,
    diagram: Diagram,
    forms: Mapping[str, Form],
    *,
    operations: Mapping[str, object],
    known_units: Collection[str],
    roles: Collection[str],
    functions: Collection[str],
    config_keys: Collection[str],
    unit_kinds: Collection[str] = (),
    procedures: Procedures | None = None,
    unreadable: Collection[str] = (),
    post_codes: Mapping[str, str] = MappingProxyType({}),
) -> list[Problem]:
    """Every problem of the diagram, by subject, each with its line; without errors it may be deployed.

    `operations` maps the name of each operation to what it takes (`required`, `optional` and `expressions` are sets of
    property names); `config_keys` are the city's rules. Kinds of unit are checked when `unit_kinds` are given.
    `procedures` are those that this one may call or start. What is wrong with the `unreadable` forms is told elsewhere.
    `post_codes` are the codes of posts by their names.
    """
    draft = Draft(
        root,
        diagram,
        forms,
        operations,
        frozenset(known_units),
        frozenset(unit_kinds),
        frozenset(roles),
        frozenset(functions),
        frozenset(config_keys),
        procedures or NoProcedures(),
        frozenset(unreadable),
        post_codes,
    )
    found = [problem for rules in CHECKS for problem in rules(draft)]
    if not any(problem.rule in RULES_OF_WAYS for problem in found):
        found = sound.with_ways(found, list(sound.check(draft)))
    lines = _lines(root) if found else {}
    return list(dict.fromkeys(_short(_placed(problem, lines)) for problem in found))


def _lines(root: etree._Element) -> Mapping[str, int]:
    """Id -> the line on which the element begins, the first of several."""
    lines: dict[str, int] = {}
    for node in root.iter(etree.Element):
        lines.setdefault(node.get("id", ""), line_of(node))
    return lines


def _placed(problem: Problem, lines: Mapping[str, int]) -> Problem:
    return (
        problem
        if problem.line
        else replace(problem, line=lines.get(problem.element_id, 0) if problem.element_id else 0)
    )


def _short(problem: Problem) -> Problem:
    """The same, fit to be shown: a name of any length may stand in a file."""
    name = problem.element_name
    if isinstance(name, Name) and len(name.drawn) > NAME_LIMIT:
        name = Name(name.drawn[:NAME_LIMIT])
    return replace(problem, element_id=problem.element_id[:NAME_LIMIT], element_name=name)

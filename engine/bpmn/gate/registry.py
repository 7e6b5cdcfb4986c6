"""Every rule of the gate, collected from where they are judged: the families below, the tables, the readers of files.

A family is a module of `rules`: its rules stand at its top, and its `check(draft)` yields every problem that it finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType, ModuleType

from engine.bpmn.gate import refusals
from engine.bpmn.gate.rules import (
    answers,
    arguments,
    bindings,
    buttons,
    calls,
    clocks,
    conditional_events,
    confidential,
    contents,
    dialects,
    documents,
    doubles,
    drawn_only,
    errors,
    event_branches,
    event_gateways,
    events,
    executable,
    expressions,
    facts,
    flows,
    form_data,
    forms,
    gateways,
    ids,
    inclusive,
    internal,
    joins,
    lanes,
    letters,
    loops,
    notices,
    operations,
    passed,
    people,
    periods,
    process,
    properties,
    reachable,
    references,
    results,
    said_before,
    scripts,
    several,
    shapes,
    side_by_side,
    size,
    sound,
    starters,
    starts,
    task_properties,
    tellings,
    timed_starts,
    timers,
    units,
    unset,
)
from engine.bpmn.reading import read
from engine.forms import rules as form_files
from engine.problems import Rule, Weight

FAMILIES: tuple[ModuleType, ...] = (
    executable, ids, contents, references, shapes, drawn_only,
    size, starts, events, flows, gateways, event_gateways, errors, reachable, loops, joins, doubles,
    inclusive, side_by_side, event_branches,
    process, starters, lanes, people, buttons, tellings,
    timed_starts, timers, periods, clocks, several,
    properties, results, task_properties, operations, scripts, passed, documents, notices, facts,
    calls,
    form_data, forms, answers, confidential, internal,
    conditional_events, expressions, unset, said_before,
)  # fmt: skip
"""In the order in which their problems are told: the file, the flows, who, periods, properties, calls, forms, expressions."""
MODULES: tuple[ModuleType, ...] = (read, *FAMILIES, sound, units, bindings, arguments, form_files, letters, dialects)
"""Wherever rules stand: the families, those that several of them judge by, and what reads diagrams, forms and letters."""
CHECKS = tuple(family.check for family in FAMILIES)


def every_rule() -> Iterator[Rule]:
    """Each rule where it stands, those of the tables last."""
    for module in MODULES:
        yield from (found for found in vars(module).values() if isinstance(found, Rule))
    for table in (refusals.ELEMENTS, refusals.ATTRIBUTES, refusals.CAMUNDA, *refusals.MISPLACED.values()):
        yield from (refusal.rule for refusal in table.values())


RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in every_rule()})
"""Id -> rule."""

_WAYS = (starts, events, event_gateways, flows, reachable, loops, doubles)
RULES_OF_WAYS: frozenset[str] = frozenset(
    {
        *(found.id for module in _WAYS for found in vars(module).values() if isinstance(found, Rule)),
        *(refusal.rule.id for refusal in refusals.ELEMENTS.values()),
        *(found.id for found in (contents.ELEMENT_UNKNOWN, contents.ELEMENT_MISPLACED, references.POOL_PROCESS)),
        *(found.id for found in (ids.ID_MISSING, ids.ID_TWICE, executable.PROCESS_MISSING, executable.PROCESS_TWICE)),
        *(found.id for found in (event_branches.EVENT_FLOWS_BACK, size.DIAGRAM_TOO_LARGE)),
    }
)
"""While one of these is broken, nobody knows where a case goes, and states are not looked through."""

_HEAVY: Mapping[Weight, tuple[ModuleType, ...]] = {
    Weight.STRAY: (
        read, executable, size, starts, events, flows, gateways, event_gateways, errors, reachable, loops, joins, doubles,
        inclusive, side_by_side, event_branches, conditional_events, tellings, calls, bindings, clocks, operations, scripts,
        expressions, unset, arguments, facts, said_before, sound,
    ),
    Weight.NOBODY: (starters, lanes, people, units, form_data, forms, form_files, answers, buttons),
    Weight.PERIOD: (timed_starts, timers, periods),
    Weight.PAPER: (documents, letters),
    Weight.SIGHT: (shapes, confidential, internal, process, notices, results),
}  # fmt: skip
"""What a broken rule of each family does to a case; where a rule stands in several, the worst counts. All others are writing."""


def _weights() -> Mapping[str, Weight]:
    weights = dict.fromkeys(RULES, Weight.WRITING)
    for table in (refusals.ELEMENTS, refusals.CAMUNDA, *refusals.MISPLACED.values()):
        weights |= {refusal.rule.id: Weight.STRAY for refusal in table.values()}
    weights |= {rule.id: Weight.STRAY for rule in (contents.ELEMENT_UNKNOWN, contents.ELEMENT_MISPLACED)}
    for weight in sorted(_HEAVY, reverse=True):
        for module in _HEAVY[weight]:
            weights |= {found.id: weight for found in vars(module).values() if isinstance(found, Rule)}
    return MappingProxyType(weights)


WEIGHTS: Mapping[str, Weight] = _weights()
"""Id of a rule -> what becomes of a case when it is broken."""

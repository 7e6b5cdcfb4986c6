"""In which order problems are told: what stops a case first, by element; and what only follows from another is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.bpmn.gate.registry import WEIGHTS
from engine.bpmn.gate.rules import (
    arguments,
    calls,
    confidential,
    contents,
    documents,
    doubles,
    expressions,
    flows,
    forms,
    gateways,
    ids,
    internal,
    joins,
    lanes,
    letters,
    process,
    reachable,
    references,
    units,
    unset,
)
from engine.forms import rules as form_files
from engine.problems import Problem, Severity, Weight

NO_FORM = frozenset(
    {
        *(rule.id for rule in (forms.FORM_MISSING, forms.FORM_NOT_DEPLOYED)),
        *(rule.id for rule in (form_files.FORM_TOO_LARGE, form_files.FORM_NOT_JSON, form_files.FORM_NOT_FORM)),
    }
)
"""While a form is not there, nobody knows which facts it says."""
NAMES = frozenset(
    {
        *(rule.id for rule in (expressions.FACT_UNKNOWN, forms.READONLY_UNSAID, units.UNIT_UNKNOWN)),
        *(rule.id for rule in (process.TITLE_UNSAID, process.PARTY_UNSAID, letters.LETTER_FACT)),
        *(rule.id for rule in (arguments.NAME_UNKNOWN, calls.CALL_FACT, documents.DOCUMENT_FORM)),
        *(rule.id for rule in (confidential.CONFIDENTIAL_SHOWN, internal.INTERNAL_SHOWN)),
        *(rule.id for rule in (unset.EXPRESSION_UNSET, unset.CONDITION_NEVER)),
    }
)
"""What is said of names that nobody seems to say, or to ask for."""
UNKNOWN = frozenset(rule.id for rule in (units.UNIT_UNKNOWN, units.POST_UNKNOWN, units.UNIT_KIND_UNKNOWN))
"""What is said of names that the city may not have."""
LOOSE = frozenset(
    rule.id
    for rule in (flows.FLOW_LOOSE, references.POOL_PROCESS, contents.ELEMENT_UNKNOWN, ids.ID_MISSING, ids.ID_TWICE)
)
"""What takes steps or flows out of the picture of the procedure; so does every element that does not run."""
WAYS = frozenset(
    {
        *(rule.id for rule in (reachable.UNREACHABLE, reachable.NO_WAY_TO_END)),
        *(rule.id for rule in (flows.GATEWAY_NO_WAY_IN, gateways.GATEWAY_NO_QUESTION, lanes.LANE_STEP_MISSING)),
        *(rule.id for rule in (doubles.MERGE_DOUBLES, doubles.LOOP_DOUBLES, joins.JOIN_STARVES, joins.JOIN_IN_LOOP)),
        joins.BRANCH_ENDS_EARLY.id,
    }
)
"""What is said of the ways through the procedure."""


@dataclass(frozen=True)
class Findings:
    """What a reader is shown in one round, and how many others only follow from it."""

    problems: tuple[Problem, ...]
    following: int = 0

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


def in_one_round(problems: Iterable[Problem]) -> Findings:
    """Each cause once, those of an element together, the heaviest first; without what follows from another."""
    every = tuple(dict.fromkeys(problems))
    causes: dict[object, Problem] = {}
    for problem in sorted(every, key=_rank):
        if not _follows(problem, every):
            causes.setdefault(_cause(problem), problem)
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in causes.values():
        groups.setdefault((problem.file, problem.element_id), []).append(problem)
    return Findings(tuple(problem for group in groups.values() for problem in group), len(every) - len(causes))


def _cause(problem: Problem) -> object:
    """A name that nobody knows is one cause, wherever it stands; anything else is wrong in its own place."""
    return (problem.rule, problem.reason) if problem.rule in UNKNOWN else problem


def _rank(problem: Problem) -> tuple[bool, Weight, str, int]:
    is_warning = problem.severity is Severity.WARNING
    return is_warning, WEIGHTS.get(problem.rule, Weight.WRITING), problem.file, problem.line


def _follows(problem: Problem, every: Sequence[Problem]) -> bool:
    """Whether it may be gone when something else of these is mended; nothing else can be said of it before."""
    if problem.rule in NAMES:
        return any(other.rule in NO_FORM for other in every)
    if problem.rule in WAYS:
        return any(other.rule in LOOSE or other.rule.startswith("element-") for other in every)
    return False

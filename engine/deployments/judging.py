"""Whether a diagram may be deployed, with the forms and letters beside it: everything that is wrong, told in one round."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from engine.bpmn.gate import check as gate
from engine.bpmn.gate.order import Findings, in_one_round
from engine.bpmn.gate.procedures import NoProcedures, Procedures, begun_by
from engine.bpmn.gate.rules import dialects, shapes
from engine.bpmn.gate.rules.calls import CALL_RETIRED
from engine.bpmn.reading import elements, read
from engine.bpmn.reading.elements import Diagram
from engine.deployments import letter_presence, letters
from engine.deployments.shipped import Beside
from engine.documents.fonts import Fonts
from engine.errors import DiagramRefused
from engine.forms.schema import Form, read_as_far
from engine.messages import gettext as _
from engine.problems import Problem


@dataclass(frozen=True)
class City:
    """What must be known of an installation to judge a diagram."""

    operations: Mapping[str, object]
    units: frozenset[str]
    roles: frozenset[str]
    functions: frozenset[str]
    rules: frozenset[str]
    fonts: Fonts
    unit_kinds: frozenset[str] = frozenset()
    procedures: Procedures = field(default_factory=NoProcedures)
    """Those that a diagram may call."""
    retired: frozenset[str] = frozenset()
    letter_codes: Mapping[str, str] = field(default_factory=dict)
    """The code of each letter in force, by its name."""
    post_codes: Mapping[str, str] = field(default_factory=dict)
    """The codes of posts by the names that somebody may have written instead."""


@dataclass(frozen=True)
class Judged:
    diagram: Diagram
    findings: Findings

    def require_in_order(self) -> None:
        """Raises DiagramRefused with every error; what is only worth knowing stands in nobody's way."""
        if self.findings.errors:
            raise DiagramRefused(list(self.findings.errors), self.findings.following)


def judge(content: bytes, beside: Beside, city: City, name: str = "") -> Judged:
    """Everything that is wrong with the file of this name and with what lies beside it.

    Raises DiagramRefused for a file in which no diagram can be read.
    """
    root = read.read_diagram(content)
    diagram = elements.read_elements(root)
    contents = beside.forms_found
    forms, wrong = _forms(diagram, contents)
    unreadable = {problem.element_id.partition(".")[0] for problem in wrong} - {key.partition("(")[0] for key in forms}
    facts = frozenset(diagram.declared_facts(forms.values()))
    found = gate.check(
        root,
        diagram,
        forms,
        operations=city.operations,
        known_units=city.units,
        roles=city.roles,
        functions=city.functions,
        config_keys=city.rules,
        unit_kinds=city.unit_kinds,
        procedures=city.procedures,
        unreadable=unreadable,
        post_codes=city.post_codes,
    )
    written = read.read_as_written(content)
    noted = [*dialects.noted(written), *shapes.noted(written)]
    in_letters = letters.problems(diagram, facts, _lying(beside), city.functions, city.letter_codes, city.fonts)
    in_letters = chain(in_letters, letter_presence.problems(diagram, forms, _lying(beside)))
    placed = _Places(diagram, contents, beside.form_places, name)
    every = [
        *beside.out_of_place(diagram),
        *calls_of_retired(diagram, city.retired),
        *found,
        *wrong,
        *in_letters,
        *noted,
    ]
    return Judged(diagram, in_one_round(map(placed.placed, every)))


def _lying(beside: Beside) -> letters.Lying:
    return letters.Lying(beside.letters, beside.broken_letters, beside.letter_places)


def _forms(diagram: Diagram, contents: Mapping[str, bytes]) -> tuple[dict[str, Form], list[Problem]]:
    """`Element.form_key` -> the form as far as it can be read, of all that the diagram names; and what is wrong with them."""
    forms: dict[str, Form] = {}
    wrong: list[Problem] = []
    contents = {**contents, **diagram.drawn_forms}
    for form_id in sorted(diagram.form_ids & contents.keys()):
        for form_key, given in diagram.form_uses(form_id).items():
            form, problems = read_as_far(contents[form_id], given)
            if form is not None:
                forms[form_key] = form
            wrong += (_of_form(form_id, problem) for problem in problems)
    return forms, wrong


def forms_as_far(diagram: Diagram, contents: Mapping[str, bytes]) -> dict[str, Form]:
    """`Element.form_key` -> the form that the diagram asks there, as far as it is there and can be read."""
    return _forms(diagram, contents)[0]


def _of_form(form_id: str, problem: Problem) -> Problem:
    """The element of a problem in a form is the form's id and a field's key."""
    key = problem.element_id.rpartition(".")[2]
    said = _("Form %(form)s: %(said)s", form=form_id, said=problem.reason)
    return replace(problem, element_id=f"{form_id}.{key}".rstrip("."), reason=said)


def calls_of_retired(diagram: Diagram, retired: frozenset[str]) -> Iterator[Problem]:
    """Nobody may start a retired procedure, by a new call neither."""
    for key in sorted(retired & begun_by(diagram) - {diagram.key}):
        yield CALL_RETIRED.problem(
            "",
            "",
            _("The diagram calls or starts the procedure %(key)s, which is retired.", key=key),
            _("Revive it first (lianban revive %(key)s), or do not call it.", key=key),
        )


class _Places:
    """In which file, and on which of its lines, a problem stands."""

    def __init__(self, diagram: Diagram, forms: Mapping[str, bytes], form_places: Mapping[str, str], name: str) -> None:
        self._diagram, self._forms, self._form_places, self._name = diagram, forms, form_places, name

    def placed(self, problem: Problem) -> Problem:
        if problem.file:
            return problem
        form, _, key = problem.element_id.partition(".")
        form = form.partition("(")[0]
        if problem.element_id in self._diagram.elements or form not in self._forms:
            return replace(problem, file=self._name)
        line = problem.line or _line_of(key, self._forms[form])
        return replace(problem, file=self._form_places.get(form, f"{form}.form"), line=line)


def _line_of(key: str, form: bytes) -> int:
    """The line of a form's file on which this key is given to a component; 0 when there is none."""
    text = form.decode(errors="replace")
    found = re.search(rf'"(key|id)"\s*:\s*"{re.escape(key)}"', text) if key else None
    return text.count("\n", 0, found.start()) + 1 if found else 0

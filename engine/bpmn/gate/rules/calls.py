"""Procedures that call or start each other: the other one is there, knows what it is handed, and never comes back round."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from engine.bpmn.gate.beginning import coming_by_itself, needed_to_begin
from engine.bpmn.gate.draft import EMPTY, LIKE, Draft, about, named
from engine.bpmn.gate.procedures import Signature, all_begun, begun, resolve, signature
from engine.bpmn.gate.rules.bindings import binding_problem
from engine.bpmn.reading.called import Called
from engine.bpmn.reading.elements import IN, Element
from engine.bpmn.reading.expressions import compile_expression
from engine.errors import ExpressionError
from engine.messages import Text
from engine.messages import gettext as _
from engine.problems import Problem, Rule

CALL_CIRCLE = Rule("call-circle", _("Procedures do not call each other in a circle."))
CALL_UNKNOWN = Rule("call-unknown", _("A called procedure is deployed."))
CALL_RETIRED = Rule("call-retired", _("A called procedure is not retired."))
SELF_START_LATEST = Rule("self-start-latest", _("A procedure that starts itself uses its latest version."))
SELF_START_ENDLESS = Rule("self-start-endless", _("Somebody acts before a procedure starts itself again."))
CALL_OUTPUT = Rule("call-output", _("What a call hands back is an expression that can be read."))
CALL_INPUT_MISSING = Rule("call-input-missing", _("A call hands over what the called procedure needs to begin."))
CALL_FACT = Rule("call-fact", _("A call hands over and takes back facts that the called procedure has."))


def check(draft: Draft) -> Iterator[Problem]:
    for called, element, handed in begun(draft.diagram):
        key = called.key
        if key == draft.diagram.key and element.kind != "callActivity":
            yield from _anew(draft, called, element, handed)
        elif key == draft.diagram.key:
            yield about(
                CALL_CIRCLE,
                element,
                _("The procedure %(key)s leads back to this one without end.", key=key[:64]),
                _("Remove one of the calls."),
            )
        elif draft.procedures.latest(key) is None:
            known = named(draft.procedures.keys(), key) if draft.procedures.keys() else _("none")
            name = key[:64] or EMPTY
            yield about(
                CALL_UNKNOWN,
                element,
                _("There is no deployed procedure called %(name)s.", name=name),
                _("Deploy it first, or use a procedure that is deployed (%(known)s).", known=known),
            )
        elif problem := binding_problem(draft, called, element):
            yield problem
        elif other := resolve(draft.procedures, called):
            if draft.diagram.key in all_begun(draft.procedures, other):
                yield about(
                    CALL_CIRCLE,
                    element,
                    _("The procedure %(key)s leads back to this one without end.", key=key[:64]),
                    _("Remove one of the calls."),
                )
            yield from _mappings(draft, element, handed, other)


def _anew(draft: Draft, called: Called, element: Element, handed: set[str]) -> Iterator[Problem]:
    """A procedure starts itself once more. It may, where a person has to act before it comes to that again."""
    if called.is_pinned:
        yield about(
            SELF_START_LATEST,
            element,
            _("A procedure that starts itself again can only use its latest version."),
            _("Delete binding, version and version_tag."),
        )
    if _comes_by_itself(draft, element):
        reason = _(
            "Nobody acts between the start and this step, so the procedure would start itself again without end."
        )
        yield about(
            SELF_START_ENDLESS,
            element,
            reason,
            _("Draw a user task before it, where somebody decides whether to start another case."),
        )
    needs = needed_to_begin(draft.diagram, draft.forms)
    yield from _mappings(draft, element, handed, signature(draft.diagram, draft.facts, needs=needs))


def _comes_by_itself(draft: Draft, element: Element) -> bool:
    """Whether the element is reached from the start with nobody completing a task or pressing a button."""
    return element in coming_by_itself(draft, draft.diagram.starts())


def _mappings(draft: Draft, element: Element, handed: set[str], other: Signature) -> Iterator[Problem]:
    if missing := handed - other.facts:
        known = named(other.facts, min(missing))
        remedy = _(
            "Use a name that it has (it can receive: %(known)s), or delete this line. To use a new fact, add it to "
            "the called procedure and deploy that procedure first.",
            known=known,
        )
        yield _without(element, missing, remedy)
    for name in sorted(other.needs - handed):
        yield about(
            CALL_INPUT_MISSING,
            element,
            _(
                "%(name)s is not handed over. '%(procedure)s' needs it to begin, so the case would stop here.",
                name=name[:80],
                procedure=element.called.key[:64] if element.called else "",
            ),
            _("Add an input mapping for it."),
            _handing(draft, element, name),
        )
    for mapping in element.outputs:
        try:
            unknown = compile_expression(mapping.expression).names - other.facts
        except ExpressionError as error:
            yield about(
                CALL_OUTPUT,
                element,
                _("The value handed back: %(said)s", said=error.sentence),
                _("Correct it. What can be used is listed in docs/reference/bpmn.md."),
            )
            continue
        if unknown:
            known = named(other.facts, min(unknown))
            remedy = _(
                "Use a name that it has (it can hand back: %(known)s), or delete this line. To use a new fact, add it "
                "to the called procedure and deploy that procedure first.",
                known=known,
            )
            yield _without(element, unknown, remedy)


def _handing(draft: Draft, element: Element, name: str) -> str:
    """The line that hands it over, with what this procedure has by that name or one that is like it; else empty."""
    nearest = [name] if name in draft.facts else get_close_matches(name[:LIKE], sorted(draft.facts), 1, 0.5)
    if not nearest:
        return ""
    source = nearest[0]
    if element.kind == "callActivity":
        return f'<camunda:in source="{source}" target="{name}" />'
    return f"{IN}{name} = {source}"


def _without(element: Element, missing: Collection[str], remedy: Text) -> Problem:
    """The other procedure does not know these facts; one sentence for all of them."""
    names = named({name[:64] for name in missing})
    return about(CALL_FACT, element, _("The called procedure has no fact called %(names)s.", names=names), remedy)

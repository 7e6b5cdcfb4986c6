"""A quorum says how many of several have to agree, where several are asked and what they answer is collected."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.quorum import AGREE, QUORUM, SOME, condition_of, read_quorum
from engine.messages import gettext as _
from engine.problems import Problem, Rule

QUORUM_WRITTEN = Rule("quorum-written", _("A quorum is all, any, a number or a share."))
QUORUM_ONCE = Rule("quorum-once", _("A quorum is set only on a step that several units are asked to do."))
QUORUM_COUNTS = Rule("quorum-counts", _("The answers that a quorum counts are collected."))
QUORUM_ALONE = Rule(
    "quorum-alone", _("How many are enough is written only once: as a quorum or as a completion condition.")
)
AGREE_ALONE = Rule(
    "agree-alone", _("Which answer counts as agreeing is written with the quorum, as one of the answers.")
)


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.running:
        if QUORUM in element.properties:
            yield from _quorum(element)
        if AGREE in element.properties:
            yield from _agree(element)


def _quorum(element: Element) -> Iterator[Problem]:
    written, many = element.properties[QUORUM], element.many
    quorum = read_quorum(written)
    if quorum is None:
        yield about(
            QUORUM_WRITTEN,
            element,
            _("'%(written)s' does not say clearly how many have to agree.", written=written[:80]),
            _(
                "Write all (everybody answers), any (one answer is enough), a number such as 2, a share such as 2/3, "
                "or 1/2+ for more than half."
            ),
            rewrite="quorum = 2/3",
        )
    if many is None:
        yield about(
            QUORUM_ONCE,
            element,
            _("It has a quorum but no multi-instance marker, so it is done only once."),
            _("Choose Parallel multi-instance from the wrench menu, and write the list of units as Collection."),
            rewrite='<multiInstanceLoopCharacteristics camunda:collection="members" camunda:elementVariable="member" />',
        )
    elif many.until and many.until != condition_of(element.properties, element.collects):
        yield about(
            QUORUM_ALONE,
            element,
            _("It has both a quorum and a completion condition, but only one can count."),
            _("Delete the property quorum, or the completion condition."),
        )
    if quorum is not None and quorum.kind == SOME and not element.collects:
        yield about(
            QUORUM_COUNTS,
            element,
            _("No answers are collected, so nobody can count how many agree."),
            _("Add the property collect:NAME with the answer of the form as its value."),
            rewrite="collect:opinions = opinion_outcome",
        )


def _agree(element: Element) -> Iterator[Problem]:
    quorum, agree = read_quorum(element.properties.get(QUORUM, "")), element.properties[AGREE].strip()
    if QUORUM in element.properties and (quorum is None or not agree):
        return  # the modeler writes an empty property for a field that was left empty
    if quorum is None or (agree and quorum.kind != SOME) or not agree.replace("_", "").replace("-", "").isalnum():
        yield about(
            AGREE_ALONE,
            element,
            _("The property agree has no effect here."),
            _("Write a quorum that is a number or a share, and write the value of one answer in agree; or delete it."),
        )

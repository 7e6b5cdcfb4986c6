"""A quorum says how many of several have to agree, where several are asked and what they answer is collected."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.quorum import AGREE, QUORUM, SOME, condition_of, read_quorum
from engine.messages import gettext as _
from engine.problems import Problem, Rule

QUORUM_WRITTEN = Rule("quorum-written", _("A quorum is all, any, a number or a share."))
QUORUM_ONCE = Rule("quorum-once", _("A quorum stands where several are asked."))
QUORUM_COUNTS = Rule("quorum-counts", _("What a quorum counts is collected."))
QUORUM_ALONE = Rule("quorum-alone", _("How many are enough is said once: as a quorum or as a completion condition."))
AGREE_ALONE = Rule("agree-alone", _("Which answer agrees is said beside a quorum, as one of the answers."))


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
            _("'%(written)s' does not say how many have to agree.", written=written[:80]),
            _("Write all, any, a number such as 2, a share such as 2/3, or 1/2+ for more than a half."),
            rewrite="quorum = 2/3",
        )
    if many is None:
        yield about(
            QUORUM_ONCE,
            element,
            _("It has a quorum, and is done once only: it has no multi-instance marker."),
            _("Choose Parallel multi-instance with the wrench, and write the list as Collection."),
            rewrite='<multiInstanceLoopCharacteristics camunda:collection="members" camunda:elementVariable="member" />',
        )
    elif many.until and many.until != condition_of(element.properties, element.collects):
        yield about(
            QUORUM_ALONE,
            element,
            _("It has a quorum and a completion condition, and only one of them can count."),
            _("Delete the property quorum, or the completion condition."),
        )
    if quorum is not None and quorum.kind == SOME and not element.collects:
        yield about(
            QUORUM_COUNTS,
            element,
            _("Nothing is collected, so that nobody can count who agrees."),
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
            _("Write a quorum that is a number or a share, and as agree the value of one answer; or delete it."),
        )

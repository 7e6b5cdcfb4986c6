"""What a user task says about going back, about documents and about whom it speaks to."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.bpmn.gate.draft import Draft, about, named
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

SEND_BACK_UNKNOWN = Rule("send-back-unknown", _("A step that a task can be sent back to is a user task."))
DOCUMENT_UNKNOWN = Rule("document-unknown", _("A service task delivers a document that a task drafts or signs for."))
ADDRESSED_VALUE = Rule("addressed-value", _("What is addressed to the other side has the value parties."))
ADDRESSED_DRAFTS = Rule("addressed-drafts", _("What is addressed to the other side is not also held back as a draft."))


def check(draft: Draft) -> Iterator[Problem]:
    tasks = {task.id for task in draft.of_kind("userTask")}
    for element in draft.of_kind("userTask"):
        yield from _way_back(element, tasks)
        yield from _papers(draft, element)
        yield from _addressed(element)


def _way_back(element: Element, tasks: Collection[str]) -> Iterator[Problem]:
    """Steps of other units to which a task may be sent back."""
    for name in element.properties.get("send_back_to", "").split(","):
        if name.strip() and (name.strip() not in tasks or name.strip() == element.id):
            remedy = _("Write the ids of earlier user tasks, separated by commas.")
            yield about(
                SEND_BACK_UNKNOWN,
                element,
                _("%(name)s in the property send_back_to is not another user task.", name=name.strip()[:80]),
                remedy,
            )


def _papers(draft: Draft, element: Element) -> Iterator[Problem]:
    """The papers that a user task drafts or signs for are issued by service tasks of the diagram."""
    issuing = draft.issuing
    for key in ("drafts", "signs_for"):
        for name in filter(None, (name.strip() for name in element.properties.get(key, "").split(","))):
            if name not in issuing:
                known = named(issuing, name) if issuing else _("(none)")
                yield about(
                    DOCUMENT_UNKNOWN,
                    element,
                    _(
                        "%(name)s in the property %(key)s is not a service task that delivers a document.",
                        key=key,
                        name=name[:80],
                    ),
                    _("Allowed here: %(known)s.", known=known),
                )


def _addressed(element: Element) -> Iterator[Problem]:
    """What is said to the other parties is written `parties`, and is not kept back as the draft of a paper."""
    value = element.properties.get("addressed")
    if value is None:
        return
    if value != "parties":
        yield about(
            ADDRESSED_VALUE,
            element,
            _("The property addressed cannot be '%(value)s'.", value=value[:80]),
            _("Write parties, or delete the property."),
        )
    elif element.drafts:
        yield about(
            ADDRESSED_DRAFTS,
            element,
            _(
                "Both addressed and drafts are given. What is addressed to the other side and what must stay hidden "
                "until sign-off cannot be in the same answer."
            ),
            _("Delete one of the properties."),
        )

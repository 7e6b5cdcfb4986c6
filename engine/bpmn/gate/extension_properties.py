"""The extension properties that an element may have, by the sort of the element; part of what `constructs` allows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.bpmn.reading.elements import OPERATING
from engine.messages import Text
from engine.messages import gettext as _

_NUMBERED = re.compile(r"(when|otherwise)_[2-9]")
_COLLECT = _(
    "Of a step that is done several times: the fact that holds the list of what is collected, in the order of the "
    "collection, of those that are done by now; its value is the expression of one item, such as "
    "collect:opinions = opinion."
)
_ADDS = _(
    "Of a step that each unit of a list is asked to do: who may add a unit while it runs, or take off one that has not "
    "answered: unit:post, several separated by commas; starter is whoever handles cases in the starting unit. Left out, "
    "nobody may."
)
_QUORUM = _(
    "Of a step that is done several times: how many have to agree, instead of a completion condition. all (everybody "
    "answers), any (the first answer is enough), a number such as 2, a share such as 2/3, or 1/2+ for more than a half. "
    "When so many agree, or so many cannot agree any more, what is still open lapses."
)
_AGREE = _("Beside a quorum: which answer of the first collect: counts as agreeing. Left out, it is agree.")
_CORRELATION = _(
    "By what a message finds the case: an expression that gives a number or a short text. Left out, the case that throws it "
    "reaches a case that it has called or started, or that called or started it, or one that waits by its number; the case "
    "that waits is found by its own number."
)
_AWAITS = _("message: it waits for a message of another case. Left out, it is a button.")
_LAPSES = _(
    "true: what this non-interrupting event has opened lapses when the task is done. Left out, the branch goes on "
    "to its own end."
)
_PRESSED: Mapping[str, Text] = {
    "unit": _("The unit that may press it; several are separated by commas, together with pressed_by."),
    "role": _("The post that may press it."),
    "when": _("When it may be pressed, an expression; more conditions are when_2 to when_9."),
    "otherwise": _("Why it cannot be pressed, for readers; each when has one."),
    "pressed_by": _("Records which unit pressed it: the name of a fact; the next steps can be handled by that unit."),
    "when_*": _("As when."),
    "otherwise_*": _("As otherwise."),
}
_PERIOD: Mapping[str, Text] = {
    "deadline": _("Makes it a legal period, and is its name; what extends or meets it speaks of this name."),
    "title": _("The name of the period for readers, such as Referral period; left out it is the name of the event."),
    "rule": _("The number of the rule, such as R55."),
    "basis": _("The text that it rests on."),
    "hard": _("true is a legal period, which can be overdue; false is a recommended one."),
    "unit": _("The unit that has to keep it."),
}
PROPERTIES: Mapping[str, Mapping[str, Text]] = {
    "process": {
        "number_prefix": _("How case numbers begin, in capital letters, such as YS."),
        "summary": _("One sentence about it, shown on the page where it is started."),
        "period": _("What is said about its periods, shown on the page where it is started."),
        "title": _("The fact that is the title of a case."),
        "starter": _("The fact that records the starting unit."),
        "parties": _("The facts that are the parties, separated by commas; only parties can see a case."),
        "withdrawal": _(
            "drawn means that a withdrawal is drawn from the beginning. Left out, the starting unit can "
            "cancel a case until a document is delivered."
        ),
    },
    "startEvent": {
        "starters": _(
            "Who may start it here, as kind of unit and post, such as town:case_officer,department:case_officer; left out "
            "it is candidateStarterGroups of the process."
        ),
    },
    "begins by itself": {
        "unit": _("The code of the unit for which the case begins; it is recorded as the starting unit."),
        "fact:*": _(
            "What is known at the start: a fact that is recorded; its value is an expression, such as fact:planned_at = now()."
        ),
    },
    "lane": {
        "unit": _("The unit: a fact that holds one, or the code of a fixed unit."),
        "role": _("The post; several are separated by commas, and any of them may handle it."),
    },
    "userTask": {
        "collect:*": _COLLECT,
        "adds": _ADDS,
        "quorum": _QUORUM,
        "agree": _AGREE,
        "unit": _("Instead of the lane's unit, together with role."),
        "role": _("Instead of the lane's post, together with unit."),
        "deadline": _("The name of the period within which the step falls."),
        "form:*": _(
            "A parameter of the form, such as form:side = a: where keys and expressions of the form have "
            "__side and its "
            "texts {side}, this step has a. The value is text, no expression; in a key it has only letters, digits and "
            "underscores, or nothing."
        ),
        "recommended": _(
            "When it should be done at the latest: an expression, such as working_days(2, now()). Used only "
            "where the step has no period and falls within none; left out, the city rule "
            "task.recommended_wd counts."
        ),
        "excused": _(
            "The post that need not act this time: an expression that gives a post, or nothing; worked out "
            'when the step opens. For example "deputy_leader" if config("referral.extension_approver") == '
            '"principal" else "".'
        ),
        "send_back_to": _(
            "Steps of other units to which it can also be sent back: their ids, separated by commas. "
            "Earlier steps of the same unit need not be named."
        ),
        "drafts": _(
            "The documents that are drafted, changed or signed in this step: the ids of the service tasks "
            "that deliver them, separated by commas. The page lists those that the chosen conclusion makes; "
            "until sign-off the other side sees neither conclusion nor answers."
        ),
        "addressed": _(
            "parties means that the answers are said to the parties (such as a view in a negotiation): once "
            "submitted, everybody who can see the case can read them. Left out, they are seen when a "
            "document or a task goes to the other side."
        ),
        "files": _(
            "Documents that are made when the step is complete and kept in the unit: names of letter "
            "templates, such as D03, separated by commas."
        ),
        "signs_for": _(
            "The documents that are signed for by completing the step: the ids of the service tasks that "
            "deliver them, separated by commas."
        ),
    },
    "subProcess": {
        "collect:*": _COLLECT,
        "adds": _ADDS,
        "quorum": _QUORUM,
        "agree": _AGREE,
    },
    "callActivity": {
        "collect:*": _COLLECT,
        "quorum": _QUORUM,
        "agree": _AGREE,
    },
    "exclusiveGateway": {
        "usual": _(
            "The flow that is usually taken, by which the progress page foretells the next steps: its id, "
            "or none when it cannot be told. Left out, it is the default flow. It has no effect on which "
            "flow is taken."
        ),
    },
    "serviceTask": {
        "operation": _("What is done; the other parameters depend on it."),
        "fact:*": _(
            "A fact that is recorded afterwards; its value is an expression, such as fact:extended_at = now()."
        ),
        "meets": _("The period that is met afterwards."),
        "collect:*": _COLLECT,
        "in:*": _(
            "A fact that is handed to the new case by operation=start_procedure; its value is an "
            "expression, such as in:referring_unit = first_unit."
        ),
    },
    "timer": {**_PERIOD, "lapses": _LAPSES},
    "message": {
        **_PRESSED,
        "awaits": _AWAITS,
        "correlation": _CORRELATION,
        "lapses": _LAPSES,
    },
    "awaited message": {**_PRESSED, "awaits": _AWAITS, "correlation": _CORRELATION},
    "message task": {"correlation": _CORRELATION},
    "intermediateThrowEvent": {"correlation": _CORRELATION},
    "signal": {"lapses": _LAPSES},
    "conditional": {"lapses": _LAPSES},
    "error": {},
    "escalation": {"lapses": _LAPSES},
    "timer start": _PERIOD,
    "message start": {**_PRESSED, "awaits": _AWAITS, "correlation": _CORRELATION},
    **{f"{kind} start": {} for kind in ("signal", "conditional", "error", "escalation")},
    "endEvent": {
        "correlation": _CORRELATION,
        "result": _("The result of the case, such as closed_with_result."),
        "archived_by": _(
            "The unit that archives the closed case: a fact that holds one, or the code of a fixed unit; "
            "left out it is the starting unit."
        ),
    },
}
"""Sort of element -> `camunda:property` names it may have. What the system does is all as serviceTask; others have none."""


def sort_of(kind: str, event_kind: str = "", within: bool = False) -> str:
    """The key of `PROPERTIES` for an element; `within`: a start event that stands in a sub-process."""
    if kind in ("sendTask", "receiveTask") and event_kind:
        return "message task"
    if kind in OPERATING:
        return "serviceTask"
    if kind == "intermediateCatchEvent" and event_kind == "message":
        return "awaited message"
    if kind == "startEvent" and event_kind:
        return f"{event_kind} start" if within else "begins by itself"
    return event_kind if kind == "boundaryEvent" else kind


def knows_property(sort: str, name: str) -> bool:
    """Whether an element of this sort may have a property of this name."""
    names = PROPERTIES.get(sort, {})
    prefix, colon, _ = name.partition(":")
    pattern = f"{prefix}:*" if colon else _NUMBERED.sub(r"\1_*", name)
    return pattern in names and not name.endswith("*")

"""The extension properties that an element may have, by the sort of the element; part of what `constructs` allows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.bpmn.reading.elements import OPERATING
from engine.messages import Text
from engine.messages import gettext as _

_NUMBERED = re.compile(r"(when|otherwise)_[2-9]")
_COLLECT = _(
    "For a step that is done several times: the fact that holds the collected list, in the order of the collection, "
    "with only those done so far. Its value is the expression for one item, such as collect:opinions = opinion."
)
_ADDS = _(
    "For a step that each unit in a list is asked to do, or that calls a procedure for each of them: who may add a unit "
    "while it runs, or remove one that has not answered. Write unit:post, several separated by commas; starter means "
    "those who handle cases in the starting unit. Without it, nobody may."
)
_QUORUM = _(
    "For a step that several units do: how many have to agree, instead of a completion condition. all (everybody "
    "answers), any (one answer is enough), a number such as 2, a share such as 2/3, or 1/2+ for more than half. Once "
    "that many agree, or no longer can, the tasks still open lapse."
)
_AGREE = _("Used with quorum: which answer of the first collect: counts as agreeing. The default is agree.")
_CORRELATION = _(
    "How a message finds its case: an expression that gives a number or a short text. Without it, a message that is "
    "thrown reaches a case that this case called or started, or that called or started this case, or one that waits "
    "for it by number; a waiting case is found by its own number."
)
_AWAITS = _("message: it waits for a message from another case. Without it, it is a button.")
_LAPSES = _(
    "true: what this non-interrupting event has opened lapses when the task is done. Without it, the branch goes on "
    "to its own end."
)
_PRESSED: Mapping[str, Text] = {
    "unit": _("The unit that may press the button. Where several may, separate them by commas and add pressed_by."),
    "role": _("The post that may press the button."),
    "when": _("When the button may be pressed: an expression. Further conditions are when_2 to when_9."),
    "otherwise": _("The reason for readers why the button cannot be pressed. Each when has one."),
    "pressed_by": _(
        "Records which unit pressed the button: the name of a fact. Later steps can be handled by that unit."
    ),
    "when_*": _("The same as when."),
    "otherwise_*": _("The same as otherwise."),
}
_PERIOD: Mapping[str, Text] = {
    "deadline": _(
        "Makes this a legal period; the value is its key. An extension, or the step that meets it, refers to this key."
    ),
    "title": _("The name of the period for readers, such as Referral period. The default is the name of the event."),
    "rule": _("The number of the rule, such as R55."),
    "basis": _("The text of the basis."),
    "hard": _("true is a legal period, which can become overdue; false is a recommended one."),
    "unit": _("The unit that has to meet it."),
}
PROPERTIES: Mapping[str, Mapping[str, Text]] = {
    "process": {
        "number_prefix": _("The beginning of case numbers, in capital letters, such as YS."),
        "summary": _("A one-sentence description, shown on the page where a case is started."),
        "period": _("A note about its periods, shown on the page where a case is started."),
        "title": _("The fact that is the title of a case."),
        "starter": _("The fact that records the starting unit."),
        "parties": _("The facts that are the parties, separated by commas; only parties can see a case."),
        "withdrawal": _(
            "drawn means that withdrawal is drawn from the beginning. Without it, the starting unit can cancel a case "
            "until a document is delivered."
        ),
    },
    "startEvent": {
        "starters": _(
            "Who may start a case here, as kind of unit and post, such as town:case_officer,department:case_officer. "
            "The default is candidateStarterGroups of the process."
        ),
    },
    "begins by itself": {
        "unit": _("The code of the unit on whose behalf the case begins. It is recorded as the starting unit."),
        "fact:*": _(
            "What is known at the start: a fact that is recorded. Its value is an expression, such as fact:planned_at "
            "= now()."
        ),
    },
    "lane": {
        "unit": _("The unit: a fact that holds a unit, or the code of a fixed unit."),
        "role": _("The post. Several are separated by commas; any of them may handle the step."),
    },
    "userTask": {
        "collect:*": _COLLECT,
        "adds": _ADDS,
        "quorum": _QUORUM,
        "agree": _AGREE,
        "unit": _("Replaces the lane's unit; used with role."),
        "role": _("Replaces the lane's post; used with unit."),
        "deadline": _("The key of the period in which this step falls."),
        "form:*": _(
            "A parameter for the form, such as form:side = a. Where the keys and expressions of the form have __side, "
            "and its texts have {side}, this step fills in a. The value is text, not an expression; in a key it can "
            "have only letters, digits and underscores, and may be empty."
        ),
        "recommended": _(
            "When the step should be done at the latest: an expression, such as working_days(2, now()). Used only "
            "where the step has no period and is not within one. The default is the city rule task.recommended_wd."
        ),
        "excused": _(
            "The post that is not needed this time: an expression that gives a post, or an empty text for none; "
            'evaluated when the step opens. For example "deputy_leader" if config("referral.extension_approver") == '
            '"principal" else "".'
        ),
        "send_back_to": _(
            "Steps of other units to which this step can also be sent back: their ids, separated by commas. Earlier "
            "steps of the same unit need not be listed."
        ),
        "drafts": _(
            "The documents that are drafted, changed or signed in this step: the ids of the service tasks that "
            "deliver them, separated by commas. The page lists only those that the chosen conclusion produces. Until "
            "sign-off, the other side sees neither the conclusion nor the answers of this step."
        ),
        "addressed": _(
            "parties means that the answers are addressed to the parties, such as a position in a negotiation: once "
            "submitted, everybody who can see the case can read them. Without it, they can be seen when a document or "
            "a task goes to the other side."
        ),
        "files": _(
            "Documents that are made when the step is completed and kept in the unit: names of letter templates, such "
            "as D03, separated by commas."
        ),
        "signs_for": _(
            "The documents that are signed for by completing this step: the ids of the service tasks that deliver "
            "them, separated by commas."
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
        "adds": _ADDS,
        "quorum": _QUORUM,
        "agree": _AGREE,
    },
    "exclusiveGateway": {
        "usual": _(
            "The flow that is usually taken, from which the progress page predicts the next steps: its id, or none "
            "when it cannot be known. The default is the default flow. It does not affect which flow is taken."
        ),
    },
    "serviceTask": {
        "operation": _("What is done; the other parameters depend on it."),
        "fact:*": _(
            "A fact that is recorded when the step is done. Its value is an expression, such as fact:extended_at = "
            "now()."
        ),
        "meets": _("The period that is met when this step is done."),
        "collect:*": _COLLECT,
        "in:*": _(
            "A fact that is handed to the new case by operation=start_procedure. Its value is an expression, such as "
            "in:referring_unit = first_unit."
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
            "The unit that archives the closed case: a fact that holds a unit, or the code of a fixed unit. The "
            "default is the starting unit."
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

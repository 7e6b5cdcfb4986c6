"""What the gate refuses by name: why it cannot be run, and what to draw instead, in sentences for an analyst.

Nothing depends on this list to be safe: what is in none of the tables of `constructs` is refused all the same, only
with a plainer sentence. Each row is a rule of its own. They stay tables, and no files of their own, because a row has
nothing but its two sentences: what is judged is the same for all of them (`rules/contents.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.messages import Text
from engine.messages import gettext as _
from engine.problems import Rule


@dataclass(frozen=True)
class Refusal:
    """A row of the tables: a rule whose sentence says why it cannot be run, and what to draw instead."""

    rule: Rule
    remedy: Text

    @property
    def reason(self) -> Text:
        return self.rule.title


def _named(sort: str, rows: Mapping[str, tuple[Text, Text]]) -> Mapping[str, Refusal]:
    """The rows by name; the id of each says the sort and the name."""
    return {name: Refusal(Rule(f"{sort}-{name}", reason), remedy) for name, (reason, remedy) in rows.items()}


_SUBPROCESS = _(
    "Make it an ordinary sub-process. Draw what has to be undone after a failure as separate steps after an event on "
    "its border."
)
_EVENT_DATA = _("Delete it. The step that the button opens asks for the contents with its form.")
_PERFORMER = _("Write the properties unit and role on the lane, or camunda:candidateGroups on the step.")
_LOOP = _(
    "Draw a loop: an exclusive gateway 'Once more?' with a flow back to a merging gateway. If several units each do "
    "the step once, draw a multi-instance step."
)
_CHOREOGRAPHY = _("Draw one procedure, in one pool.")

ELEMENTS = _named(
    "element",
    {
        "transaction": (_("A transaction does not run."), _SUBPROCESS),
        "adHocSubProcess": (
            _("An ad-hoc sub-process does not run."),
            _("Draw several buttons (message boundary events that do not interrupt), each with its own branch."),
        ),
        "complexGateway": (
            _("The condition of a complex gateway has no generally agreed meaning, so it does not run."),
            _("Use exclusive and parallel gateways together."),
        ),
        "implicitThrowEvent": (_("This kind of event does not run."), _("Make it a service task.")),
        "compensateEventDefinition": (
            _("A compensation event does not run."),
            _("Draw the withdrawal or correction as a separate step that an exclusive gateway leads to."),
        ),
        "cancelEventDefinition": (
            _("A cancel event does not run."),
            _("Draw an exclusive gateway that leads to a terminate end event."),
        ),
        "loopCharacteristics": (_("A loop marker does not run."), _LOOP),
        "correlationSubscription": (_("Message correlation does not run."), _EVENT_DATA),
        "correlationKey": (_("Message correlation does not run."), _EVENT_DATA),
        "correlationPropertyRetrievalExpression": (_("Message correlation does not run."), _EVENT_DATA),
        "correlationPropertyBinding": (_("Message correlation does not run."), _EVENT_DATA),
        "assignment": (
            _("An assignment does not run."),
            _("Delete it. A script task or a service task records facts, and a condition reads a fact by its name."),
        ),
        "transformation": (
            _("A data transformation does not run."),
            _("Delete it. A script task or a service task records facts, and a condition reads a fact by its name."),
        ),
        "operationRef": (
            _("An interface to the outside is not called."),
            _("Delete it. What a service task does is written in its property operation."),
        ),
        "import": (
            _("Definitions outside the file are not read."),
            _("Delete it, and draw everything you use in this file."),
        ),
        "performer": (_("performer is not read."), _PERFORMER),
        "humanPerformer": (_("humanPerformer is not read."), _PERFORMER),
        "potentialOwner": (_("potentialOwner is not read."), _PERFORMER),
        "resourceRole": (_("resourceRole is not read."), _PERFORMER),
        "eventDefinitionRef": (
            _("A reference to an event definition elsewhere does not run."),
            _("Draw the timer or the message directly in this event."),
        ),
        "choreography": (_("A choreography does not run."), _CHOREOGRAPHY),
        "globalChoreographyTask": (_("A choreography does not run."), _CHOREOGRAPHY),
    },
)
"""Element of the BPMN namespace -> why it is refused."""

_CODE = _("Code in a diagram does not run.")
_OPERATION = _("Use the property operation. What it can do is listed in docs/reference/bpmn.md.")

CAMUNDA = _named(
    "camunda",
    {
        "executionListener": (
            _CODE,
            _("Delete the listener. To record a fact, use the property fact:<name> of a service task."),
        ),
        "taskListener": (
            _CODE,
            _("Delete the listener. To record a fact, use a form field or the property fact:<name> of a service task."),
        ),
        "inputOutput": (
            _("Input and output mappings do not run here."),
            _("Delete it. Forms and service tasks record facts, and a condition reads a fact by its name."),
        ),
        "script": (_("A script does not run."), _("Delete the script.")),
        "connector": (_("A connector does not run."), _OPERATION),
        "field": (_("Field injection does not run."), _OPERATION),
        "in": (_("An input mapping does not run here."), _("Delete it.")),
        "out": (_("An output mapping does not run here."), _("Delete it.")),
        "potentialStarter": (_("potentialStarter is not read."), _("Write camunda:candidateStarterGroups.")),
        "class": (_CODE, _OPERATION),
        "expression": (_CODE, _OPERATION),
        "delegateExpression": (_CODE, _OPERATION),
        "resultVariable": (_("A result variable has no effect."), _("Record the fact with the property fact:<name>.")),
        "type": (_("An external task does not run."), _OPERATION),
        "topic": (_("An external task does not run."), _OPERATION),
        "assignee": (_("A case is not assigned to a person by name."), _PERFORMER),
        "candidateUsers": (_("A case is not assigned to a person by name."), _PERFORMER),
        "candidateStarterUsers": (
            _("The diagram cannot say that one particular person starts it."),
            _("Write camunda:candidateStarterGroups, such as town:case_officer."),
        ),
        "dueDate": (
            _("A due date has no effect."),
            _("Draw a period as a timer boundary event with the properties deadline, rule, basis and hard."),
        ),
        "formKey": (_("formKey is not read."), _("Use camunda:formRef with the id of the form.")),
        "formHandlerClass": (_CODE, _("Use camunda:formRef with the id of the form.")),
        "formRefBinding": (
            _("Forms are always deployed together with the diagram."),
            _("Set the binding to deployment."),
        ),
        "formRefVersion": (
            _("Forms are always deployed together with the diagram. No other version can be chosen."),
            _("Set the binding to deployment, and delete the version."),
        ),
        "initiator": (
            _("initiator has no effect."),
            _("The starting unit is recorded in the fact given in the process property starter."),
        ),
        "collection": (_("Multi-instance does not run."), _LOOP),
        "elementVariable": (_("Multi-instance does not run."), _LOOP),
        "resource": (_("A condition cannot use a script file."), _("Write the condition directly as an expression.")),
        "decisionRef": (_("Decision tables do not run."), _("Draw an exclusive gateway.")),
        "variableName": (
            _("A variable event does not run."),
            _("Draw an exclusive gateway after the fact is recorded."),
        ),
    },
)
"""Camunda's extension elements and attributes, by local name -> why they are refused."""

ATTRIBUTES = _named(
    "attribute",
    {
        "language": (
            _("There is only one expression language."),
            _(
                "Delete language, and write the condition in the expression language of this system, such as "
                'approval_outcome == "approve".'
            ),
        ),
        "operationRef": (
            _("An interface to the outside is not called."),
            _("Delete it. What a service task does is written in its property operation."),
        ),
        "isForCompensation": (
            _("Compensation does not run."),
            _("Draw the withdrawal or correction as a separate step."),
        ),
        "startQuantity": (_("The number of tokens can only be 1."), _("Delete startQuantity.")),
        "completionQuantity": (_("The number of tokens can only be 1."), _("Delete completionQuantity.")),
        "parallelMultiple": (
            _("A multiple event does not run."),
            _("Split it into several events, each with one trigger."),
        ),
        "instantiate": (_("A message cannot start a case."), _("Use a start event and its form.")),
        "evaluatesToTypeRef": (_("The type of an expression has no effect."), _("Delete evaluatesToTypeRef.")),
    },
)
"""Attributes without a namespace -> why they, or their value, are refused."""

_ONCE = (
    _("A step that waits for its period or for a message waits only once."),
    _("Draw a sub-process around it, and set the marker on the sub-process."),
)
_MARKERS = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")

_HOW_IT_BEGINS = _(
    "Delete it. A case begins by its form, at a time, by a message or by a signal; what waits for a condition is an event "
    "behind the start."
)

MISPLACED: Mapping[str, Mapping[str, Refusal]] = {
    "startEvent": _named(
        "startEvent",
        {
            "conditionalEventDefinition": (
                _("A condition reads the facts of a case, and before a case begins there are none."),
                _HOW_IT_BEGINS,
            ),
            "errorEventDefinition": (
                _("An error comes from within a case, so only an event sub-process begins by one."),
                _HOW_IT_BEGINS,
            ),
            "escalationEventDefinition": (
                _("An escalation comes from within a case, so only an event sub-process begins by one."),
                _HOW_IT_BEGINS,
            ),
        },
    ),
    "receiveTask": _named("receiveTask", dict.fromkeys(_MARKERS, _ONCE)),
    "subProcess": _named(
        "subProcess",
        {
            "laneSet": (
                _("Lanes inside a sub-process do not decide who handles the steps in it."),
                _(
                    "Delete them. The steps in it belong to the lane of the sub-process. If somebody else handles "
                    "one, write the properties unit and role on that step."
                ),
            ),
        },
    ),
}
"""Where something stands that runs elsewhere -> why it does not run there."""

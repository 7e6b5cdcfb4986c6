"""What a person answered in a form, checked within a step, and said as facts."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.reading.expressions import evaluate
from engine.errors import ExpressionError, InvalidValues, Refused
from engine.forms.schema import Form
from engine.forms.validate import read_leniently, shown_keys, validate
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.organisation.directory import UnitDirectory
from engine.runtime.step.confidentiality import check_answers
from engine.runtime.step.step import Step

EMPTY_FIELD = _("While this is empty, it cannot be worked out whether this is allowed. Fill it in.")


def take_answers(
    step: Step, form: Form, raw: Mapping[str, list[str]], actor: Actor, task_id: str | None = None
) -> dict[str, object]:
    """The typed answers, which the step has said as facts. Raises InvalidValues with a sentence per field.

    A rule of the form that cannot be worked out is the analyst's slip: this answer is refused, the instance goes on.
    A read-only field says nothing again, and neither does one that has no value and never had one.
    """
    directory = UnitDirectory(step.tx, actor, step.now, step.context.fonts)
    try:
        values = validate(form, raw, step.facts.seen, step.functions(), directory, evaluate).values
    except ExpressionError as error:
        read = read_leniently(form, raw, step.facts.seen, step.functions(), directory, evaluate)
        asked = shown_keys(form, read, step.facts.seen, step.functions(), evaluate)
        if empty := [key for key in error.names & form.own_keys & asked if read.get(key) is None]:
            raise InvalidValues(dict.fromkeys(empty, EMPTY_FIELD)) from error
        sentence = _(
            "A rule of the form %(form)s cannot be worked out (%(error)s). Nothing was submitted. Tell the procedure "
            "analyst.",
            form=form.id,
            error=error.sentence,
        )
        raise Refused(sentence) from error
    step.form, step.asked = form, frozenset(shown_keys(form, values, step.facts.seen, step.functions(), evaluate))
    naming = [field.key for field in form.fields if field.widget == "case"]
    if own := [key for key in naming if values.get(key) is not None and values[key] == step.instance["number"]]:
        raise InvalidValues(
            dict.fromkeys(own, _("This is the number of this case itself. Give the number of the other one."))
        )
    check_answers(step, form, values, actor)
    for name, value in values.items():
        if name in form.own_keys and not (value is None and step.facts.get(name) is None):
            step.facts.say(name, value, actor.person_id, task_id)
    return values

"""Each answer is asked in one place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, called, in_form, named
from engine.forms.schema import Form
from engine.messages import Name
from engine.messages import gettext as _
from engine.problems import Problem, Rule

FIELD_ASKED_TWICE = Rule("field-asked-twice", _("A field is filled in on one form only."))
ANSWER_SHARED = Rule("answer-shared", _("An answer belongs to one step."))
OUTCOME_TWICE = Rule("outcome-twice", _("A form has one answer."))


def check(draft: Draft) -> Iterator[Problem]:
    yield from _shared_names(draft)
    yield from _shared_answers(draft)
    for form_id, form in draft.forms.items():
        yield from _outcomes(form_id, form)


def _shared_names(draft: Draft) -> Iterator[Problem]:
    """One key in two forms is refused unless it is read-only in all but one."""
    asked: dict[str, list[str]] = defaultdict(list)
    for form_id, form in draft.forms.items():
        for key in form.own_keys:
            asked[key].append(form_id)
    for key, form_ids in sorted(asked.items()):
        yield from _start_forms(draft, key, form_ids)
        starts = {start.form_key for start in draft.diagram.form_starts} & set(form_ids)
        if len(form_ids) > max(1, len(starts)):  # a case begins with one of its start forms
            forms = named(form_ids)
            yield FIELD_ASKED_TWICE.problem(
                f"{sorted(form_ids)[-1]}.{key}",
                draft.fields[key].label,
                _(
                    "Several forms ask for the field %(key)s (%(forms)s), so the later answer overwrites the earlier "
                    "one.",
                    key=key,
                    forms=forms,
                ),
                _(
                    "Give each one a different name. For one form that several steps use, write a parameter in the "
                    "key. Where the field is only shown, make it read-only (readonly)."
                ),
            )


def _start_forms(draft: Draft, key: str, form_ids: list[str]) -> Iterator[Problem]:
    """What several start forms ask is the same sort of thing in each, or nobody knows what an expression reads."""
    starts = [start.form_key for start in draft.diagram.form_starts if start.form_key in form_ids]
    fields = [draft.forms[form_id].by_key[key] for form_id in dict.fromkeys(starts)]
    if len({(field.type, field.widget) for field in fields}) > 1:
        yield FIELD_ASKED_TWICE.problem(
            f"{starts[-1]}.{key}",
            fields[-1].label,
            _("The start forms ask for %(key)s in different ways (%(forms)s).", key=key, forms=named(starts)),
            _("Make it the same type of field in each form, or give each one a different name."),
        )


def _shared_answers(draft: Draft) -> Iterator[Problem]:
    """One answer, one task: a condition must know whose answer it reads."""
    asked: dict[str, Name] = {}
    for element in draft.of_kind("userTask"):
        form = draft.forms.get(element.form_key)
        if form is None or form.outcome_key is None:
            continue
        if element.form_key in asked:
            before = asked[element.form_key]
            yield about(
                ANSWER_SHARED,
                element,
                _(
                    "The form %(form)s is already used by '%(before)s', so the answers of the two steps (%(answer)s) "
                    "cannot be told apart.",
                    form=element.form_key,
                    before=before,
                    answer=form.outcome_key,
                ),
                _(
                    "Copy the form and give the answer another key; or write a parameter in the key, with a different "
                    "value for each step."
                ),
            )
        else:
            asked[element.form_key] = called(element)


def _outcomes(form_id: str, form: Form) -> Iterator[Problem]:
    outcomes = [field for field in form.fields if field.type == "radio" and field.key.endswith("_outcome")]
    for field in outcomes[1:]:
        yield in_form(
            OUTCOME_TWICE,
            form_id,
            field,
            _("One form has two answers (_outcome)."),
            _("Keep one. The key of the other must not end in _outcome."),
        )

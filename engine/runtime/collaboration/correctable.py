"""What of the answers of an instance may be corrected: those in fields that say so, each as it was said last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.db.rows import CorrectionRow, FactRow
from engine.db.tables import fact, task
from engine.forms.schema import Field, Form
from engine.runtime.step.names import name_of_unit
from engine.runtime.step.scopes import ScopeId, Scopes
from engine.runtime.step.step import Step


@dataclass(frozen=True)
class Said:
    """A fact as somebody said it in a form that lets it be corrected. `unit_code` is whose people said it."""

    field: Field
    form: Form
    value: object
    unit_code: str
    unit_name: str
    task_id: str | None
    said_at: datetime
    scope_id: ScopeId = None
    key: str = ""
    """The fact's name, with the iteration that it was said in if it was said in one."""

    @property
    def name(self) -> str:
        return self.field.key


def correctable(step: Step) -> dict[str, Said]:
    """What may be corrected now, by its key. What a calling procedure handed over is corrected there.

    What each of several has answered is corrected until they are asked anew.
    """
    fields = {
        field.key: (field, form)
        for form in step.definition.forms.values()
        for field in form.fields
        if field.correctable and not field.readonly
    }
    case = step.case
    starter = step.facts.get(step.definition.diagram.process.starter_fact)
    found: dict[str, Said] = {}
    for row in case.rows(fact):
        if row.name not in fields or row.said_by is None or step.scopes.is_superseded(row.scope_id):
            continue
        said_in = case.get(task, row.task_id) if row.task_id else None
        unit_code = said_in.unit_code if said_in else starter
        if isinstance(unit_code, str):
            field, form = fields[row.name]
            key = key_of(step.scopes, row)
            at = found[key].said_at if key in found and row.task_id == found[key].task_id else row.said_at
            with step.within(row.scope_id):
                value = step.facts[row.name]
            name = name_of_unit(step.tx, unit_code) or ""
            found[key] = Said(field, form, value, unit_code, name, row.task_id, at, row.scope_id, key)
    return {key: said for key, said in found.items() if said.value is not None}


def key_of(scopes: Scopes, row: CorrectionRow | FactRow) -> str:
    """How what was said in this scope is told from the same fact in other iterations."""
    heard_last = list(scopes.heard_in(row.scope_id))[-1]
    return str(row.name) if heard_last is None else f"{row.name}@{heard_last}"

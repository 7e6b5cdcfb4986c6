"""Which other instances an instance names in its forms (`widget=case`): each then tells its readers of the other."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from engine.db.tables import case_link, process_instance
from engine.runtime.step.step import Step


def store(step: Step) -> None:
    """What the facts name now is linked, and nothing else; a number that is none of ours is a file kept elsewhere."""
    naming = {field.key for form in step.definition.forms.values() for field in form.fields if field.widget == "case"}
    said = step.facts.said
    for name in sorted(naming & said.keys()):
        own = (case_link.c.instance_id == step.instance_id) & (case_link.c.fact == name)
        step.tx.execute(delete(case_link).where(own))
        number = said[name]
        if not isinstance(number, str):
            continue
        found = process_instance.c.number == number, process_instance.c.id != step.instance_id
        named_id = step.tx.scalar(select(process_instance.c.id).where(*found))
        if named_id is not None:
            task_id = step.facts.said_in(name)
            values = {"instance_id": step.instance_id, "fact": name, "named_id": named_id, "task_id": task_id}
            step.tx.execute(insert(case_link).values(**values))

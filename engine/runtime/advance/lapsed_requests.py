"""Colleagues who are asked about a task (委派, 加签), when the task is over before they have answered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from engine.runtime.advance import requests
from engine.runtime.notify.notices import tell_people
from engine.runtime.step.context import Context

NOT_NEEDED = {"delegation": "委派你代拟的不用再交回", "consultation": "向你征求的意见不用再回复"}


def tell_not_needed(
    tx: Connection, context: Context, row: Row[Any], how: str = "不用再办", by: str | None = None
) -> None:
    """Whoever still prepares the task or thinks about an opinion is told that nobody waits for it; `by` knows already.

    It is the unit's own business: the record of the flow, which the other parties read, says nothing of it.
    """
    for asked in requests.requests(tx, row):
        if asked.to_person != by:
            text = f"“{row.name}”{how}了，{NOT_NEEDED[asked.kind]}。"
            person = {"person_id": asked.to_person, "about": row.name}
            tell_people(tx, context, row.instance_id, "handed", row.unit_code, [], text, **person)

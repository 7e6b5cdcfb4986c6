"""Small procedures that tell each other: one throws when its task is done, another waits beside a task of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine.db import tables
from tests.processes import drawings
from tests.processes.drawings import flow, task, text_field
from tests.processes.town import Instance, Town
from tests.unit.diagrams import properties

OFFICER = "shenhe.qh"
BEFORE = [
    '<message id="m_ready" name="ready" />',
    '<message id="m_other" name="other" />',
    '<signal id="s_stop" name="stop" />',
]
FORMS = {name: [text_field(f"said_{name}")] for name in ("work", "beside", "after", "partner")}
FORMS["work"] = [text_field("said_work"), text_field("partner")]
"""`partner` is the number of the case that is told."""


def event(kind: str, key: str, definition: str, name: str = "等", **given: str) -> str:
    own = properties(**given) if given else ""
    return f'<{kind} id="{key}" name="{name}">{own}{definition}</{kind}>'


def message(name: str = "m_ready") -> str:
    return f'<messageEventDefinition messageRef="{name}" />'


SIGNAL = '<signalEventDefinition signalRef="s_stop" />'


def throws(definition: str, **given: str) -> list[str]:
    """A task, and what is thrown when it is done."""
    return [
        task("work", "办理"),
        event("intermediateThrowEvent", "throw", definition, "通知", **given),
        flow("start", "work"),
        flow("work", "throw"),
        flow("throw", "done"),
    ]


def waits(definition: str, **given: str) -> list[str]:
    """A task beside something that is waited for, and a task behind that."""
    return [
        '<parallelGateway id="both" />',
        task("beside", "旁边的事"),
        event("intermediateCatchEvent", "wait", definition, "等通知", **given),
        task("after", "接着办"),
        flow("start", "both"),
        flow("both", "beside"),
        flow("both", "wait"),
        flow("wait", "after"),
        flow("beside", "done"),
        flow("after", "done"),
    ]


def draw(town: Town, folder: Path, key: str, body: list[str], own: str = "") -> None:
    names = [name for name in FORMS if any(f'id="{name}"' in piece for piece in body)]
    drawings.draw(town, folder, key, body, own or " ".join(names), {name: FORMS[name] for name in names}, before=BEFORE)


def start(town: Town, key: str, **answers: Any) -> Instance:
    return drawings.start(town, key, **answers)


def thrown(town: Town) -> list[Any]:
    """What was thrown, in order."""
    row = tables.thrown_event
    return list(town.read(lambda tx: tx.execute(select(row).order_by(row.c.thrown_at, row.c.id)).all()))


def waiting_for(town: Town) -> list[str]:
    """The elements that wait for others, in any case."""
    row = tables.subscription
    return list(town.read(lambda tx: tx.scalars(select(row.c.element_id).order_by(row.c.element_id)).all()))

"""Processes as the last step left them, kept by the web or worker process that took it: the next step need not restore them.

What is kept is no more than the stored state made ready to run: it is used only for the very bytes that it was stored as, at
the same revision, and by one step at a time. A step that fails in any way has taken it up and does not lay it down again; one
whose transaction is rolled back afterwards leaves a revision that is not in the database.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from engine.bpmn.spiff.workflow import Host, Workflow
from engine.db.unit import unit_of
from engine.deployments.definitions import Definition

KEPT_AT_MOST = 256
"""Instances; a process takes a few kilobytes."""
_KIND = "live"


@dataclass(frozen=True)
class _Kept:
    workflow: Workflow
    definition_id: str
    revision: int
    stored: bytes


def keep(tx: Connection, instance_id: str, definition: Definition, revision: int, workflow: Workflow) -> bytes:
    """The process is kept as it stands at this revision, unless it has ended. Returns its state, which is to be stored."""
    stored = workflow.to_bytes()
    if not workflow.completed:
        workflow.let_go()
        kept = _Kept(workflow, definition.id, revision, stored)
        unit_of(tx).memory.lay_down(_KIND, instance_id, kept, KEPT_AT_MOST)
    return stored


def restored(
    tx: Connection, instance_id: str, definition: Definition, revision: int, stored: bytes, host: Host
) -> Workflow:
    """The process as it was stored, for this host alone: the one that was kept, or a new one from its state."""
    kept: _Kept | None = unit_of(tx).memory.take_up(_KIND, instance_id)
    if kept is None or (kept.definition_id, kept.revision, kept.stored) != (definition.id, revision, stored):
        return Workflow(definition.specification, host, stored)
    kept.workflow.begin_step(host)
    return kept.workflow

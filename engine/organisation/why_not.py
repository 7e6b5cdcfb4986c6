"""Why somebody may not, where it takes more than a sentence: by whom a task is claimed, and for whom a step or a start is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.messages import Text, When, either
from engine.messages import gettext as _
from engine.organisation import units
from engine.organisation.people import ROLES, named_roles

if TYPE_CHECKING:
    from engine.organisation.assignment import Actor, TaskSubject


def claimed(task: TaskSubject) -> Text:
    if task.claimed_at is None:
        return _("%(name)s claimed this task and is handling it.", name=task.assignee_name)
    return _(
        "%(name)s claimed this task on %(at)s and is handling it.",
        name=task.assignee_name,
        at=When(task.claimed_at, "spoken"),
    )


def needs(actor: Actor, task: TaskSubject) -> Text:
    who: Text = named_roles(task.roles)
    if task.roles == {"principal_leader"}:
        who = _("principal leader (or the acting principal at present)")
    staff = _("staff")
    return _(
        "This step is for the %(roles)s of %(unit)s. You are acting as %(own)s of %(own_unit)s.",
        roles=who,
        unit=task.unit_name,
        own=named_roles(actor.roles) if actor.roles & ROLES.keys() else staff,
        own_unit=actor.unit_name,
    )


def cannot_start(starters: frozenset[tuple[str, str]]) -> Text:
    kinds = {kind for kind, _role in starters}
    return _(
        "This procedure is started by the %(roles)s of a unit of this kind: %(kinds)s.",
        roles=named_roles(role for _kind, role in starters),
        kinds=either(name for kind, name in units.KINDS.items() if kind in kinds),
    )

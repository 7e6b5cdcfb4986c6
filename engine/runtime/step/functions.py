"""The functions that expressions of a diagram, a form or a letter may call, as they answer within one step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.clock import local_date, to_the_minute
from engine.db.tables import material, task
from engine.deadlines.counting import working_days
from engine.deadlines.functions import KINDS, as_instant, counting_functions
from engine.errors import ExpressionError
from engine.messages import When, Worded
from engine.messages import gettext as _
from engine.organisation import city, duties, jurisdiction, units
from engine.runtime.step.similar_cases import same_cases
from engine.states import TaskStatus

if TYPE_CHECKING:
    from engine.runtime.step.step import Step

FUNCTIONS = frozenset(KINDS) | {
    "now", "minute", "due", "deadline_is", "unpaused_days", "config", "materials", "unit_kind", "unit_phone",
    "my_name", "completed_at", "empowered", "same_case", "decided_duty", "holds", "close_of",
    "received", "before_empowerment", "own_matter",
}  # fmt: skip
"""Every function that the runtime adds to the language of expressions."""


def functions_of(step: Step) -> dict[str, Callable[..., Any]]:
    """Every function by its name, answering as the step stands when it is called."""
    return _Functions(step).by_name()


class _Functions:
    def __init__(self, step: Step) -> None:
        self._step = step

    def by_name(self) -> dict[str, Callable[..., Any]]:
        return {
            **counting_functions(self._step.context.calendar),
            "now": lambda: self._step.now,
            "minute": to_the_minute,
            "due": self._due,
            "deadline_is": lambda key, status: (
                (record := self._step.period(key)) is not None and record.status == status
            ),
            "unpaused_days": self._unpaused_days,
            "config": self._config,
            "materials": self._materials,
            "unit_kind": self._unit_kind,
            "unit_phone": self._unit_phone,
            "my_name": lambda: self._step.actor.person_name if self._step.actor else None,
            "completed_at": self._completed_at,
            "empowered": self._empowered,
            "before_empowerment": self._before_empowerment,
            "own_matter": self._own_matter,
            "same_case": self._same_case,
            "decided_duty": self._decided_duty,
            "close_of": lambda day: self._step.context.calendar.close_of(day) if day else None,
            "received": self._received,
            "holds": lambda role: self._step.actor is not None and role in self._step.actor.standing_roles,
        }

    def _due(self, key: str) -> datetime | None:
        record = self._step.period(key)
        return record.due_at if record else None

    def _unpaused_days(self, key: str, number: int, start: object) -> datetime | None:
        """The end of the n-th working day after the start on which the period did not stand still."""
        if start is None:
            return None
        record = self._step.period(key)
        pauses = [] if record is None or record.paused else record.pauses
        return working_days(self._step.context.calendar, number, as_instant(start), pauses=pauses).due_at

    def _config(self, key: str) -> Any:
        if key not in self._step.context.rules:
            raise ExpressionError(_("There is no city rule called %(key)s.", key=key))
        return self._step.context.rules[key]

    def _materials(self, kind: str) -> int:
        return sum(row.kind == kind and row.removed_at is None for row in self._step.case.rows(material))

    def _unit_kind(self, code: str | None) -> str | None:
        unit = units.find(self._step.tx, code, self._step.now) if code else None
        return unit.kind if unit else None

    def _unit_phone(self, code: str | None) -> str | None:
        unit = units.find(self._step.tx, code, self._step.now) if code else None
        return unit.phone if unit else None

    def _completed_at(self, element_id: str) -> datetime | None:
        rows = [row for row in self._step.case.rows(task) if row.element_id == element_id and row.undone is None]
        own = self._step.scopes.nearest(rows, self._step.scope_id)
        return max((row.ended_at for row in own if row.status == TaskStatus.COMPLETED), default=None)

    def _empowered(self, code: str | None) -> bool:
        """Whether the towns have the power over this matter today (赋权事项)."""
        found = jurisdiction.find(self._step.tx, code) if code else None
        return found is not None and jurisdiction.empowered(found, self._step.today())

    def _decided_duty(self, code: str | None) -> str:
        """A sentence on what a dispute has settled about this matter; empty when nothing has been adopted."""
        found = duties.in_force(self._step.tx, code, self._step.today()) if code else None
        if found is None:
            return ""
        told, unit = found.proposal, units.find(self._step.tx, found.proposal.unit_code, self._step.now)
        source = (
            _("'%(title)s' (%(number)s)", title=told.source, number=told.number)
            if told.number
            else _("'%(title)s'", title=told.source)
        )
        return Worded(
            _(
                "By %(source)s, %(unit)s handles this entry of the list of duties from %(day)s. See case %(number)s.",
                source=source,
                unit=unit.name if unit else told.unit_code,
                day=When(found.valid_from, "iso"),
                number=told.instance_number,
            )
        )

    def _before_empowerment(self, code: str | None, at: datetime | None) -> bool:
        """Whether the power over this matter went to the towns only after this instant (R55, 赋权后)."""
        found = jurisdiction.find(self._step.tx, code) if code else None
        if found is None or found.empowered_at is None or at is None:
            return False
        return not jurisdiction.empowered(found, local_date(at))

    def _own_matter(self, code: str | None, unit_code: str | None, at: datetime | None) -> bool:
        """Whether the list gives this matter to this unit itself at that instant, or today while none is known."""
        found = jurisdiction.find(self._step.tx, code) if code else None
        unit = units.find(self._step.tx, unit_code, self._step.now) if unit_code else None
        if found is None or unit is None:
            return False
        on = local_date(at) if at is not None else self._step.today()
        entry = duties.in_force(self._step.tx, found.code, on)
        settled = units.find(self._step.tx, entry.proposal.unit_code, self._step.now) if entry else None
        given = (settled.code, settled.kind) if settled else None
        return jurisdiction.competence(found, unit.code, unit.kind, on, given).own

    def _received(self, at: datetime | None) -> datetime | None:
        """When a paper that came at this instant counts as received (A26)."""
        if at is None or not self._config("deadline.after_hours_rolls"):
            return at
        return self._step.context.calendar.in_hours(at, city.time_of_day(self._config("deadline.office_closes")))

    def _same_case(self, days: int, received: str, received_at: datetime | None, *pairs: object) -> str:
        names = dict(zip(pairs[::2], pairs[1::2], strict=True))
        row = (self._step.definition.key, self._step.definition.diagram.process.starter_fact, self._step.instance_id)
        return same_cases(self._step.tx, row, days, received, received_at, names)

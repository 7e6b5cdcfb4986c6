"""The rows of one instance, read together in one statement and kept in memory for the rest of the transaction.

`case_of` gives the instance's case, one per transaction. Whoever changes a row through it changes memory and the unit's
`Changes`, which are written together; whoever writes a table past it makes that part stale, and it is read anew when
somebody asks next. Under the instance's lock (`engine.runtime.step.locks`) nothing in it can be changed by anybody else.

Rows are immutable and have their table's columns as attributes; instants are aware and in UTC.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    Boolean,
    Connection,
    Date,
    LargeBinary,
    Select,
    Table,
    Text,
    bindparam,
    literal_column,
    null,
    or_,
    select,
)

from engine.db import rows, stamp, tables
from engine.db.changes import Key, column_names, key_of, key_of_row
from engine.db.in_json import as_json
from engine.db.prepared import dialect_of, executed
from engine.db.read_before import read_before
from engine.db.rows import ChildRow, InstanceRow
from engine.db.tables import chain_head, process_instance
from engine.db.tables.base import R, TableOf
from engine.db.types import Instant, Json
from engine.db.unit import Unit, unit_of
from engine.states import NoticeKind, SendingStatus


@dataclass(frozen=True, eq=False)
class Part:
    """What is read of one table: `query` gives the rows of the instance `:instance_id`, in their order."""

    name: str
    table: Table
    query: Select[Any]
    reads: frozenset[str]
    """The names of the tables that it depends on."""
    row: type[Any]
    """What its rows are: named tuples, with the columns of the query in their order."""
    decode: tuple[tuple[int, Callable[[Any], Any]], ...]
    is_long: bool
    """Whether it grows with every step: it is read by itself, by whoever asks for it."""
    is_whole: bool
    """Whether it has every column of the table."""


def _instant(value: str) -> datetime:
    """As both stores tell of it, without its zone, or with one."""
    try:
        return datetime.fromisoformat(value + "+00:00")
    except ValueError:
        read = datetime.fromisoformat(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


_DECODERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Instant, _instant),
    (Json, json.loads),
    (Boolean, bool),
    (Date, date.fromisoformat),
)


def _decoder(kind: object) -> Callable[[Any], Any] | None:
    return next((decode for known, decode in _DECODERS if isinstance(kind, known)), None)


def _part(table: Table, row: type[Any], query: Select[Any], *also: str, name: str = "", long: bool = False) -> Part:
    columns = list(query.selected_columns)
    decode = ((place, _decoder(column.type)) for place, column in enumerate(columns))
    return Part(
        name or table.name,
        table,
        query,
        frozenset({table.name, *also}),
        row,
        tuple((place, found) for place, found in decode if found is not None),
        long,
        {*table.c} <= {*columns},
    )


def _whole(table: TableOf[R], row: type[R], *order: str) -> Part:
    """Every row of the instance, with all its columns; contents in bytes are read where they are needed."""
    columns = [null().label(column.name) if isinstance(column.type, LargeBinary) else column for column in table.c]
    owner = table.c.id if table is process_instance else table.c.instance_id
    return _part(table, row, select(*columns).where(owner == INSTANCE).order_by(*(table.c[name] for name in order)))


def _keys(table: TableOf[R], row: type[R]) -> Part:
    """Which rows the instance has, without what they hold."""
    keys = table.primary_key.columns
    return _part(table, row, select(*keys).where(table.c.instance_id == INSTANCE).order_by(*keys))


INSTANCE: BindParameter[str] = bindparam("instance_id", type_=Text)


_OWN = select(process_instance).where(process_instance.c.id == INSTANCE)
_OF_TASK = select(tables.task.c.instance_id).where(tables.task.c.id == bindparam("task_id"))


def _unread() -> Part:
    receipt, notice = tables.notice_receipt, tables.notice
    columns = (*receipt.c, notice.c.kind, notice.c.task_id, notice.c.deadline_id)
    own = (receipt.c.instance_id == INSTANCE) & receipt.c.cleared_at.is_(None)
    query = select(*columns).join(notice, notice.c.id == receipt.c.notice_id).where(own)
    return _part(receipt, rows.UnreadRow, query.order_by(receipt.c.notice_id, receipt.c.person_id), notice.name)


def _unsent() -> Part:
    outbox, notice = tables.outbox, tables.notice
    columns = (outbox.c.id, notice.c.kind, notice.c.task_id, notice.c.deadline_id)
    own = (outbox.c.instance_id == INSTANCE) & outbox.c.person_id.is_not(None)
    query = select(*columns).join(notice, notice.c.id == outbox.c.notice_id)
    waits = or_(
        *(outbox.c.status == literal_column(f"'{status}'") for status in (SendingStatus.WAITING, SendingStatus.FAILED))
    )
    return _part(outbox, rows.UnsentRow, query.where(own, waits).order_by(outbox.c.id), notice.name)


def _supervised() -> Part:
    item = tables.supervision_item
    own = (item.c.instance_id == INSTANCE) & item.c.closed_at.is_(None)
    return _part(item, rows.SupervisionItemRow, select(item).where(own).order_by(item.c.deadline_id))


def _asked() -> Part:
    """What was asked of colleagues, with the name of who is asked."""
    record, person = tables.hand_over, tables.person
    query = select(*record.c, person.c.name.label("to_name")).join(
        person, person.c.id == record.c.to_person, isouter=True
    )
    own = query.where(record.c.instance_id == INSTANCE)
    return _part(record, rows.HandOverRow, own.order_by(record.c.opened_at, record.c.id), person.name)


def _children() -> Part:
    """The instances that this one called or started, without their states."""
    row = process_instance.c
    own = select(*(row[name] for name in ChildRow._fields)).where(row.origin_instance_id == INSTANCE)
    query = own.order_by(row.id)
    return _part(process_instance, ChildRow, query, name=CHILDREN)


def _links() -> Part:
    """The instances that this one names, and those that name it."""
    link = tables.case_link
    own = (link.c.instance_id == INSTANCE) | (link.c.named_id == INSTANCE)
    return _part(link, rows.CaseLinkRow, select(link).where(own).order_by(link.c.instance_id, link.c.fact))


def _notifications() -> Part:
    """Notices that the diagram sends: what they were sent to has been reached by the instance."""
    notice = tables.notice
    own = (notice.c.instance_id == INSTANCE) & (notice.c.kind == literal_column(f"'{NoticeKind.NOTIFICATION}'"))
    query = select(notice.c.id, notice.c.kind, notice.c.unit_code).where(own)
    return _part(notice, rows.NotificationRow, query.order_by(notice.c.id))


def _record() -> Part:
    entry = tables.audit_entry
    own = select(entry).where(entry.c.instance_id == INSTANCE)
    return _part(entry, rows.AuditEntryRow, own.order_by(entry.c.sequence), long=True)


CHILDREN = "children"

PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        _whole(process_instance, InstanceRow, "id"),
        # ids are random: what opens together is told of in one order
        _whole(tables.task, rows.TaskRow, "opened_at", "element_id", "id"),
        _whole(tables.scope, rows.ScopeRow, "opened_at", "id"),
        _whole(tables.deadline, rows.DeadlineRow, "armed_at", "id"),
        _whole(tables.fact, rows.FactRow, "id"),
        _whole(tables.document, rows.DocumentRow, "sequence", "id"),
        _whole(tables.comment, rows.CommentRow, "said_at", "id"),
        _whole(tables.correction, rows.CorrectionRow, "id"),
        _whole(tables.material, rows.MaterialRow, "added_at", "id"),
        _whole(tables.timer, rows.TimerRow, "due_at", "id"),
        _whole(tables.fired_timer, rows.FiredTimerRow, "element_id", "due_at"),
        _whole(tables.task_role, rows.TaskRoleRow, "task_id", "role"),
        _whole(tables.party, rows.PartyRow, "fact", "unit_code"),
        _keys(tables.task_draft, rows.TaskDraftKey),
        _keys(tables.checked_paper, rows.CheckedPaperKey),
        _whole(tables.paper_draft, rows.PaperDraftRow, "element_id"),
        _whole(tables.undo_point, rows.UndoPointRow, "task_id"),
        _whole(tables.reader, rows.ReaderRow, "sent_at", "id"),
        _whole(tables.reading, rows.ReadingRow, "read_at"),
        _whole(tables.mention, rows.MentionRow, "comment_id"),
        _part(chain_head, rows.ChainHeadRow, select(chain_head).where(chain_head.c.chain == INSTANCE)),
        _asked(),
        _unread(),
        _unsent(),
        _supervised(),
        _children(),
        _notifications(),
        _links(),
        _record(),
    )
}
"""Table name -> what is read of it."""


class Case:
    def __init__(
        self, tx: Connection, instance_id: str, instance: InstanceRow | None = None, new: bool = False
    ) -> None:
        """`instance` is the whole row of the instance, its state too, when it was locked; `new`: it has no other rows yet."""
        self.tx, self.id = tx, instance_id
        self.new = new
        """Whether nothing of it was in the database before this transaction."""
        self._is_there = not new
        self.locked = new or instance is not None
        """Whether nobody else changes anything of the instance until this transaction is over."""
        self._unit: Unit = unit_of(tx)
        self._instance = InstanceRow._make(instance) if instance is not None else None
        self._seen: InstanceRow | None = None
        """The whole row as it was read without a lock."""
        self._raw: dict[str, str | None] = {}
        """Parts as they were read, until somebody asks for them."""
        self._rows: dict[str, dict[Key, Any]] = {name: {} for name in PARTS} if new else {}

    @classmethod
    def held(cls, tx: Connection, instance_id: str, state: bytes, raw: dict[str, str | None]) -> Case:
        """The case of an instance that is locked, with its state and its parts as they were read at once."""
        case = cls(tx, instance_id)
        case.locked, case._raw = True, raw
        (own,) = case.rows(process_instance)
        case._instance = own._replace(state=state)
        return case

    @property
    def instance(self) -> InstanceRow | None:
        """The instance's own row; None when there is no such instance. Its state is there only when it was locked."""
        if self._instance is None and self._is_there:
            self._instance = self._whole() if self.locked else next(iter(self.rows(process_instance)), None)
        return self._instance

    @property
    def whole(self) -> InstanceRow:
        """The instance's own row with its state; raises NoResultFound when there is no such instance.

        Unlocked, it is as it was when this transaction first asked for it: for whoever only looks.
        """
        if self.locked and self._instance is not None:
            return self._instance
        if self._seen is None:
            self._seen = self._whole()
        return self._seen

    def note_whole(self, row: Sequence[Any]) -> None:
        """The instance's own row was read already, by its number."""
        if self._seen is None:
            self._seen = InstanceRow._make(row)

    def _whole(self) -> InstanceRow:
        return InstanceRow._make(self.tx.execute(_OWN, {"instance_id": self.id}).one())

    def rows(self, table: TableOf[R]) -> list[R]:
        """The rows of the instance in this part, in their order."""
        return list(self._part(table.name).values())

    def children(self) -> list[ChildRow]:
        """The instances that this one called or started."""
        return list(self._part(CHILDREN).values())

    def get(self, table: TableOf[R], *key: Any) -> R | None:
        """The row with this primary key; None when the part has none."""
        return self._part(table.name).get(key)

    def one(self, table: TableOf[R], *key: Any) -> R:
        """The row with this primary key, which the part has. Raises KeyError."""
        return cast(R, self._part(table.name)[key])

    def add(self, table: TableOf[R], values: Mapping[str, Any], **beside: Any) -> R:
        """A new row; `beside` is what the part holds of other tables. Returns it."""
        row = self._put(table, values, **beside)
        self._unit.changes.add(table, values)
        return row

    def change(self, table: TableOf[R], row: R, **values: Any) -> R:
        """The row holds these values; what it holds already is no change. Returns the row as it is now."""
        known = row._asdict()
        different = {name: value for name, value in values.items() if name not in known or known[name] != value}
        if not different:
            return row
        key = key_of(table, known)
        changed = row._replace(**{name: value for name, value in different.items() if name in known})
        self._part(table.name)[key] = changed
        self._unit.changes.change(table, key, different, _whole_row(table, changed))
        return changed

    def remove(self, table: TableOf[R], row: R) -> None:
        self.put_aside(table, row)
        self._unit.changes.remove(table, key_of_row(table, row))

    def leave_out(self, table: TableOf[R], row: R, **values: Any) -> None:
        """The row holds these values and with them is not of the part any more: read, sent, closed."""
        self.put_aside(table, row)
        whole = _whole_row(table, row._replace(**values))
        self._unit.changes.change(table, key_of_row(table, row), values, whole)

    def put_aside(self, table: TableOf[R], row: R) -> None:
        """The row is not of the part any more; it is in the database so already, or on its way there."""
        self._part(table.name).pop(key_of_row(table, row), None)

    def adopt(self, table: TableOf[R], values: Mapping[str, Any], **beside: Any) -> R:
        """The row is in the database already, or on its way there by other means. Returns it."""
        return self._put(table, values, **beside)

    def adopt_instance(self, values: Mapping[str, Any]) -> None:
        """The instance's own row, which is in the database already, holds these values by now."""
        before = self.instance._asdict() if self._is_there and self.instance is not None else {}
        self._is_there = True
        self._instance, self._seen = _made(InstanceRow, {**before, **values}), None
        if (origin := self._instance.origin_instance_id) and (caller := known_case(self.tx, origin)) is not None:
            caller.forget(CHILDREN)

    def _put(self, table: TableOf[R], values: Mapping[str, Any], **beside: Any) -> R:
        row: R = _made(PARTS[table.name].row, {**values, **beside})
        self._part(table.name)[key_of(table, values)] = row
        return row

    def _part(self, name: str) -> dict[Key, Any]:
        if name not in self._rows:
            if name not in self._raw:
                self._load(name)
            part = PARTS[name]
            told = json.loads(self._raw.pop(name) or "[]")
            read = (
                read_before(self._unit, self.id).rows(name, told, lambda values: _decoded(part, values)) if told else ()
            )
            self._rows[name] = {key_of_row(part.table, row): row for row in read}
        return self._rows[name]

    def _load(self, name: str) -> None:
        """This part is read; the first time every part is."""
        alone = self._rows or self._raw or PARTS[name].is_long
        names = (name,) if alone else tuple(part.name for part in PARTS.values() if not part.is_long)
        statement, order = _statement(self.tx.dialect.name, names)
        *found, versions = executed(self.tx, statement, [[self.id] * order], ()).fetchone()
        self._raw.update(zip(names, found, strict=True))
        stamp.noted(self.tx, dict(json.loads(versions or "[]")))

    def forget(self, name: str) -> None:
        """This part is read anew when somebody asks for it next."""
        self._rows.pop(name, None)
        self._raw.pop(name, None)

    def written(self, table: str | None) -> None:
        """Somebody else writes the table."""
        for name, part in PARTS.items():
            if table is None or table in part.reads:
                self.forget(name)
        if table is None or table == process_instance.name:
            self._instance = self._seen = None


def _made(row: type[R], values: Mapping[str, Any]) -> R:
    """What is left out is None; what the row has no column for, it does not hold."""
    return row._make(values.get(name) for name in row._fields)


def _whole_row(table: Table, row: object) -> Mapping[str, Any] | None:
    """The row as its table has it; None when the part knows less of it."""
    if not PARTS[table.name].is_whole:
        return None
    return {name: getattr(row, name) for name in column_names(table)}


def case_of(tx: Connection, instance_id: str) -> Case:
    """The instance's case in this transaction."""
    unit = unit_of(tx)
    return unit.keep(_name(instance_id), lambda: _watched(unit, Case(tx, instance_id)))


def case_of_task(tx: Connection, task_id: str) -> Case | None:
    """The case of the instance that the task is in; None when there is no such task."""
    instance_id = unit_of(tx).keep(("instance of", task_id), lambda: tx.scalar(_OF_TASK, {"task_id": task_id}))
    return case_of(tx, instance_id) if instance_id is not None else None


def note_case_of_task(tx: Connection, task_id: str, instance_id: str) -> None:
    """The task is known to be in this instance."""
    unit_of(tx).keep(("instance of", task_id), lambda: instance_id)


def known_case(tx: Connection, instance_id: str) -> Case | None:
    """The instance's case, when it has been asked for in this transaction."""
    found: Case | None = unit_of(tx).kept(_name(instance_id))
    return found


def put_case(case: Case) -> Case:
    """This is the instance's case from now on. Returns it."""
    unit = unit_of(case.tx)
    unit.let_go(_name(case.id))
    return unit.keep(_name(case.id), lambda: _watched(unit, case))


def _watched(unit: Unit, case: Case) -> Case:
    unit.watch(case.written)
    return case


def _name(instance_id: str) -> tuple[str, str]:
    return ("case", instance_id)


def _decoded(part: Part, values: list[Any]) -> Any:
    """What somebody has put there that is no value of its kind stays as it is; it will not fit its seal."""
    for place, decode in part.decode:
        if values[place] is not None:
            try:
                values[place] = decode(values[place])
            except (TypeError, ValueError):
                continue
    return part.row(*values)


@lru_cache
def _statement(dialect: str, names: tuple[str, ...]) -> tuple[str, int]:
    """The text that reads these parts, each as one column of JSON, and the versions of what steps only read in the last one;
    and how often it is given the instance."""
    parts = [as_json(dialect, PARTS[name].query).label(name) for name in names]
    compiled = select(*parts, as_json(dialect, stamp.ALL)).compile(dialect=dialect_of(dialect))
    return str(compiled), len(compiled.positiontup or ())

"""The engine as its users see it: one method per thing that a person, the worker or the command line may do.

This is the only place that wires settings, database, clock and worker. A subject with several uses of its own is a module
of `engine.uses`, handed out here (`engine.materials`); every use opens its own transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from sqlalchemy import Connection

from engine.archive.contents import Stores
from engine.archive.keeper import Keeper
from engine.clock import Clock, SystemClock, local_date
from engine.db import migrate
from engine.db.session import Database
from engine.db.turns import DEPLOYING, take_turn
from engine.deadlines import years
from engine.deployments import definitions
from engine.deployments.definitions import Definition
from engine.documents import whole_files
from engine.documents.files import FileStore
from engine.documents.fonts import Fonts
from engine.documents.page_store import PageStore
from engine.documents.paper_store import PaperStore
from engine.english import read_english
from engine.errors import NotAllowed
from engine.keys import FILE as KEY_FILE
from engine.keys import read_keys
from engine.notices.channels import read_channels, routes_of
from engine.notices.delivery import Delivery
from engine.organisation import city, sign_ins
from engine.organisation.assignment import Actor, may
from engine.organisation.sign_ins import SignIn, Visitor
from engine.reports.case import documents
from engine.reports.case import page as instances
from engine.reports.case.holders import Holders, holders
from engine.reports.desk import inbox, starting, tasks
from engine.reports.desk.inbox import NextTask
from engine.reports.desk.tasks import TaskLook
from engine.reports.oversight import listing
from engine.reports.oversight import supervision as oversight
from engine.reports.parts.filters import Filters
from engine.reports.parts.paging import HEAD, Place
from engine.runtime.advance import incidents
from engine.runtime.advance.advance import catch_up
from engine.runtime.instances import buttons, cancelling, due, messages
from engine.runtime.instances import instances as running
from engine.runtime.notify import notices
from engine.runtime.record import kept_heads as kept
from engine.runtime.record import proof
from engine.runtime.record.kept_heads import Head, Torn
from engine.runtime.step import audit, repeated_forms
from engine.runtime.step.step import Context
from engine.runtime.tasks import tasks as work
from engine.runtime.tasks.drafts import Window
from engine.settings import Settings
from engine.uses.accounts import AccountUses
from engine.uses.archives import ArchiveUses
from engine.uses.calendars import CalendarUses
from engine.uses.checking import CheckingUses
from engine.uses.collaboration import CollaborationUses
from engine.uses.counting import CountingUses
from engine.uses.duties import DutyUses
from engine.uses.founding import FoundingUses
from engine.uses.handling import HandlingUses
from engine.uses.materials import MaterialUses
from engine.uses.notices import NoticeUses
from engine.uses.paper_drafts import PaperDraftUses
from engine.uses.papers import PaperUses
from engine.uses.procedures import ProcedureUses
from engine.uses.readiness import ReadinessUses
from engine.uses.transactions import Transactions
from engine.worker import Worker

T = TypeVar("T")
log = logging.getLogger("lianban.engine")
HEADS_AGAIN = timedelta(minutes=10)
SEALED_FILE = "records.sealed"
"""Says, beside the database, that its records were sealed: whoever takes the seals out of it does not get others."""
Raw = Mapping[str, list[str]]
"""What a browser sent: every value of every field, as text."""


class Engine:
    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings, self.clock = settings, clock or SystemClock()
        self.stopping = Event()
        """Set once the process is told to stop: whoever works in it begins nothing new."""
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.keys = read_keys(settings.data_dir, settings.record_key)
        self.database = Database(settings.url, self.keys)
        self.database.memory.english = read_english(settings.processes_dir)
        channels = read_channels(settings, self.clock.now)
        self.fonts = Fonts(settings.every_font_dir)
        self.transactions = Transactions(self.database, self.clock, self.fonts, routes_of(channels))
        files = FileStore(settings.data_dir / "materials")
        self._stores = stores = Stores(files, PaperStore(settings.data_dir / "papers"), self.fonts)
        archives, context = settings.data_dir / "archives", self.transactions.context
        keeper = Keeper(self.database, self.clock, context, archives, stores, self.keys, self.stopping.is_set)
        self.materials = MaterialUses(self.transactions, files)
        self._pages = PageStore(settings.data_dir / "pages")
        self.papers = PaperUses(self.transactions, stores.papers, self._pages, self.stopping.is_set)
        self.paper_drafts = PaperDraftUses(self.transactions, self.papers)
        self.archives = ArchiveUses(self.transactions, keeper)
        self.calendars = CalendarUses(self.transactions)
        self.procedures_in_force = ProcedureUses(self.database, self.clock, self.fonts, settings.processes_dir)
        self.handling = HandlingUses(self.transactions)
        self.checking = CheckingUses(self.transactions)
        self.collaboration = CollaborationUses(self.transactions)
        self.accounts = AccountUses(self.database, self.clock)
        self.founding = FoundingUses(self.database, self.clock, settings.processes_dir)
        self.duties = DutyUses(self.transactions)
        self.notices = NoticeUses(self.transactions, channels)
        self._swept: date | None = None
        self._kept_day: date | None = None
        self._heads_again_at: datetime | None = None
        self.delivery = Delivery(self.database, self.clock, channels, settings.base_url, self.stopping)
        self.readiness = ReadinessUses(self.database, self.clock)
        self.worker = Worker(
            self.database,
            self.clock,
            self.transactions.context,
            settings.tick_seconds,
            [
                self.papers.make_what_waits,
                keeper.make_wanted,
                self._sweep,
                CountingUses(self.transactions).keep,
                self._keep_heads,
                self.procedures_in_force.try_waiting,
            ],
            self.transactions.carry_out_ends,
            self.stopping,
        )

    def close(self) -> None:
        self.database.close()

    def _sweep(self) -> None:
        """Once a day, and when the worker begins."""
        today = local_date(self.clock.now())
        if self._swept != today:
            self._swept = today
            while self.database.run(lambda tx: repeated_forms.forget(tx, self.clock.now())):
                pass
            whole_files.sweep(self.settings.data_dir / name for name in ("materials", "papers", "pages", "archives"))
            self._pages.sweep()

    # --- setting up ---

    def prepare(self) -> None:
        """The database has this version's tables, a calendar and the city's rules; what is there stays."""
        migrate.upgrade(self.database)
        self._require_sealed()
        self.database.run(self._seed)

    def _require_sealed(self) -> None:
        """What is recorded is sealed with the installation's key; of an older version once. Raises KeyLost."""
        marker = self.settings.data_dir / SEALED_FILE
        key_file = self.settings.data_dir / KEY_FILE
        may_seal = not marker.exists()
        self.database.run(lambda tx: proof.require_key(tx, key_file, may_seal, self.clock.now()))
        if may_seal:
            marker.write_text(f"{self.keys.id}\n", encoding="ascii")

    def rules(self) -> Mapping[str, Any]:
        """The city's rules in force."""
        return self.transactions.read(lambda tx, context: context.rules)

    def set_rule(self, key: str, text: str, by: str) -> None:
        """The rule of the city has the value that the text says. Raises Refused with the reason why it cannot."""
        now = self.clock.now()
        self.database.run(lambda tx: city.set_rule(tx, key, city.read_value(tx, key, text), by, now))

    def deploy(self, diagram: Path, by: str, reason: str = "") -> Definition:
        """The file, with the forms (`forms/`) and letters (`letters/`) beside it, is the latest version.

        Raises DiagramRefused, LetterRefused.
        """
        return self.procedures_in_force.deploy(diagram, by, reason).definition

    def deploy_all(self, by: str) -> list[Definition]:
        """Every shipped file is the latest version; one that has not changed stays at its version."""
        return [deployed.definition for deployed in self.procedures_in_force.take_over([], by)]

    # --- signing in ---

    def sign_in(self, login: str, password: str, address: str, browsers: Collection[str] = ()) -> SignIn:
        return self.accounts.sign_in(login, password, address, browsers)

    def visitor(self, token: str) -> Visitor | None:
        """Who has this session; None when it is over."""
        now = self.clock.now()
        with self.database.reading() as tx:
            found = sign_ins.visitor(tx, token, now)
        if found is None or not found.unwritten:
            return found
        self.database.run(lambda tx: sign_ins.touch(tx, token, now))
        return found

    def act_for(self, token: str, unit_code: str) -> None:
        self.database.run(lambda tx: sign_ins.act_for(tx, token, unit_code, self.clock.now()))

    def sign_out(self, token: str) -> None:
        self.database.run(lambda tx: sign_ins.sign_out(tx, token, self.clock.now()))

    # --- tasks ---

    def inbox(self, actor: Actor, tab: str, filters: Filters, place: Place = HEAD) -> inbox.Inbox:
        return self.transactions.read(lambda tx, context: inbox.inbox(tx, context, actor, tab, filters, place))

    def next_task(self, actor: Actor, task_id: str, wanted: str = "") -> NextTask | None:
        """The task that comes after this one in the person's inbox; `wanted`, while it is there; None: none is left."""
        return self.transactions.read(lambda tx, context: inbox.next_task(tx, context, actor, task_id, wanted))

    def counts(self, actor: Actor) -> dict[str, int]:
        """How many things lie in each tab of the inbox."""
        return self.transactions.read(lambda tx, context: inbox.counts(tx, context, actor))

    def task(self, actor: Actor, task_id: str, sent: Raw | None = None) -> tasks.TaskView:
        """Everything the page of a task shows; `sent` are values that were refused and stand in the form again."""
        return self.transactions.read(lambda tx, context: tasks.task_view(tx, context, actor, task_id, sent))

    def look_at_answers(self, actor: Actor, task_id: str, raw: Raw) -> TaskLook:
        """What a form that is being filled in asks and warns of, for the values so far."""
        return self.transactions.read(lambda tx, context: tasks.look_at_answers(tx, context, actor, task_id, raw))

    def claim(self, actor: Actor, task_id: str) -> None:
        self.transactions.write(lambda tx, context: work.claim(tx, actor, task_id, context.now))

    def release(self, actor: Actor, task_id: str) -> None:
        self.transactions.write(lambda tx, context: work.release(tx, actor, task_id, context.now))

    def save_draft(self, actor: Actor, task_id: str, raw: Raw, window: Window | None = None) -> None:
        self.transactions.write(lambda tx, context: work.save_draft(tx, actor, task_id, raw, context.now, window))

    def change_draft(self, actor: Actor, task_id: str) -> None:
        """The draft that was kept aside when a colleague's came takes its place again. Raises Refused when none was."""
        self.transactions.write(lambda tx, context: work.change_draft(tx, actor, task_id, context.now))

    def complete(self, actor: Actor, task_id: str, raw: Raw, without_opinions: bool = False) -> work.Completed:
        """The task is done; `without_opinions`: although colleagues who were asked (加签) have not answered."""
        return self.transactions.write(
            lambda tx, context: work.complete(tx, context, actor, task_id, raw, without_opinions)
        )

    # --- instances ---

    def procedures(self, actor: Actor) -> list[starting.Procedure]:
        return self.transactions.read(lambda tx, context: starting.procedures(tx, actor))

    def beginning(self, actor: Actor, key: str, sent: Raw | None = None) -> starting.Beginning:
        """The start form of a procedure, with this person's draft or the values that were refused."""
        return self.transactions.read(lambda tx, context: starting.beginning(tx, context, actor, key, sent))

    def look_at_beginning(self, actor: Actor, key: str, raw: Raw) -> starting.BeginningLook:
        return self.transactions.read(lambda tx, context: starting.look_at_beginning(tx, context, actor, key, raw))

    def beginning_instead(
        self, actor: Actor, key: str, other: str, raw: Raw, window: Window | None = None
    ) -> starting.Beginning:
        """The start form of the other procedure, to which this one leads, with what was typed; it stays as a draft of `key`.

        Raises NotFound, NotAllowed, and Refused when the draft would overwrite what another window has saved.
        """

        def go(tx: Connection, context: Context) -> starting.Beginning:
            found = starting.beginning_instead(tx, context, actor, key, other, raw)
            running.save_draft(tx, context, actor, key, raw, window)
            return found

        return self.transactions.write(go)

    def save_beginning(self, actor: Actor, key: str, raw: Raw, window: Window | None = None) -> None:
        self.transactions.write(lambda tx, context: running.save_draft(tx, context, actor, key, raw, window))

    def start(self, actor: Actor, key: str, raw: Raw) -> str:
        """The instance runs. Returns its number."""
        return self.begin(actor, key, raw).number

    def begin(self, actor: Actor, key: str, raw: Raw) -> running.Started:
        """The instance runs, and perhaps its first task is this person's."""
        found = self.transactions.write(lambda tx, context: running.start(tx, context, actor, key, raw))
        # a form sent again may have been answered by a version that kept the number alone
        return found if isinstance(found, running.Started) else running.Started(str(found), None)

    def instance(self, actor: Actor, number: str) -> instances.InstanceView:
        return self.transactions.read(lambda tx, context: instances.instance_view(tx, context, actor, number))

    def holders(self, actor: Actor, number: str) -> Holders:
        """With whom the instance lies now. Raises NotFound."""
        return self.transactions.read(lambda tx, context: holders(tx, context, actor, number))

    def instances(self, actor: Actor, filters: Filters, place: Place = HEAD) -> listing.Listing:
        """The instances that this person may see."""
        return self.transactions.read(lambda tx, context: listing.listing(tx, context, actor, filters, place))

    def press(self, actor: Actor, number: str, element_id: str) -> str | None:
        """The button's branch is open. Returns the task it opened for this person, if any."""
        return self.transactions.write(
            lambda tx, context: buttons.press(tx, context, actor, running.find(tx, number, actor).id, element_id)
        )

    def deliver(self, actor: Actor, number: str, element_id: str, message_id: str, raw: Raw | None = None) -> bool:
        """The message has pressed that button, or answered that waiting task, of the instance with this number.

        False when the same message was here before: it does its work once.
        """
        return self.transactions.write(
            lambda tx, context: messages.deliver(tx, context, actor, number, element_id, message_id, raw or {})
        )

    def diagram_of(self, actor: Actor, number: str) -> bytes:
        """The analyst's own file that the instance runs on."""
        return self.transactions.read(
            lambda tx, context: definitions.diagram_bytes(tx, running.find(tx, number, actor).definition_id)
        )

    # --- papers ---

    def document(self, actor: Actor, document_id: str) -> documents.DocumentView:
        """The page of a document; the receiving unit's first look is kept."""
        return self.transactions.write(lambda tx, context: documents.document_view(tx, context, actor, document_id))

    # --- oversight ---

    def supervision(
        self, actor: Actor, filters: Filters, place: Place = HEAD, shown: str = "", items: Place = HEAD
    ) -> oversight.Supervision:
        """`shown` is the procedure whose diagram is looked at, `items` the place in the list of what is supervised."""
        self._require_oversight(actor)
        return self.transactions.read(
            lambda tx, context: oversight.supervision(tx, context, filters, place, shown, items)
        )

    def latest_diagram(self, actor: Actor, key: str) -> bytes:
        self._require_oversight(actor)
        return self.transactions.read(lambda tx, context: definitions.diagram_bytes(tx, definitions.latest(tx, key).id))

    # --- running it ---

    def tick(self) -> int:
        """Everything that is due has happened; for the worker, and for tests that move the clock."""
        return self.worker.tick()

    def next_due(self) -> datetime | None:
        """The instant at which something falls due next; None when nothing is armed."""
        with self.database.reading() as tx:
            return due.next_due(tx)

    def verify_audit(self, kept_heads: Sequence[Head | Torn] = ()) -> list[audit.Broken]:
        """Everything recorded that does not fit, also with the heads that were kept elsewhere (`kept_heads.read`)."""
        files = {"papers": self._stores.papers.path, "materials": self._stores.materials.path}
        with self.database.reading() as tx:
            found = proof.verify(tx, files.items(), self.settings.data_dir / "archives")
            return found + kept.against(tx, kept_heads)

    def heads(self) -> list[str]:
        """Where the record ends now, in lines to be kept elsewhere."""
        with self.database.reading() as tx:
            return kept.heads(tx)

    def reseal(self, by: str, reason: str, number: str | None = None) -> int:
        """What is there is sealed anew with the key in force; how many cases. Raises Refused, NotFound."""
        return self.database.run(lambda tx: proof.reseal(tx, by, reason, self.clock.now(), number))

    def _keep_heads(self) -> None:
        """The heads of the days closed last stand in the file that is kept elsewhere; once a day.

        A disk that is gone is tried again every ten minutes; the system administrators are told once a day.
        """
        path, now = self.settings.heads_file, self.clock.now()
        if path is None or (self._heads_again_at is not None and now < self._heads_again_at):
            return
        with self.database.reading() as tx:
            day = kept.last_day(tx)
            if day == self._kept_day:
                return
            lines = kept.last_days(tx)
        try:
            whole_files.add_lines(path, lines)
        except (OSError, UnicodeDecodeError) as error:
            self._heads_again_at = now + HEADS_AGAIN
            log.warning("the head of the day was not written to %s: %s", path, error)
            reason = (error.strerror if isinstance(error, OSError) else None) or "里面不是文本"
            self.database.run(lambda tx: _tell_of_heads(tx, self.transactions.context(tx), path, reason))
            return
        self._kept_day, self._heads_again_at = day, None

    def resume(self, number: str, by: str) -> None:
        """The parked instance runs again. Raises NotFound."""

        def go_on(tx: Connection, context: Context) -> None:
            catch_up(tx, context, incidents.resume(tx, number, by, context))

        self.transactions.write(go_on)

    def stopped(self) -> list[incidents.Stopped]:
        """Parked instances and faults at starts, the longest first: for whoever looks after the installation."""
        with self.database.reading() as tx:
            return incidents.stopped(tx)

    def close_start_fault(self, beginning: str, by: str) -> str:
        """The fault at a start is done with. Returns the procedure's name. Raises NotFound, Refused."""
        return self.database.run(lambda tx: incidents.close_start_fault(tx, beginning, by, self.clock.now()))

    def end(self, number: str, by: str, reason: str) -> None:
        """The instance is ended past its diagram; whoever waits for it is parked. Raises NotFound, AlreadyDone."""
        self.transactions.write(lambda tx, context: cancelling.end(tx, context, number, by, reason))

    # --- within ---

    def _require_oversight(self, actor: Actor) -> None:
        decision = may(actor, "supervise", None)
        if not decision.allowed:
            raise NotAllowed(decision.reason)

    def _seed(self, tx: Connection) -> None:
        take_turn(tx, DEPLOYING)  # two services may begin at once
        now = self.clock.now()
        years.seed(tx, (self.settings.processes_dir / "calendar_cn.json").read_bytes(), now)
        city.seed(tx, (self.settings.processes_dir / "city.toml").read_text(encoding="utf-8"), now, "prepare")


def _tell_of_heads(tx: Connection, context: Context, path: Path, reason: str) -> None:
    text = (
        f"每日封存没有写进 LIANBAN_HEADS_FILE 指定的 {path}（{reason}）。请检查文件和它所在的磁盘，系统每十分钟再试。"
    )
    notices.notify_administrators(tx, context, text, since=context.now - timedelta(days=1))

"""The engine as its users see it: settings, database, clock and worker are wired here, and nowhere else.

What a person, the worker or the command line may do is a use of its subject, a module of `engine.uses` that is handed out
here (`engine.tasks`, `engine.materials`); every use opens its own transaction.
"""

from __future__ import annotations

import logging
from datetime import date, datetime
from threading import Event
from typing import TypeVar

from sqlalchemy import Connection

from engine.archive.contents import Stores
from engine.archive.keeper import Keeper
from engine.clock import Clock, SystemClock, local_date
from engine.db import migrate
from engine.db.session import Database
from engine.db.turns import DEPLOYING, take_turn
from engine.deadlines import years
from engine.deployments.drawn_names import english_by_drawn
from engine.documents import whole_files
from engine.documents.files import FileStore
from engine.documents.fonts import Fonts
from engine.documents.page_store import PageStore
from engine.documents.paper_store import PaperStore
from engine.english import read_english
from engine.keys import FILE as KEY_FILE
from engine.keys import read_keys
from engine.messages import call_names
from engine.notices.channels import read_channels, routes_of
from engine.notices.delivery import Delivery
from engine.organisation import city
from engine.runtime.instances import due
from engine.runtime.record import proof
from engine.runtime.step import repeated_forms
from engine.settings import Settings
from engine.uses.accounts import AccountUses
from engine.uses.archives import ArchiveUses
from engine.uses.calendars import CalendarUses
from engine.uses.checking import CheckingUses
from engine.uses.city_rules import CityRuleUses
from engine.uses.collaboration import CollaborationUses
from engine.uses.counting import CountingUses
from engine.uses.deploying import Deploying
from engine.uses.duties import DutyUses
from engine.uses.founding import FoundingUses
from engine.uses.handling import HandlingUses
from engine.uses.instances import InstanceUses
from engine.uses.kept_files import KeptFileUses
from engine.uses.library import LibraryUses
from engine.uses.materials import MaterialUses
from engine.uses.notices import NoticeUses
from engine.uses.oversight import OversightUses
from engine.uses.paper_drafts import PaperDraftUses
from engine.uses.papers import PaperUses
from engine.uses.procedures import ProcedureUses
from engine.uses.programs import ProgramUses
from engine.uses.readiness import ReadinessUses
from engine.uses.record import RecordUses
from engine.uses.tasks import TaskUses
from engine.uses.transactions import Transactions
from engine.worker import Worker

T = TypeVar("T")
log = logging.getLogger("lianban.engine")
SEALED_FILE = "records.sealed"
"""Says, beside the database, that its records were sealed: whoever takes the seals out of it does not get others."""


class Engine:
    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings, self.clock = settings, clock or SystemClock()
        self.stopping = Event()
        """Set once the process is told to stop: whoever works in it begins nothing new."""
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.keys = read_keys(settings.data_dir, settings.record_key)
        self.database = Database(settings.url, self.keys)
        self.database.memory.english = read_english(settings.processes_dir)
        call_names(lambda drawn: english_by_drawn(settings.processes_dir).get(drawn, drawn))
        channels = read_channels(settings, self.clock.now)
        self.fonts = Fonts(settings.every_font_dir)
        self.transactions = Transactions(self.database, self.clock, self.fonts, routes_of(channels))
        files = FileStore(settings.data_dir / "materials")
        stores = Stores(files, PaperStore(settings.data_dir / "papers"), self.fonts)
        archives, context = settings.data_dir / "archives", self.transactions.context
        keeper = Keeper(self.database, self.clock, context, archives, stores, self.keys, self.stopping.is_set)
        self.tasks = TaskUses(self.transactions)
        self.instances = InstanceUses(self.transactions)
        self.oversight = OversightUses(self.transactions)
        self.city_rules = CityRuleUses(self.transactions)
        self.record = RecordUses(self.transactions, stores, archives, settings.heads_file)
        self.materials = MaterialUses(self.transactions, files)
        self._pages = PageStore(settings.data_dir / "pages")
        self.papers = PaperUses(self.transactions, stores.papers, self._pages, self.stopping.is_set)
        self.paper_drafts = PaperDraftUses(self.transactions, self.papers)
        self.archives = ArchiveUses(self.transactions, keeper)
        self.calendars = CalendarUses(self.transactions)
        deploying = Deploying(self.transactions, settings.processes_dir)
        self.procedures_in_force = ProcedureUses(self.transactions, deploying, settings.processes_dir)
        self.library = LibraryUses(self.transactions, self.procedures_in_force, settings.processes_dir)
        self.kept_files = KeptFileUses(self.transactions, self.library, deploying)
        self.programs = ProgramUses(self.transactions, self.keys)
        self.handling = HandlingUses(self.transactions)
        self.checking = CheckingUses(self.transactions)
        self.collaboration = CollaborationUses(self.transactions)
        self.accounts = AccountUses(self.transactions)
        self.founding = FoundingUses(self.transactions, settings.processes_dir)
        self.duties = DutyUses(self.transactions)
        self.notices = NoticeUses(self.transactions, channels)
        self._swept: date | None = None
        self.delivery = Delivery(self.database, self.clock, channels, settings.base_url, self.stopping)
        self.readiness = ReadinessUses(self.transactions)
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
                self.record.keep_heads,
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

    # --- running it ---

    def tick(self) -> int:
        """Everything that is due has happened; for the worker, and for tests that move the clock."""
        return self.worker.tick()

    def next_due(self) -> datetime | None:
        """The instant at which something falls due next; None when nothing is armed."""
        with self.database.reading() as tx:
            return due.next_due(tx)

    def _seed(self, tx: Connection) -> None:
        take_turn(tx, DEPLOYING)  # two services may begin at once
        now = self.clock.now()
        years.seed(tx, (self.settings.processes_dir / "calendar_cn.json").read_bytes(), now)
        city.seed(tx, (self.settings.processes_dir / "city.toml").read_text(encoding="utf-8"), now, "prepare")

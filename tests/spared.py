"""What would cost a run of the tests much and tells nothing when it is done again and again."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from engine.db import migrate
from engine.db.session import Database
from engine.deadlines import years
from engine.deployments import definitions
from engine.documents import typesetting
from engine.documents.fonts import Fonts
from engine.organisation import sign_ins

READ_ONCE = [
    (definitions, "read_diagram"),
    (definitions, "read_form"),
    (years, "load_calendar"),
]
"""What is made of bytes alone and never changed: the same bytes mean the same diagram, form and calendar."""
_COMPILED: LRUCache[Any, Any] = LRUCache(4000)


class _SharedStatements:
    """A dialect that is every other one of its kind: what has been compiled for one engine serves all of the process."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)


class Sqlite(_SharedStatements, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class Postgresql(_SharedStatements, PGDialect_psycopg):
    supports_statement_cache = True


def compile_once() -> None:
    """From now on a statement is compiled once in this process, not once for every town that is opened."""
    registry.register("sqlite", __name__, Sqlite.__name__)
    registry.register("postgresql.psycopg", __name__, Postgresql.__name__)


@contextmanager
def read_once() -> Iterator[None]:
    """Within, an engine that knows nothing reads `READ_ONCE` from the database as it must, and finds it understood."""
    with pytest.MonkeyPatch.context() as patch:
        for place, name in READ_ONCE:
            patch.setattr(place, name, _once(getattr(place, name)))
        yield


def _once(read: Callable[..., Any]) -> Callable[..., Any]:
    """What it makes of the same bytes, and of the same words beside them, is made once."""
    known = dict[tuple[Any, ...], Any]()

    def once(*given: Any) -> Any:
        key = tuple(tuple(part.items()) if isinstance(part, Mapping) else part for part in given)
        if key not in known:
            known[key] = read(*given)
        return known[key]

    return once


@contextmanager
def addresses_compiled_once() -> Iterator[None]:
    """Within, what writes the addresses of a page is compiled once a process, not once for every application.

    The function that werkzeug compiles is handed its rule; it comes of the rule's text and defaults alone.
    """
    known, compiled = dict[tuple[str, ...], Callable[..., Any]](), Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        key = (str(rule._trace), str(rule.defaults), rule.rule, str(append_unknown))
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


class Templates(BytecodeCache):
    """Templates that are compiled once a process, and kept as they are."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


@contextmanager
def templates_compiled_once() -> Iterator[None]:
    """Within, every application finds the templates compiled that another of this process has used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": Templates()})
        yield


_SET = LRUCache[Any, list[bytes]](200)


@contextmanager
def papers_set_once() -> Iterator[None]:
    """Within, what has been typeset in this process is not set again: the same words in the same layout give the same bytes.

    That they do is tested in `papers`, where this is not used.
    """
    compiled = typesetting._compile

    def once(layout: Mapping[str, str], words: Mapping[str, Any], fonts: Fonts, **output: Any) -> list[bytes]:
        key = (typesetting.key(layout, words), str(fonts.chains), str(fonts.files), str(output))
        made = _SET.get(key)
        if made is None:
            made = _SET[key] = compiled(layout, words, fonts, **output)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typesetting, "_compile", once)
        yield


@contextmanager
def migrated_once() -> Iterator[None]:
    """Within, a new SQLite file gets its tables as a copy of what the migrations have made in this process before.

    What they make of nothing is tested in `store`, and of what was there in `golden`, where this is not used.
    """
    upgrade, made = migrate.upgrade, list[bytes]()

    def once(database: Database) -> bool:
        file = Path(database.engine.url.database or "")
        if not database.is_sqlite or file.exists():
            return upgrade(database)
        if made:
            file.write_bytes(made[0])
            return True
        upgrade(database)
        with database.reading() as tx:
            made.append(tx.connection.driver_connection.serialize())  # type: ignore[union-attr]
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "upgrade", once)
        yield


@contextmanager
def passwords_hashed_cheaply() -> Iterator[None]:
    """Within, to hash a password, which is slow on purpose, is not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_ins, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


def wait_for_no_disk(engine: Engine) -> None:
    """What SQLite commits need not outlive this machine: a process that is killed takes nothing of it along."""
    event.listen(engine, "connect", _without_waiting)


def _without_waiting(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()


def look_for_garbage_seldom() -> None:
    """What is there now stays until the end of the run; it is not looked through again for each thousand new objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)

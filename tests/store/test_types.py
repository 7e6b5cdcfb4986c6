"""Columns mean the same on both databases: instants and JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import StatementError

from engine.db.session import Database
from engine.db.tables import city_rule, waiting_file
from engine.messages import Message, sentences, speaking

AT = datetime(2026, 10, 10, 15, 59, 59, 999_999, UTC)


def stored(database: Database, value: Any = 1, set_at: datetime = AT) -> Any:
    """The row that is read after these were written."""
    with database.transaction() as tx:
        tx.execute(insert(city_rule).values(key="k", version=1, value=value, set_at=set_at, set_by="test"))
    with database.reading() as tx:
        return tx.execute(select(city_rule)).one()


def test_an_instant_is_read_as_it_was_written_to_the_microsecond(database: Database) -> None:
    assert stored(database, set_at=AT).set_at == AT


def test_an_instant_is_read_in_utc_whatever_its_offset_was(database: Database) -> None:
    row = stored(database, set_at=AT.astimezone(timezone(timedelta(hours=8))))

    assert row.set_at == AT
    assert row.set_at.utcoffset() == timedelta(0)
    assert row.set_at.isoformat() == "2026-10-10T15:59:59.999999+00:00"


def test_an_instant_without_an_offset_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="offset from UTC"):
        stored(database, set_at=AT.replace(tzinfo=None))


def test_instants_are_compared_as_instants(database: Database) -> None:
    stored(database, set_at=AT)
    a_moment_before = (AT - timedelta(microseconds=1)).astimezone(timezone(timedelta(hours=-5)))

    with database.reading() as tx:
        assert tx.execute(select(city_rule).where(city_rule.c.set_at > a_moment_before)).all() != []
        assert tx.execute(select(city_rule).where(city_rule.c.set_at <= a_moment_before)).all() == []


def test_json_keeps_the_order_in_which_keys_were_given(database: Database) -> None:
    row = stored(database, value={"z": 1, "a": {"丁": 1, "甲": 2}, "m": [3, 1, 2]})

    assert list(row.value) == ["z", "a", "m"]
    assert list(row.value["a"]) == ["丁", "甲"]
    assert row.value["m"] == [3, 1, 2]


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "", "甲&乙<丙>", [], {}, "1e999", [None, "䶮"]])
def test_json_keeps_values_and_their_types(database: Database, value: Any) -> None:
    read = stored(database, value=value).value

    assert read == value
    assert type(read) is type(value)


def test_json_writes_chinese_as_it_is_read(database: Database) -> None:
    stored(database, value={"单位": "市司法局"})

    with database.reading() as tx:
        assert tx.scalar(text("select value from city_rule")) == '{"单位":"市司法局"}'


@pytest.mark.parametrize(
    "text",
    ["", "流程图有错。", "{no message}", Message("Sign in first."), sentences(Message("Sign in first."), "甲")],
)
def test_a_text_for_readers_is_read_as_it_was_written(database: Database, text: object) -> None:
    with database.transaction() as tx:
        tx.execute(insert(waiting_file).values(name="a.bpmn", outcome="waits", message=text, tried_at=AT))
    with database.reading() as tx:
        assert tx.scalar(select(waiting_file.c.message)) == text


def test_a_text_that_was_kept_by_a_reader_of_one_language_is_read_in_another(database: Database) -> None:
    with speaking("en"), database.transaction() as tx:
        kept = Message("Sign in first.")
        tx.execute(insert(waiting_file).values(name="a.bpmn", outcome="waits", message=kept, tried_at=AT))
    with database.reading() as tx:
        assert str(tx.scalar(select(waiting_file.c.message))) == "请先登录。"

"""The city's own rules: every open point of the plan is a key with a default, versioned, and read by `config("…")`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from engine.db.tables import city_rule
from engine.errors import Refused

LOCKED = frozenset(
    {"referral.normal_wd", "referral.cap_wd", "referral.urgent_hours", "acceptance.wd", "assist.opinion_wd"}
)
"""Figures of the plan itself: changing one needs a new legal basis, so it is not a setting."""


def read_rules(text: str) -> dict[str, Any]:
    """The keys of a TOML file, joined by dots: [referral] cap_wd = 10 is referral.cap_wd."""
    return dict(_flatten("", tomllib.loads(text)))


def seed(tx: Connection, text: str, at: datetime, by: str) -> None:
    """Every key of the file that the city does not have yet has its default."""
    known = set(rules(tx))
    for key, value in read_rules(text).items():
        if key not in known:
            tx.execute(insert(city_rule).values(key=key, version=1, value=value, set_at=at, set_by=by))


def rules(tx: Connection) -> Mapping[str, Any]:
    """The value in force of every key."""
    rows = tx.execute(select(city_rule.c.key, city_rule.c.value).order_by(city_rule.c.key, city_rule.c.version))
    return {row.key: row.value for row in rows}


def set_rule(tx: Connection, key: str, value: Any, by: str, at: datetime) -> None:
    """The key has a new version. Raises Refused for a locked or unknown key, or a value of another type."""
    known = rules(tx)
    if key not in known:
        raise Refused(f"没有名为 {key} 的规则。")
    if key in LOCKED:
        raise Refused(f"{key} 是方案规定的期限，不能在系统里修改；须有新的依据。")
    if type(value) is not type(known[key]):
        raise Refused(f"{key} 的值应当与原来的类型相同。")
    version = tx.scalar(select(func.max(city_rule.c.version)).where(city_rule.c.key == key))
    tx.execute(insert(city_rule).values(key=key, version=(version or 0) + 1, value=value, set_at=at, set_by=by))


def _flatten(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            pairs += _flatten(f"{prefix}{name}.", value)
        else:
            pairs.append((f"{prefix}{name}", value))
    return pairs

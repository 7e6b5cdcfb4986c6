"""The city's own rules: every open point of the plan is a key with a default, versioned, and read by `config("…")`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime, time
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, func, insert, select

from engine.db import stamp
from engine.db.tables import city_rule
from engine.errors import Refused

LOCKED = frozenset(
    {"referral.normal_wd", "referral.cap_wd", "referral.urgent_hours", "acceptance.wd", "assist.opinion_wd"}
)
"""Figures of the plan itself: changing one needs a new legal basis, so it is not a setting."""


CHOICES: Mapping[str, tuple[str, ...]] = {
    "referral.clock_start": ("jurisdiction_found", "discovered"),
    "referral.extension_approver": ("deputy", "principal"),
    "first.management_approver": ("deputy", "principal"),
    "acceptance.supplement": ("restart", "continue"),
    "assist.extension_ground_mode": ("any", "all"),
}
"""What a rule in words can be."""

FIXED: Mapping[str, str] = {
    "referral.receiver_forward": "受移送单位不得自行把案件转给第三方，管辖由协商、协调或者裁决确定",
    "referral.urgent_written": "情况紧急的也须主要领导批准、书面移送，方案没有规定例外",
    "referral.urgency_upgrade": "后来发现紧急的，取原届满时刻和提出后 24 小时中较早的一个",
    "acceptance.deemed": "受理情况须书面告知，沉默不视为受理",
    "receipt.mode": "文书进入收文单位的收件箱即为收到",
    "refusal.delegation_only_ground": "不得以行政处罚权已赋予镇街为由消极履行监管职责",
    "archive.transitional": "赋权前已受理、赋权后才办结的，由办理单位归档",
    "calendar.missing_policy": "没有官方放假安排的年份，期限一律标明是暂定的",
}
"""Open points for which the plan leaves no second way: the key says what holds, and why nothing else can be set."""

TIMES = frozenset({"deadline.cutoff", "deadline.office_closes"})
TITLES = frozenset({"instrument.name"})
"""What letters name as a ground: a title in 《》, with what stands behind it."""


def read_rules(text: str) -> dict[str, Any]:
    """The keys of a TOML file, joined by dots: [referral] cap_wd = 10 is referral.cap_wd."""
    return dict(_flatten("", tomllib.loads(text)))


def seed(tx: Connection, text: str, at: datetime, by: str) -> None:
    """Every key of the file that the city does not have yet has its default. Raises Refused for one that cannot be."""
    known = set(rules(tx))
    for key, value in read_rules(text).items():
        if key not in known:
            _require_possible(key, value)
            tx.execute(insert(city_rule).values(key=key, version=1, value=value, set_at=at, set_by=by))


def rules(tx: Connection) -> Mapping[str, Any]:
    """The value in force of every key."""
    return stamp.content(tx, "rules", _read_rules)


def _read_rules(tx: Connection) -> Mapping[str, Any]:
    rows = tx.execute(select(city_rule.c.key, city_rule.c.value).order_by(city_rule.c.key, city_rule.c.version))
    return MappingProxyType({row.key: row.value for row in rows})


def read_value(tx: Connection, key: str, text: str) -> Any:
    """The text as a value of the key's type; as it is where it cannot be one, for `set_rule` to refuse."""
    value = rules(tx).get(key)
    if isinstance(value, bool):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(value, int):
        return int(text) if text.removeprefix("-").isdecimal() else text
    return text


def set_rule(tx: Connection, key: str, value: Any, by: str, at: datetime) -> None:
    """The key has a new version. Raises Refused for a locked or unknown key, and for a value that cannot be."""
    known = rules(tx)
    if key not in known:
        raise Refused(f"没有名为 {key} 的规则。")
    if key in LOCKED:
        raise Refused(f"{key} 是方案规定的期限，不能在系统里修改；须有新的依据。")
    if type(value) is not type(known[key]):
        raise Refused(f"{key} 的值应当与原来的类型相同。")
    if key in FIXED and value != known[key]:
        raise Refused(f"{key} 不能改成 {written(value)}：{FIXED[key]}。")
    _require_possible(key, value)
    version = tx.scalar(select(func.max(city_rule.c.version)).where(city_rule.c.key == key))
    tx.execute(insert(city_rule).values(key=key, version=(version or 0) + 1, value=value, set_at=at, set_by=by))


def time_of_day(text: str) -> time:
    """24:00 is midnight, the end of the day. Raises ValueError for what is no time of day."""
    return time() if text == "24:00" else time.fromisoformat(text)


def written(value: Any) -> str:
    """The value as a rule file writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _require_possible(key: str, value: Any) -> None:
    if key in CHOICES and value not in CHOICES[key]:
        raise Refused(f"{key} 不能是 {written(value)}，可以是：{'、'.join(CHOICES[key])}。")
    if key in TIMES:
        try:
            time_of_day(value)
        except ValueError:
            raise Refused(f"{key} 不能是 {written(value)}，请写一天里的时刻，如 17:30 或 24:00。") from None
    if key in TITLES and not re.fullmatch(r"《[^《》\n]{2,100}》[^《》\n]{0,60}", value):
        raise Refused(
            f"{key} 不能是 {value[:100]}，请写带书名号的全称，文号写在后面，如《…工作实施方案》（某办发〔2026〕8号）。"
        )
    if isinstance(value, int) and not isinstance(value, bool) and value < 1:
        raise Refused(f"{key} 不能是 {value}，应当是大于 0 的整数。")


def _flatten(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            pairs += _flatten(f"{prefix}{name}.", value)
        else:
            pairs.append((f"{prefix}{name}", value))
    return pairs

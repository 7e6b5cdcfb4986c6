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
from engine.messages import Message, listed
from engine.messages import gettext as _

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

FIXED: Mapping[str, Message] = {
    "referral.receiver_forward": _(
        "a receiving unit must not pass a case on to a third unit; negotiation, coordination or a ruling decides "
        "which unit is competent",
    ),
    "referral.urgent_written": _(
        "an urgent case also has to be approved by the principal leader and referred in writing; the plan has no "
        "exception",
    ),
    "referral.urgency_upgrade": _(
        "when it turns out urgent later, the period ends at its old end or 24 hours after it was raised, whichever "
        "comes first",
    ),
    "acceptance.deemed": _(
        "acceptance is notified in writing; silence does not count as acceptance",
    ),
    "receipt.mode": _(
        "a document counts as received once it is in the inbox of the receiving unit",
    ),
    "refusal.delegation_only_ground": _(
        "the transfer of the power to punish to the towns and subdistricts is no reason to supervise less",
    ),
    "archive.transitional": _(
        "a case accepted before the empowerment and closed after it is archived by the unit that handled it",
    ),
    "calendar.missing_policy": _(
        "periods in a year without an official holiday arrangement are always marked as provisional",
    ),
}
"""Open points for which the plan leaves no second way: the key says what holds, and why nothing else can be set."""

TIMES = frozenset({"deadline.cutoff", "deadline.office_closes"})
TITLES = frozenset({"instrument.name"})
"""What letters name as a ground: a title in 《》, with what stands behind it."""
EXAMPLE_TITLE = "《…工作实施方案》（某办发〔2026〕8号）"


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
        raise Refused(_("There is no rule called %(key)s.", key=key))
    if key in LOCKED:
        raise Refused(
            _(
                "%(key)s is a period that the plan sets. It cannot be changed in the system without a new legal basis.",
                key=key,
            )
        )
    if type(value) is not type(known[key]):
        raise Refused(_("The value of %(key)s has to be of the same type as before.", key=key))
    if key in FIXED and value != known[key]:
        raise Refused(
            _("%(key)s cannot be changed to %(value)s: %(why)s.", key=key, value=written(value), why=FIXED[key])
        )
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
        raise Refused(
            _(
                "%(key)s cannot be %(value)s. Allowed values: %(choices)s.",
                key=key,
                value=written(value),
                choices=listed(CHOICES[key]),
            )
        )
    if key in TIMES:
        try:
            time_of_day(value)
        except ValueError:
            raise Refused(
                _(
                    "%(key)s cannot be %(value)s. Write a time of day, such as 17:30 or 24:00.",
                    key=key,
                    value=written(value),
                )
            ) from None
    if key in TITLES and not re.fullmatch(r"《[^《》\n]{2,100}》[^《》\n]{0,60}", value):
        raise Refused(
            _(
                "%(key)s cannot be %(value)s. Write the full title in Chinese title marks, followed by its number: "
                "%(example)s.",
                key=key,
                value=value[:100],
                example=EXAMPLE_TITLE,
            )
        )
    if isinstance(value, int) and not isinstance(value, bool) and value < 1:
        raise Refused(_("%(key)s cannot be %(value)s. It has to be a whole number above 0.", key=key, value=value))


def _flatten(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            pairs += _flatten(f"{prefix}{name}.", value)
        else:
            pairs.append((f"{prefix}{name}", value))
    return pairs

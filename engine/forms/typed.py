"""One value from its text: a number, a day, an instant, or the text itself without what cannot be stored. Pure."""

from __future__ import annotations

import math
import re
from datetime import date, datetime

from engine.clock import parse_local

NUMBER_LIMIT = 10**15
"""Within it a number is exact, and every expression can work with it."""
YEARS = range(1990, 2100)
DAY_YEARS = range(1900, 2100)
"""Days may be those of birth."""
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Signs that could not be stored or printed; tab and line feed may stand."""


class Wrong(Exception):
    """A value that is not of its field's type; the message is for the person."""


def clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if found := UNSEEN.search(text):
        raise Wrong(f"这一项里有看不见的特殊字符（U+{ord(found[0]):04X}），请删掉重填。")
    return text


def number_of(text: str) -> int | float:
    if len(text) > 20:
        raise Wrong("数字太长，请检查。")
    try:
        number = float(text)
    except ValueError:
        raise Wrong("请填写数字。") from None
    if math.isnan(number):
        raise Wrong("请填写数字。")
    if abs(number) > NUMBER_LIMIT:
        raise Wrong("数字太大，请检查。")
    return int(number) if number.is_integer() else number


def day_of(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Wrong("请填写日期，例如 2026-10-09。") from None
    if day.year not in DAY_YEARS:
        raise Wrong("年份不对，请检查。")
    return day


def instant_of(text: str) -> datetime:
    try:
        instant = parse_local(text)
    except (ValueError, OverflowError):
        raise Wrong("请填写日期和时间，例如 2026-10-09 09:30。") from None
    if instant.year not in YEARS:
        raise Wrong("年份不对，请检查。")
    return instant

"""What an account may be called and which password a person may choose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import Connection

from engine.errors import Refused
from engine.organisation import units

LEAST, MOST = 12, 128
"""Characters of a password. No list of kinds of character, no expiry: both lead to weaker ones."""
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_EMAIL = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+\.[^\s@<>\"',;:]+")


def problems_of(login: str, old: str, new: str, again: str) -> dict[str, str]:
    """A sentence for each field of a change of password that cannot be."""
    problems = {}
    if len(new) < LEAST:
        problems["new"] = f"新密码至少 {LEAST} 个字符，现在是 {len(new)} 个。几个词连起来就好记。"
    elif len(new) > MOST:
        problems["new"] = f"新密码最多 {MOST} 个字符。"
    elif new == old:
        problems["new"] = "新密码要与现在的不同。"
    elif login.casefold() in new.casefold() and len(new) - len(login) < LEAST // 2:
        problems["new"] = "新密码不能只是账号加几个字。"
    elif len(set(new)) < 5:
        problems["new"] = "新密码里重复的字符太多，换一个别人猜不到的。"
    elif any("\ud800" <= character <= "\udfff" or character == "\x00" for character in new):
        problems["new"] = "新密码里有不能用的字符。"
    if new != again:
        problems["again"] = "两次输入的新密码不一样，请再输一遍。"
    return problems


def wrong_login(login: str) -> str:
    """Why nobody can be called so; empty when one can."""
    return "" if _LOGIN.fullmatch(login) else "账号由字母、数字、点、横线和下划线组成，字母或数字开头，最多 64 个字符。"


def wrong_name(name: str) -> str:
    """Why no person or unit has this name; empty when one can have it."""
    if not name.strip() or name != name.strip():
        return "名称不能空着，前后也不要有空格。"
    return "名称太长，或者有不能显示的字符。" if len(name) > 60 or not name.isprintable() else ""


def wrong_email(email: str) -> str:
    return (
        ""
        if not email or (len(email) <= 254 and _EMAIL.fullmatch(email))
        else "这不是邮箱地址，应写成 name@example.gov.cn。"
    )


def require_login(login: str) -> None:
    _require(wrong_login(login))


def require_name(name: str) -> None:
    _require(wrong_name(name))


def require_email(email: str) -> None:
    _require(wrong_email(email))


def instead(given: str, known: Iterable[str]) -> str:
    """What may have been meant; else, of a few, what there is."""
    names = list(known)
    if meant := get_close_matches(given, names, 1):
        return f"是不是 {meant[0]}？"
    return f"可以写：{'、'.join(names)}。" if 0 < len(names) <= 20 else ""


def unit_codes(tx: Connection, at: datetime) -> list[str]:
    return [unit.code for unit in units.every(tx, at)]


def _require(sentence: str) -> None:
    if sentence:
        raise Refused(sentence)

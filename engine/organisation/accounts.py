"""What an account may be called and which password a person may choose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import Connection

from engine.errors import Refused
from engine.messages import Text, listed
from engine.messages import gettext as _
from engine.organisation import units

LEAST, MOST = 12, 128
"""Characters of a password. No list of kinds of character, no expiry: both lead to weaker ones."""
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_EMAIL = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+\.[^\s@<>\"',;:]+")


def problems_of(login: str, old: str, new: str, again: str) -> dict[str, Text]:
    """A sentence for each field of a change of password that cannot be."""
    problems: dict[str, Text] = {}
    if len(new) < LEAST:
        problems["new"] = _(
            "The new password needs at least %(least)s characters, and has %(count)s. Several words in a row are easy "
            "to remember.",
            least=LEAST,
            count=len(new),
        )
    elif len(new) > MOST:
        problems["new"] = _("The new password can have %(most)s characters at most.", most=MOST)
    elif new == old:
        problems["new"] = _("The new password has to differ from the present one.")
    elif login.casefold() in new.casefold() and len(new) - len(login) < LEAST // 2:
        problems["new"] = _("The new password cannot be the account with a few characters added.")
    elif len(set(new)) < 5:
        problems["new"] = _("The new password repeats the same characters too often. Choose one that nobody can guess.")
    elif any("\ud800" <= character <= "\udfff" or character == "\x00" for character in new):
        problems["new"] = _("The new password contains a character that cannot be used.")
    if new != again:
        problems["again"] = _("The two new passwords differ. Type it again.")
    return problems


def wrong_login(login: str) -> Text:
    """Why nobody can be called so; empty when one can."""
    if _LOGIN.fullmatch(login):
        return ""
    return _(
        "An account consists of letters, digits, dots, hyphens and underscores. It begins with a letter or a digit "
        "and has at most 64 characters."
    )


def wrong_name(name: str) -> Text:
    """Why no person or unit has this name; empty when one can have it."""
    if not name.strip() or name != name.strip():
        return _("A name cannot be empty, and cannot begin or end with a space.")
    if len(name) > 60 or not name.isprintable():
        return _("The name is too long, or contains a character that cannot be shown.")
    return ""


def wrong_email(email: str) -> Text:
    if not email or (len(email) <= 254 and _EMAIL.fullmatch(email)):
        return ""
    return _("This is not a mail address. Write it as in name@example.gov.cn.")


def require_login(login: str) -> None:
    _require(wrong_login(login))


def require_name(name: str) -> None:
    _require(wrong_name(name))


def require_email(email: str) -> None:
    _require(wrong_email(email))


def instead(given: str, known: Iterable[str]) -> Text:
    """What may have been meant; else, of a few, what there is."""
    names = list(known)
    few = 0 < len(names) <= 20
    return meant(given, names) or (_("You can write: %(names)s.", names=listed(names)) if few else "")


def meant(given: str, known: Iterable[str]) -> Text:
    """What is written nearly so; empty when nothing is."""
    found = get_close_matches(given, list(known), 1)
    return _("Do you mean %(name)s?", name=found[0]) if found else ""


def unit_codes(tx: Connection, at: datetime) -> list[str]:
    return [unit.code for unit in units.every(tx, at)]


def _require(sentence: Text) -> None:
    if sentence:
        raise Refused(sentence)

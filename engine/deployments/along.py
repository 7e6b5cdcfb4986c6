"""What a version keeps besides its diagram and its forms: its tests, and what things are called in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from engine.db.english import english_of
from engine.db.tables import definition_version


@dataclass(frozen=True)
class Along:
    """No case runs otherwise for any of it."""

    tests: bytes | None = None
    """The file of tests, byte for byte."""
    english: Mapping[str, Any] | None = None
    """`names` of elements and `forms` with their texts, as `engine.english` has them."""
    tests_carried: bool = False
    """Whether nobody has sent the tests: they are those of an earlier version, and may be what shall change."""
    is_sent: bool = False
    """Whether somebody has sent it: then other tests or other English alone make a version."""


NOTHING_ALONG = Along()


def adds(tx: Connection, definition_id: str, along: Along) -> bool:
    """Whether tests or English were sent that the version has not."""
    if not along.is_sent or (along.tests is None and along.english is None):
        return False
    columns = (definition_version.c.key, definition_version.c.tests)
    kept = tx.execute(select(*columns).where(definition_version.c.id == definition_id)).one()
    other_tests = along.tests is not None and along.tests != kept.tests
    return other_tests or (along.english is not None and _says_more(tx, kept.key, along.english))


def _says_more(tx: Connection, key: str, english: Mapping[str, Any]) -> bool:
    """Whether something is called otherwise than it is anyway."""
    known = english_of(tx)
    names, forms = known.names.get(key, {}), known.forms
    called = [names.get(place) == text for place, text in english["names"].items()]
    asked = [
        forms.get(form, {}).get(place) == text for form, own in english["forms"].items() for place, text in own.items()
    ]
    return not all(called + asked)


def tests_of(tx: Connection, definition_id: str) -> bytes | None:
    """The tests of a version, byte for byte; None when it has none."""
    found = tx.scalar(select(definition_version.c.tests).where(definition_version.c.id == definition_id))
    return bytes(found) if found is not None else None

"""What an installation calls things in English: as it is written beside the shipped diagrams, or was sent with a version."""

from __future__ import annotations

from sqlalchemy import Connection, select

from engine.db import stamp
from engine.db.tables import definition_version
from engine.db.unit import unit_of
from engine.english import English


def english_of(tx: Connection) -> English:
    """The English of this transaction's installation; of two texts for one thing that of the newer version."""
    return stamp.content(tx, "english", _read)


def _read(tx: Connection) -> English:
    shipped = unit_of(tx).memory.english
    names, forms = dict(shipped.names), dict(shipped.forms)
    columns = (definition_version.c.key, definition_version.c.english)
    sent = select(*columns).where(definition_version.c.english.is_not(None)).order_by(definition_version.c.version)
    for row in tx.execute(sent):
        if row.english is None:
            continue
        names[row.key] = {**names.get(row.key, {}), **row.english["names"]}
        for form, words in row.english["forms"].items():
            forms[form] = {**forms.get(form, {}), **words}
    return English(names, forms)

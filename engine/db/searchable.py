"""What instances are searched by, kept so that a search costs what it finds, not what there is.

A search is for any part of a text, and no index of either store finds that. So every text stands in `search_word` once from
each of its characters on: a part of it is the beginning of one of those rows, and a beginning is a range of the index.
"""

from __future__ import annotations

from unicodedata import normalize

from sqlalchemy import ColumnElement, Connection, and_, delete

from engine.db.tables import search_word
from engine.db.unit import unit_of

SUBJECT_FACT = "party_name"
"""The fact that names the person or firm whom a case concerns (当事人); lists show it."""
PLACE_FACT = "location"
"""The fact that names the place of a case."""
FACTS = (SUBJECT_FACT, PLACE_FACT)
NUMBER, TITLE, PAPER = "number", "title", "paper"
"""Kinds of words besides the facts, which have their own names."""
LEFT_OUT = "〔〕［］[]（）()【】"
"""What may be typed or left out, as in a 文号."""
SIGNS = 32
"""So many characters of what is searched for count; nobody types more to find a case."""
_LAST = "\U0010ffff"


def bare(text: str) -> str:
    """A text as it is compared: 青政移字〔2026〕37号 and 青政移字2026 37号 are the same."""
    return "".join(one for one in normalize("NFKC", text) if one not in LEFT_OUT and not one.isspace()).lower()


def keep(
    tx: Connection,
    instance_id: str,
    kind: str,
    text: str,
    *,
    fact_id: int | None = None,
    document_id: str | None = None,
) -> None:
    """The instance is found by every part of the text."""
    words, own = bare(text), {"instance_id": instance_id, "kind": kind, "fact_id": fact_id, "document_id": document_id}
    begun = dict.fromkeys(words[start : start + SIGNS] for start in range(len(words)))
    for part in begun:
        unit_of(tx).changes.add(search_word, {**own, "words": part})


def keep_title(tx: Connection, instance_id: str, title: str, first: bool = False) -> None:
    """The instance is found by this title and by none that it had before; `first`: it had none."""
    if not first:
        own = and_(search_word.c.instance_id == instance_id, search_word.c.kind == TITLE)
        tx.execute(delete(search_word).where(own))
    keep(tx, instance_id, TITLE, title)


def has_part(text: str) -> ColumnElement[bool] | None:
    """Whether a row says that the text is part of what it was made of; None when nothing of the text counts."""
    wanted = bare(text)[:SIGNS]
    return and_(search_word.c.words >= wanted, search_word.c.words < wanted + _LAST) if wanted else None

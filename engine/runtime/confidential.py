"""What is confidential: from whom a value is kept, and that no text which others read says it.

A form asks for such a value in a field of its own, which is masked; whatever a person writes beside it, a comment, a
reason, the name of a file, others read as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.bpmn.elements import Diagram
from engine.db.tables import process_instance
from engine.deployments import definitions
from engine.errors import InvalidValues
from engine.forms.schema import Field
from engine.organisation.assignment import Actor, ConfidentialSubject, may
from engine.runtime.facts import known

NO_NAMES = frozenset({
    "举报人", "投诉人", "信访人", "反映人", "来电人", "来信人", "来访人", "当事人", "本人", "他人", "群众", "市民", "居民",
    "村民", "业主", "租户", "路人", "先生", "女士", "同志", "匿名", "不详", "未知", "保密", "没有", "暂无",
})  # fmt: skip
"""What stands in the place of a name and tells nothing: texts may say it."""
SHORT_NUMBER = 7
"""A number with fewer signs is only found when it stands alone; a telephone number is longer."""
_GAPS = re.compile(r"(?<=\d)[-\u2010-\u2015\u2212()·.\s]+(?=\d)")
_LONG_NUMBERS = re.compile(r"\d{7,}x?")


@dataclass(frozen=True)
class _Secret:
    label: str
    value: str


def hides(field: Field, diagram: Diagram, facts: Mapping[str, object], actor: Actor | None) -> bool:
    """Whether the reader is kept from the field's value, though told that there is one.

    Confidential values are for those who work on the instance for the units that the field names, and for nobody else:
    neither for another party, nor for the bureaus of oversight, nor for a called procedure.
    """
    if not field.confidential:
        return False
    if actor is None:
        return True
    handlers = [roles for unit_text, roles in diagram.all_asked() if unit_text in field.confidential]
    if diagram.process.starter_fact in field.confidential:
        handlers.append(frozenset(role for _, role in diagram.process.candidate_starters))
    subject = ConfidentialSubject(_units(field, facts), frozenset().union(*handlers))
    return not may(actor, "read_confidential", subject).allowed


def require_untold(
    tx: Connection, instance_id: str, actor: Actor, key: str, *texts: str, inside: str | None = None
) -> None:
    """Raises InvalidValues at `key` when one of the texts says what is to be kept from those who will read it.

    `inside` is the unit whose people alone will read them; None: everybody who sees the instance. Who may not read a value
    is never refused for it, and so learns nothing by trying.
    """
    if labels := told_in(tx, instance_id, actor, *texts, inside=inside):
        raise InvalidValues({key: sentence(labels)})


def told_in(tx: Connection, instance_id: str, actor: Actor | None, *texts: str, inside: str | None = None) -> list[str]:
    """The labels of the confidential values that stand in the texts; see above. Without an actor all are looked for."""
    found = (
        secret.label
        for secret in _secrets(tx, instance_id, actor, inside)
        if any(says(text, secret.value) for text in texts)
    )
    return list(dict.fromkeys(found))


def sentence(labels: list[str]) -> str:
    return f"这里写有应当保密的内容（{'、'.join(labels)}），不能看的人也会看到。请删去，或者换一个不写明的说法。"


def says(text: str, value: str) -> bool:
    """Whether the value stands in the text, however it is spaced; of a long value, whether one of its numbers does."""
    value, text = _plain(value), _plain(text)
    bare = _together(value)
    if len(bare) < 2 or bare in NO_NAMES:
        return False
    if bare.isdigit() and len(bare) < SHORT_NUMBER:
        return re.search(rf"(?<!\d){bare}(?!\d)", text) is not None
    together = _together(text)
    return bare in together or any(number in together for number in _LONG_NUMBERS.findall(bare))


# --- within ---


def _secrets(tx: Connection, instance_id: str, actor: Actor | None, inside: str | None) -> Iterator[_Secret]:
    """What the actor may read and others not: here, and in the instances that this one was begun for.

    What was handed over from there as part of a longer value (a name and its telephone) is known from there by itself.
    """
    readable: list[str] = []
    at: str | None = instance_id
    while at is not None:
        row = tx.execute(select(process_instance).where(process_instance.c.id == at)).one()
        definition, facts = definitions.load(tx, row.definition_id), known(tx, row.id)
        forms = [definition.forms[definition.diagram.process.start_form], *definition.forms.values()]
        fields: dict[str, Field] = {}
        for field in (field for form in forms for field in form.fields if field.confidential):
            fields.setdefault(field.key, field)  # it is called as the start form calls it
        for field in fields.values():
            value = facts.get(field.key)
            if field.options or isinstance(value, bool) or not isinstance(value, str | int):
                continue
            value = str(value)
            open_to_actor = actor is None or not hides(field, definition.diagram, facts, actor)
            if not open_to_actor and not any(says(other, value) for other in readable):
                continue
            readable.append(value)
            if inside is None or inside not in _units(field, facts):
                yield _Secret(field.label, value)
        at = row.origin_instance_id


def _units(field: Field, facts: Mapping[str, object]) -> frozenset[str]:
    named = (facts.get(name) for name in field.confidential)
    return frozenset(unit for unit in named if isinstance(unit, str))


def _plain(text: str) -> str:
    """One way of writing: no wide digits, no capitals, no signs that are not seen."""
    return "".join(
        sign for sign in unicodedata.normalize("NFKC", text).casefold() if unicodedata.category(sign) != "Cf"
    )


def _together(text: str) -> str:
    """Without blanks, and without strokes within a number."""
    return "".join(_GAPS.sub("", text).split())

"""What one unit has written to another: as it stood at the moment of delivery, which is its receipt."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from engine.db.session import Database
from engine.db.tables import material
from engine.db.values import decode
from engine.documents import deliveries
from engine.documents.deliveries import Document
from engine.forms.schema import Form, read_form
from engine.ids import new_id
from tests.store.builders import NOW, SINCE, a_city, a_person, an_instance, at
from tests.unit.builders import form_json

DELIVERED = at("2026-10-09 16:00:00.123456")
CONTENT: dict[str, Any] = {"entries": [{"name": "b", "label": "乙", "value": "甲&乙<丙>"}], "materials": []}
FORM = read_form(
    form_json(
        {"type": "textfield", "id": "F1", "key": "location", "label": "违法地点"},
        {"type": "datetime", "id": "F2", "key": "found_at", "label": "认定时间"},
        {"type": "datetime", "id": "F3", "key": "until", "label": "延长至", "subtype": "date"},
        {"type": "checkbox", "id": "F4", "key": "urgent", "label": "情况紧急"},
        {"type": "checklist", "id": "F5", "key": "officers", "label": "承办人", "properties": {"widget": "people"}},
    )
)
FACTS: dict[str, object] = {
    "location": "河口村",
    "found_at": NOW,
    "until": date(2026, 10, 20),
    "urgent": True,
    "officers": ["p1", "p2"],
    "unasked": "x",
}


@pytest.fixture
def case(database: Database) -> Database:
    """A city with one running instance."""
    with database.transaction() as tx:
        a_city(tx)
        an_instance(tx)
    return database


def deliver(tx: Connection, now: datetime = DELIVERED, **changes: Any) -> str:
    given: dict[str, Any] = {
        "instance_id": "i1",
        "code": "D01",
        "title": "涉嫌违法案件移送函",
        "from_unit": "town_a",
        "to_unit": "dept_a",
        "copy": False,
        "content": CONTENT,
    }
    return deliveries.deliver(tx, **{**given, **changes}, now=now)


def read(database: Database) -> list[Document]:
    with database.reading() as tx:
        return deliveries.of_instance(tx, "i1")


def add_material(tx: Connection, title: str, **state: Any) -> None:
    person_id = state.pop("added_by", None) or a_person(tx, title).id
    tx.execute(
        insert(material).values(
            **{
                "id": new_id(),
                "instance_id": "i1",
                "unit_code": "town_a",
                "kind": "site_photos",
                "title": title,
                "copies": 1,
                "pages": 3,
                "original": True,
                "added_at": NOW,
                "added_by": person_id,
                **state,
            }
        )
    )


# --- delivering ---


def test_a10_a_document_is_received_the_instant_it_is_delivered(case: Database) -> None:
    document_id = case.run(deliver)

    [document] = read(case)
    assert (document.id, document.delivered_at) == (document_id, DELIVERED)
    assert (document.from_unit, document.to_unit, document.copy, document.code) == ("town_a", "dept_a", False, "D01")
    assert (document.read_at, document.read_by) == (None, None)


def test_a_document_is_read_as_it_was_written(case: Database) -> None:
    case.run(deliver)

    assert read(case)[0].content == CONTENT


def test_r49_a_copy_is_marked_as_one(case: Database) -> None:
    case.run(lambda tx: deliver(tx, copy=True, to_unit="justice"))

    assert read(case)[0].copy is True


def test_documents_come_in_the_order_of_their_delivery(case: Database) -> None:
    case.run(lambda tx: deliver(tx, code="D02", now=at("2026-10-10 09:00")))
    case.run(lambda tx: deliver(tx, code="D01", now=at("2026-10-09 09:00")))

    assert [document.code for document in read(case)] == ["D01", "D02"]


def test_the_documents_of_another_instance_are_not_its_own(case: Database) -> None:
    case.run(lambda tx: [an_instance(tx, "i2"), deliver(tx, instance_id="i2")])

    assert read(case) == []


@pytest.mark.parametrize("changes", [{"to_unit": "nowhere"}, {"from_unit": "nowhere"}, {"instance_id": "nothing"}])
def test_a_document_to_nowhere_is_refused(case: Database, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        case.run(lambda tx: deliver(tx, **changes))


# --- what it says ---


def composed(case: Database, facts: dict[str, object] | None = None, *forms: Form) -> dict[str, Any]:
    with case.reading() as tx:
        return deliveries.compose(tx, "i1", forms or (FORM,), FACTS if facts is None else facts, ("town_a",))


def test_a_document_says_the_answers_of_its_forms_in_their_order(case: Database) -> None:
    entries = composed(case)["entries"]

    assert [(entry["name"], entry["label"], decode(entry["value"])) for entry in entries] == [
        ("location", "违法地点", "河口村"),
        ("found_at", "认定时间", NOW),
        ("until", "延长至", date(2026, 10, 20)),
        ("urgent", "情况紧急", True),
        ("officers", "承办人", ["p1", "p2"]),
    ]


@pytest.mark.parametrize("nothing", [None, "", [], False])
def test_a_document_leaves_out_what_was_not_given(case: Database, nothing: object) -> None:
    entries = composed(case, {**FACTS, "location": nothing, "officers": nothing})["entries"]

    assert [entry["name"] for entry in entries] == ["found_at", "until", "urgent"]


def test_a_document_without_forms_says_nothing_but_its_material(case: Database) -> None:
    with case.reading() as tx:
        assert deliveries.compose(tx, "i1", (), FACTS, ("town_a",)) == {"entries": [], "materials": []}


def test_r53_a_document_lists_the_material_of_that_moment(case: Database) -> None:
    case.run(lambda tx: add_material(tx, "后加", added_at=DELIVERED))
    case.run(lambda tx: add_material(tx, "先加", pages=2, original=False))
    case.run(lambda tx: add_material(tx, "撤下", removed_at=NOW))

    assert composed(case)["materials"] == [
        {"kind": "site_photos", "title": "先加", "copies": 1, "pages": 2, "original": False},
        {"kind": "site_photos", "title": "后加", "copies": 1, "pages": 3, "original": True},
    ]


def test_the_material_of_another_instance_is_not_listed(case: Database) -> None:
    case.run(lambda tx: an_instance(tx, "i2"))
    case.run(lambda tx: add_material(tx, "别案", instance_id="i2"))

    assert composed(case)["materials"] == []


def test_the_material_of_another_unit_is_not_listed(case: Database) -> None:
    case.run(lambda tx: add_material(tx, "对方的", unit_code="dept_a"))

    assert composed(case)["materials"] == []


def test_what_was_sent_stays_as_it_was_when_a_fact_is_corrected(case: Database) -> None:
    facts = dict(FACTS)
    with case.transaction() as tx:
        deliver(tx, content=deliveries.compose(tx, "i1", (FORM,), facts, ("town_a",)))

    facts["location"] = "另一个村"
    case.run(lambda tx: add_material(tx, "后加"))

    assert read(case)[0].content["entries"][0]["value"] == "河口村"
    assert read(case)[0].content["materials"] == []


# --- reading ---


def test_only_the_first_reading_is_kept(case: Database) -> None:
    document_id = case.run(deliver)
    first, second = case.run(lambda tx: (a_person(tx, "first").id, a_person(tx, "second").id))

    case.run(lambda tx: deliveries.mark_read(tx, document_id, first, at("2026-10-10 09:00")))
    case.run(lambda tx: deliveries.mark_read(tx, document_id, second, at("2026-10-10 10:00")))

    assert (read(case)[0].read_at, read(case)[0].read_by) == (at("2026-10-10 09:00"), first)


def test_reading_one_document_leaves_the_others_unread(case: Database) -> None:
    first = case.run(deliver)
    case.run(lambda tx: deliver(tx, now=at("2026-10-10 09:00")))
    reader = case.run(lambda tx: a_person(tx).id)

    case.run(lambda tx: deliveries.mark_read(tx, first, reader, at("2026-10-10 10:00")))

    assert [document.read_by for document in read(case)] == [reader, None]


def test_reading_changes_nothing_of_the_receipt(case: Database) -> None:
    document_id = case.run(deliver)
    reader = case.run(lambda tx: a_person(tx).id)

    case.run(lambda tx: deliveries.mark_read(tx, document_id, reader, at("2026-10-12 10:00")))

    assert read(case)[0].delivered_at == DELIVERED


def test_the_city_of_these_tests_is_older_than_its_documents() -> None:
    assert SINCE < NOW < DELIVERED

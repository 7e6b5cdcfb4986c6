"""Who the informant is stays out of every procedure that is linked with the complaint, of those drawn tomorrow, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.db.tables import document, fact
from engine.errors import InvalidValues, Unsure
from tests.processes import inquiry
from tests.processes.complaint import Complaint, receive
from tests.processes.conftest import drawn, founded_folder, plain_town, sqlite_settings  # noqa: F401
from tests.processes.town import MORNING, Case, Town, sent
from tests.unit.diagrams import ASKED_UNIT, text_field

NAME, NUMBER = "常玉兰", "13900007721"
ABSENT = f"举报人{NAME}（{NUMBER}）外出，暂时联系不上。"


def complained(town: Town) -> Complaint:
    return receive(town, at=MORNING, informant_name=NAME, informant_contact=NUMBER).register()


def extension(case: Case, reason: str, **more: Any) -> None:
    answers = {"extension_ground": "verification", "extension_until": "2026-10-20", "extension_reason": reason, **more}
    case.complete("request_extension", case.referring.officer, **answers)


def stored(town: Town) -> str:
    """Every word that other units may be sent, and every fact of a called procedure."""
    papers = town.read(lambda tx: [row.content for row in tx.execute(select(document)).all() if row.code == "D06"])
    values = town.read(lambda tx: list(tx.scalars(select(fact.c.value).where(fact.c.name.like("extension%")))))
    return json.dumps([papers, values], ensure_ascii=False, default=str)


def test_an_extension_of_a_called_referral_does_not_tell_who_has_reported_it(plain_town: Town) -> None:  # noqa: F811
    case = complained(plain_town).judge().check("to_refer_violation").referral()
    case.press("act_extend")

    for reason in (ABSENT, f"举报人 {NAME[0]} {NAME[1:]} 外出，暂时联系不上。", "报案电话139-0000-7721无人接听。"):
        with pytest.raises(InvalidValues) as refused:
            extension(case, reason)
        assert refused.value.problems.keys() == {"extension_reason"}
        assert refused.value.problems["extension_reason"].startswith("这里写有应当保密的内容（")
    assert case.waiting["request_extension"] == 1
    assert "extension_reason" not in case.facts()

    extension(case, "举报人外出，暂时联系不上。")
    case.answer_extension("approve")

    assert [paper.code for paper in case.documents()] == ["D06"]
    assert NAME not in stored(plain_town)
    assert NUMBER not in stored(plain_town)


def test_an_internal_opinion_does_not_tell_it_to_the_bureaus_of_oversight(plain_town: Town) -> None:  # noqa: F811
    case = complained(plain_town).judge().check("to_refer_violation").referral()
    case.add_material("facts_statement")
    case.add_material("site_photos")

    answers = {"preparation_outcome": "submit", "preparation_opinion": f"{NAME}可以作证。"}
    with pytest.raises(InvalidValues) as refused:
        case.complete("prepare_materials", case.referring.officer, **answers)

    assert refused.value.problems.keys() == {"preparation_opinion"}


def test_a_given_name_alone_is_a_warning_that_the_writer_confirms(plain_town: Town) -> None:  # noqa: F811
    case = complained(plain_town).judge().check("to_refer_violation").referral()
    case.press("act_extend")

    with pytest.raises(Unsure) as unsure:
        extension(case, "玉兰外出，暂时联系不上。")

    assert unsure.value.problems.keys() == {"extension_reason"}
    assert "玉兰" in unsure.value.problems["extension_reason"]
    assert case.waiting["request_extension"] == 1


def test_a_procedure_that_is_drawn_tomorrow_and_names_the_complaint_does_not_tell_it(
    plain_town: Town,  # noqa: F811
    drawn: Path,  # noqa: F811
) -> None:
    """Its forms have no rule and no word about it."""
    town, complaint = plain_town, complained(plain_town)
    named = text_field("earlier_case", properties={"widget": "case"})
    components = [text_field("drop_reason"), named]
    form = json.dumps({"type": "default", "id": "drop_inquiry", "components": components}, ensure_ascii=False)
    (drawn / "forms" / "shared" / "drop_inquiry.form").write_text(form, encoding="utf-8")
    inquiry.write(drawn, tomorrow=inquiry.starting("tomorrow", ""))
    inquiry.deploy(town, drawn, "tomorrow")
    officer, rows = town.person("shenhe.qh"), town.rows()

    def begin(reason: str, case: str) -> str:
        return town.act(
            lambda e: e.instances.start(officer, "tomorrow", sent({"drop_reason": reason, "earlier_case": case}))
        )

    with pytest.raises(InvalidValues) as refused:
        begin(ABSENT, complaint.number)

    assert refused.value.problems.keys() == {"drop_reason"}
    assert town.rows() == rows
    assert begin(ABSENT, "不相干的旧案"), "where nothing is known of the complaint nothing can be compared"


def test_a_procedure_that_is_started_from_one_with_a_secret_does_not_tell_it(
    plain_town: Town,  # noqa: F811
    drawn: Path,  # noqa: F811
) -> None:
    """The procedure that asks for a confidential value is new, too, and so is the one that it calls."""
    confidential = text_field("witness", properties={"confidential": "inquiring_unit"})
    confidential["label"] = "证人"
    components = [text_field("subject"), {**ASKED_UNIT, "key": "department"}, confidential]
    form = json.dumps({"type": "default", "id": "inquiry_start", "components": components}, ensure_ascii=False)
    (drawn / "forms" / "shared" / "inquiry_start.form").write_text(form, encoding="utf-8")
    town = plain_town
    inquiry.deploy(town, drawn, "opinion", "inquiry")
    answers = {"subject": "废机油是否属于危险废物", "department": "ecology", "witness": NAME}
    number = town.act(lambda e: e.instances.start(town.person(inquiry.OFFICER), "inquiry", sent(answers)))

    with pytest.raises(InvalidValues) as refused:
        town.act(
            lambda e: e.instances.start(
                town.person(inquiry.OFFICER), "inquiry", sent({**answers, "subject": f"{NAME}说的是否属实"})
            )
        )
    assert refused.value.problems.keys() == {"subject"}
    called = number.replace("YB", "YJ")
    text = {"text": [f"{NAME}可以作证。"], "mention": [], "internal": []}
    with pytest.raises(InvalidValues):
        town.act(lambda e: e.collaboration.comment(town.person(inquiry.OFFICER), called, text))
    inquiry.do(town, called, "give_opinion", inquiry.DEPARTMENT, opinion=f"{NAME}没有来过。")  # a guess is not answered

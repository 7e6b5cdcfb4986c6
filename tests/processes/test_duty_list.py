"""What a dispute settles is proposed for the 职责边界清单, adopted by a person as a dated version, and told when it recurs."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from engine.clock import local
from engine.db.tables import audit_entry, duty_entry, duty_proposal, matter
from engine.errors import InvalidValues, NotAllowed, Refused
from engine.reports.oversight.duties import DutyList
from tests.processes.dispute import JUSTICE, RULING, Dispute, raise_dispute
from tests.processes.town import MORNING, Town, sent


def agreed(town: Town) -> Dispute:
    return raise_dispute(town, at=MORNING).dispose().state_position().agree("ecology")


def ruled(town: Town) -> Dispute:
    dispute = raise_dispute(town, at=MORNING).dispose().state_position().apply().accept().reply().propose()
    town.at("2026-10-20T10:00")
    return dispute.rule("ecology")


def shown(town: Town, login: str = JUSTICE.leader) -> DutyList:
    return town.engine.duties.listed(town.person(login))


def the_proposal(town: Town) -> str:
    (line,) = shown(town).waiting
    return line.proposal.id


def adopt(town: Town, by: str = JUSTICE.leader, day: str = "2026-10-20", reason: str = "按裁决执行。") -> None:
    proposal_id, actor = the_proposal(town), town.person(by)
    town.act(lambda engine: engine.duties.adopt(actor, proposal_id, day, reason))


def warnings(town: Town, key: str) -> str:
    """What the start form of a procedure says when this matter is chosen."""
    actor = town.person("shenhe.qh")
    return str(town.engine.instances.look_at_beginning(actor, key, sent({"matter_code": "M001"})))


def test_what_was_ruled_is_proposed_with_paper_number_and_day(town: Town) -> None:
    dispute = ruled(town)

    (line,) = shown(town).waiting

    told = line.proposal
    assert (told.matter_code, told.unit_code, told.instance_number) == ("M001", "ecology", dispute.number)
    assert (told.source, told.number, told.dated) == ("裁决决定", RULING, date(2026, 10, 20))
    assert told.division == "经研究，该事项由所列单位负责查处。"


def test_who_may_adopt_a_proposal_is_told_of_it(town: Town) -> None:
    dispute = ruled(town)

    told = [note for note in dispute.notices("told") if "职责边界清单" in note.text]

    assert {note.unit for note in told} == {"justice_bureau"}
    assert {role for note in told for role in note.roles} == {"principal_leader", "deputy_leader"}


def test_an_amended_ruling_leaves_one_proposal_with_the_paper_and_day_of_the_amendment(town: Town) -> None:
    dispute = ruled(town)
    town.at("2026-10-22T10:00")

    dispute.amend("qinghe")

    (line,) = shown(town).waiting
    told = line.proposal
    assert (told.unit_code, told.source, told.number) == ("qinghe", "裁决变更决定", "青政裁〔2026〕9 号")
    assert told.dated == date(2026, 10, 22)


def test_what_was_agreed_is_proposed_with_the_day_of_its_delivery(plain_town: Town) -> None:
    agreed(plain_town)

    (line,) = shown(plain_town).waiting

    assert (line.proposal.source, line.proposal.number) == ("协商一致意见", "青政争商字〔2026〕1号")
    assert line.proposal.dated == local(plain_town.now).date()


def test_nothing_is_proposed_by_a_dispute_that_settles_nothing(plain_town: Town) -> None:
    raise_dispute(plain_town, at=MORNING).ask_withdrawal("ecology").answer_withdrawal("agree")

    assert shown(plain_town).waiting == []


def test_a_dispute_about_assistance_proposes_nothing_for_the_list(plain_town: Town) -> None:
    """P4 step 7: who answers a request for assistance says nothing of who handles the matter."""
    raise_dispute(plain_town, at=MORNING, dispute_kind="assistance").dispose().state_position().agree("ecology")

    assert shown(plain_town).waiting == []


def test_an_amended_ruling_about_assistance_proposes_nothing_for_the_list(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town, at=MORNING, dispute_kind="assistance").dispose().state_position()
    dispute.apply().accept().reply().propose().rule("ecology")

    dispute.amend("qinghe")

    assert shown(plain_town).waiting == []


def test_an_adopted_proposal_is_a_dated_version_and_the_list_itself_stays(town: Town) -> None:
    before = town.read(lambda tx: tx.execute(select(matter)).all())
    dispute = ruled(town)

    adopt(town)

    found = shown(town)
    line = next(line for line in found.matters if line.matter.code == "M001")
    ((entry, unit),) = line.versions
    assert (entry.version, entry.valid_from, unit.code if unit else "") == (1, date(2026, 10, 20), "ecology")
    assert (entry.proposal.decided_by, entry.proposal.reason) == (
        town.person(JUSTICE.leader).person_name,
        "按裁决执行。",
    )
    assert found.waiting == []
    assert town.read(lambda tx: tx.execute(select(matter)).all()) == before
    kinds = select(audit_entry.c.kind, audit_entry.c.unit_code).where(audit_entry.c.instance_id == dispute.id)
    assert ("duty_adopted", "justice_bureau") in [tuple(row) for row in town.read(lambda tx: tx.execute(kinds).all())]
    assert town.verify() == []


def test_a_later_ruling_is_a_newer_version_and_the_earlier_one_stays(town: Town) -> None:
    dispute = ruled(town)
    adopt(town)
    town.at("2026-10-22T10:00")
    dispute.amend("qinghe")

    with pytest.raises(InvalidValues) as refused:
        adopt(town, day="2026-10-19")
    assert "早于现行条目" in refused.value.problems["valid_from"]
    adopt(town, day="2026-11-01")

    line = next(line for line in shown(town).matters if line.matter.code == "M001")
    assert [(entry.version, entry.proposal.unit_code) for entry, _ in line.versions] == [(2, "qinghe"), (1, "ecology")]
    assert line.current is not None
    assert line.current.version == 1
    town.at("2026-11-01T09:00")
    assert "青河镇办理" in warnings(town, "dispute_resolution")


def test_a_rejected_proposal_changes_nothing_and_its_reason_is_kept(plain_town: Town) -> None:
    agreed(plain_town)
    proposal_id, actor = the_proposal(plain_town), plain_town.person(JUSTICE.deputy)

    plain_town.act(lambda engine: engine.duties.reject(actor, proposal_id, "只适用于本案。"))

    found = shown(plain_town)
    assert [line.proposal.reason for line in found.rejected] == ["只适用于本案。"]
    assert plain_town.rows()["duty_entry"] == 0
    with pytest.raises(Refused, match="已经处理过"):
        plain_town.engine.duties.adopt(actor, proposal_id, "2026-10-20", "再看。")


@pytest.mark.parametrize("login", [JUSTICE.officer, "luyuan.qh", "zhuangmingzhe.jd"])
def test_only_leaders_of_the_justice_bureau_decide(plain_town: Town, login: str) -> None:
    agreed(plain_town)

    with pytest.raises(NotAllowed, match="市司法局主要领导或分管领导"):
        adopt(plain_town, by=login)

    assert plain_town.rows()["duty_entry"] == 0
    assert shown(plain_town, login).refusal


@pytest.mark.parametrize(
    ("day", "reason", "key"),
    [("", "按裁决执行。", "valid_from"), ("明天", "按。", "valid_from"), ("2026-10-20", " ", "reason")],
)
def test_a_decision_needs_a_day_and_a_reason(plain_town: Town, day: str, reason: str, key: str) -> None:
    agreed(plain_town)

    with pytest.raises(InvalidValues) as refused:
        adopt(plain_town, day=day, reason=reason)

    assert list(refused.value.problems) == [key]
    statuses = plain_town.read(lambda tx: tx.scalars(select(duty_proposal.c.status)).all())
    assert (list(statuses), plain_town.rows()[duty_entry.name]) == (["open"], 0)


def test_a_party_reads_the_list_but_no_proposals(plain_town: Town) -> None:
    agreed(plain_town)

    found = shown(plain_town, "shenhe.qh")

    assert found.matters
    assert found.waiting == found.rejected == []


@pytest.mark.parametrize("key", ["dispute_resolution", "case_referral"])
def test_the_same_question_is_pointed_to_what_was_settled(plain_town: Town, key: str) -> None:
    dispute = ruled(plain_town)
    assert RULING not in warnings(plain_town, key)

    adopt(plain_town)

    told = warnings(plain_town, key)
    assert f"《裁决决定》（{RULING}）" in told
    assert "市生态环境局办理" in told
    assert dispute.number in told

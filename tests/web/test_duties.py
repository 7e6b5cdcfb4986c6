"""The page of the 职责边界清单, in a browser without scripts: what waits, what was adopted, and who may decide."""

from __future__ import annotations

import pytest

from engine.messages import speaking
from tests.processes.dispute import JUSTICE, raise_dispute
from tests.web.office import OFFICER, SUPERVISION, Office

ATTACK = "<script>alert(1)</script>{{ 7 * 7 }}"


@pytest.fixture
def proposal(office: Office) -> str:
    """The address of the one proposal that waits."""
    raise_dispute(office.town).dispose().state_position().agree("ecology")
    (line,) = office.engine.duties.listed(office.town.person(JUSTICE.leader)).waiting
    return f"/duties/{line.proposal.id}"


def test_a_leader_adopts_a_proposal_and_everybody_reads_it(office: Office, proposal: str) -> None:
    desk = office.desk(JUSTICE.leader)
    assert "待采纳的建议" in desk.get("/duties").words("//main")

    sent = desk.post(f"{proposal}/adopt", {"valid_from": "2026-10-12", "reason": "按一致意见执行。"})

    assert (sent.status, sent.location) == (302, "/duties")
    read = office.desk(OFFICER).get("/duties").words("//section[@id='list']")
    assert "《协商一致意见》" in read
    assert "自 2026-10-12 起" in read


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "职责边界清单的这一项已按《协商一致意见》"),
        ("en", "市生态环境局 handles this entry of the list of duties from 2026-10-09. See case "),
    ],
)
def test_what_was_settled_is_told_in_the_reader_s_language_when_the_matter_is_referred(
    office: Office, proposal: str, language: str, said: str
) -> None:
    (waiting,) = office.engine.duties.listed(office.town.person(JUSTICE.leader)).waiting
    office.desk(JUSTICE.leader).post(f"{proposal}/adopt", {"valid_from": "2026-10-09", "reason": "按一致意见执行。"})

    raw = {"matter_code": [waiting.proposal.matter_code]}
    with speaking(language):
        look = office.engine.instances.look_at_beginning(office.town.person(OFFICER), "case_referral", raw)

    assert said in str(look.warnings["matter_code"])


def test_what_is_missing_is_said_where_it_is_missing(office: Office, proposal: str) -> None:
    sent = office.desk(JUSTICE.leader).post(f"{proposal}/adopt", {"valid_from": "", "reason": "按一致意见执行。"})

    assert sent.status == 422
    assert "请填从哪天起执行" in sent.words("//section[@id='waiting']")
    assert sent.texts("//textarea[@name='reason']") == ["按一致意见执行。"]


def test_a_reason_is_shown_as_it_was_typed(office: Office, proposal: str) -> None:
    desk = office.desk(JUSTICE.leader)

    desk.post(f"{proposal}/reject", {"reason": ATTACK})

    assert ATTACK in desk.get("/duties").words("//section[@id='rejected']")


def test_oversight_reads_proposals_without_deciding_and_parties_do_not_see_them(office: Office, proposal: str) -> None:
    shown = office.desk(SUPERVISION).get("/duties")
    assert shown.every("//section[@id='waiting']//button") == []
    assert "主要领导或分管领导采纳" in shown.words("//section[@id='waiting']")

    assert office.desk(OFFICER).get("/duties").every("//section[@id='waiting']") == []

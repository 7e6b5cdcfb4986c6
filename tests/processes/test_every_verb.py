"""Whatever staff do with a task or beside it is in the audit, and is told to whom it concerns: one row for each verb."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.db import tables
from tests.processes.test_handling import COLLEAGUE, DEPARTMENT, DEPUTY, LEADER, LIAISON, OFFICER, desk
from tests.processes.test_instance_work import (
    JUSTICE,
    REVIEWER,
    STRANGE_LIAISON,
    comment,
    copy,
    decide,
    propose,
    remark,
    use,
)
from tests.processes.town import MORNING, Case, Town, sent

STEP = "prepare_materials"
RECEIVERS = ("luoyinuo.hb", "zhouyan.hb", "fangsiyuan.hb", "shaowenbo.hb")
"""The department's liaison and its case officers."""
Act = Callable[[Case], Callable[[], object]]
"""What comes before is done at once; the verb itself is what it returns."""


def _hand_over(case: Case, by: str = OFFICER) -> None:
    desk(case, by).do("transfer", STEP, *case.town.ids(COLLEAGUE))


def _delegate(case: Case) -> None:
    desk(case, OFFICER).do("delegate", STEP, *case.town.ids(LIAISON))


def _consult(case: Case) -> None:
    desk(case, OFFICER).do("consult", STEP, case.town.ids(DEPUTY))


def claim(case: Case) -> Callable[[], object]:
    case.town.engine.tasks.release(case.town.person(OFFICER), case.task(STEP))
    return lambda: case.claim(STEP, COLLEAGUE)


def release(case: Case) -> Callable[[], object]:
    return lambda: case.town.engine.tasks.release(case.town.person(OFFICER), case.task(STEP))


def transfer(case: Case) -> Callable[[], object]:
    return lambda: _hand_over(case)


def transfer_by_the_leader(case: Case) -> Callable[[], object]:
    return lambda: _hand_over(case, LEADER)


def give_back(case: Case) -> Callable[[], object]:
    _hand_over(case)
    return lambda: desk(case, COLLEAGUE).do("give_back", STEP, "不是我片区的。")


def delegate(case: Case) -> Callable[[], object]:
    return lambda: _delegate(case)


def recall(case: Case) -> Callable[[], object]:
    _delegate(case)
    return lambda: desk(case, OFFICER).do("recall", STEP)


def hand_in(case: Case) -> Callable[[], object]:
    _delegate(case)
    return lambda: desk(case, LIAISON).do("hand_in", STEP, sent({}), "写好了。")


def consult(case: Case) -> Callable[[], object]:
    return lambda: _consult(case)


def answer(case: Case) -> Callable[[], object]:
    _consult(case)
    return lambda: desk(case, DEPUTY).do("answer", STEP, "同意。")


def withdraw_request(case: Case) -> Callable[[], object]:
    _consult(case)
    (asked,) = desk(case, OFFICER).look(STEP).handling.asked
    return lambda: desk(case, OFFICER).do("withdraw_request", STEP, asked.id)


def urge(case: Case) -> Callable[[], object]:
    case.deliver()
    return lambda: desk(case, OFFICER).do("urge", "sign_for")


def send_back(case: Case) -> Callable[[], object]:
    case.submit()
    return lambda: desk(case, LEADER).send_back("approve_referral", STEP)


def take_back(case: Case) -> Callable[[], object]:
    task_id, officer = case.task(STEP), case.town.person(OFFICER)
    case.submit()
    return lambda: case.town.engine.handling.take_back(officer, task_id)


def say(case: Case) -> Callable[[], object]:
    case.deliver()
    return lambda: comment(case, OFFICER, "请看。", REVIEWER)


def retract(case: Case) -> Callable[[], object]:
    spoken = comment(case, OFFICER, "请看。")
    return lambda: use(case, OFFICER, "retract_comment", case.number, spoken)


def send_copy(case: Case) -> Callable[[], object]:
    return lambda: copy(case, OFFICER, "shiqiao")


def revoke_copy(case: Case) -> Callable[[], object]:
    copied = copy(case, OFFICER, "shiqiao")
    return lambda: use(case, OFFICER, "revoke_copy", case.number, copied)


def supervise(case: Case) -> Callable[[], object]:
    case.deliver()
    return lambda: remark(case, JUSTICE, "ecology")


def propose_correction(case: Case) -> Callable[[], object]:
    return lambda: propose(case, "location", "青河镇别处")


def take_back_correction(case: Case) -> Callable[[], object]:
    correction = propose(case, "location", "青河镇别处")
    return lambda: use(case, OFFICER, "take_back_correction", correction)


def reject_correction(case: Case) -> Callable[[], object]:
    correction = propose(case, "location", "青河镇别处")
    return lambda: decide(case, correction, "reject", opinion="原值正确。")


def approve_correction(case: Case) -> Callable[[], object]:
    case.deliver()
    correction = propose(case, "location", "青河镇别处", by=DEPUTY)
    return lambda: decide(case, correction)


VERBS: list[tuple[Act, list[str], set[str]]] = [
    (claim, ["claimed"], set()),
    (release, ["released"], set()),
    (transfer, ["transferred"], {COLLEAGUE}),
    (transfer_by_the_leader, ["transferred"], {COLLEAGUE, OFFICER}),
    (give_back, ["returned"], {OFFICER}),
    (delegate, ["delegated"], {LIAISON}),
    (recall, ["recalled"], {LIAISON}),
    (hand_in, ["handed_in"], {OFFICER}),
    (consult, ["consulted"], {DEPUTY}),
    (answer, ["answered"], {OFFICER}),
    (withdraw_request, ["unasked"], {DEPUTY}),
    (urge, ["urged"], {DEPARTMENT.liaison, DEPARTMENT.leader}),
    (send_back, ["sent_back"], {OFFICER, COLLEAGUE}),
    (take_back, ["taken_back"], {COLLEAGUE, LEADER}),
    (say, ["commented"], {REVIEWER}),
    (retract, ["comment_retracted"], set()),
    (send_copy, ["copied"], {STRANGE_LIAISON}),
    (revoke_copy, ["copy_revoked"], {STRANGE_LIAISON}),
    (supervise, ["remarked"], {DEPARTMENT.leader}),
    (propose_correction, ["correction_proposed"], {DEPUTY, LEADER}),
    (take_back_correction, ["correction_taken_back"], set()),
    (reject_correction, ["correction_rejected"], {OFFICER}),
    (approve_correction, ["corrected"], {DEPUTY, LIAISON, OFFICER, COLLEAGUE, *RECEIVERS}),
]


def heard(case: Case) -> list[tuple[str, str]]:
    """Every notice of the case with each of those who find it unread."""
    receipt, person = tables.notice_receipt, tables.person
    joined = receipt.join(person, person.c.id == receipt.c.person_id)
    own = (receipt.c.instance_id == case.id) & receipt.c.cleared_at.is_(None)
    statement = select(receipt.c.notice_id, person.c.login).select_from(joined).where(own)
    return [(row.notice_id, row.login) for row in case.town.read(lambda tx: tx.execute(statement).all())]


def audit(case: Case) -> list[str]:
    return [row.kind for row in case._rows(tables.audit_entry, tables.audit_entry.c.sequence)]


@pytest.mark.parametrize(("verb", "kinds", "whom"), VERBS, ids=[row[0].__name__ for row in VERBS])
def test_what_staff_do_is_in_the_audit_and_told_to_whom_it_concerns(
    plain_town: Town, verb: Act, kinds: list[str], whom: set[str]
) -> None:
    case = plain_town.refer(at=MORNING)
    case.claim(STEP, OFFICER)
    act = verb(case)
    before, known = audit(case), heard(case)

    act()

    new = [login for notice, login in heard(case) if (notice, login) not in known]
    assert audit(case)[len(before) :] == kinds
    assert set(new) == whom
    assert plain_town.verify() == []

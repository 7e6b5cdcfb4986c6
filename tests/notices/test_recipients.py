"""Who is told: reminders, overdue, escalations, new tasks; and what a person may choose about it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.db.tables import notice
from engine.runtime.notify import notices
from tests.notices.conftest import Towns
from tests.notices.people import choose, sendings, supervised, told, unread, with_mail
from tests.notices.receivers import Mailbox
from tests.processes.dispute import raise_dispute
from tests.processes.town import MORNING, at, cast_of

QINGHE, ECOLOGY = cast_of("qinghe"), cast_of("ecology")


# --- who is reminded (2.0.2: the task's owner and the liaison) ---


def test_r55_a_reminder_goes_to_the_post_that_is_asked_and_to_the_liaison(open_town: Towns) -> None:
    town = open_town()
    town.refer(at=MORNING)

    town.at("2026-10-09T09:00")

    assert told(town, "remind") == {QINGHE.officer, QINGHE.colleague, QINGHE.liaison}


def test_r55_who_has_claimed_the_task_is_reminded_in_the_colleagues_stead(open_town: Towns) -> None:
    town = open_town()
    town.refer(at=MORNING).claim("prepare_materials", QINGHE.officer)

    town.at("2026-10-09T09:00")

    assert told(town, "remind") == {QINGHE.officer, QINGHE.liaison}


def test_r55_when_the_leader_is_asked_the_leader_is_reminded(open_town: Towns) -> None:
    town = open_town()
    town.refer(at=MORNING).submit()

    town.at("2026-10-09T09:00")

    assert QINGHE.leader in told(town, "remind")
    assert QINGHE.officer not in told(town, "remind")


def test_r55_the_end_is_told_to_the_owner_the_leader_and_the_other_sides_liaison(open_town: Towns) -> None:
    town = open_town()
    town.refer(at=MORNING)

    town.at("2026-10-11T00:00")

    assert told(town, "overdue") == {QINGHE.officer, QINGHE.colleague, QINGHE.leader}, (
        "nothing was sent to the other side"
    )

    town.refer(at="2026-10-12T09:30").deliver().sign_for()
    town.at("2026-10-20T00:00")

    waiting = {QINGHE.liaison, QINGHE.officer}
    assert waiting <= told(town, "overdue"), "who has sent the letter is told of the acceptance that is late"


def test_r55_escalations_go_to_the_leader_and_the_justice_bureau(open_town: Towns) -> None:
    town = open_town()
    town.refer(at=MORNING)

    town.at("2026-10-14T00:00")

    justice = cast_of("justice_bureau")
    assert told(town, "escalate") == {QINGHE.leader, justice.officer, justice.colleague}


def test_a_unit_without_anybody_in_the_post_has_its_leader_told(open_town: Towns) -> None:
    """R51 for notices: somebody always has it."""
    town = open_town()
    case = town.refer(at=MORNING).deliver().sign_for()
    town.leave(QINGHE.liaison, "qinghe", "liaison")

    town.at("2026-10-15T00:00")

    assert QINGHE.leader in told(town, "overdue")
    assert case.status == "running"


def test_a_recommended_period_is_reminded_of_and_never_called_overdue(open_town: Towns) -> None:
    town = open_town()
    dispute = raise_dispute(town, at=MORNING)

    town.at("2026-11-20T00:00")

    assert dispute.notices("remind") != []
    assert all("建议在" in note.text for note in dispute.notices("remind"))
    assert dispute.notices("overdue") == dispute.notices("escalate") == []
    assert {"qinghe", "ecology", "justice_bureau"} == {note.unit for note in dispute.notices("slow")}
    assert all("超期" not in note.text for note in dispute.notices("slow"))
    assert supervised(town), "nobody's silence stays unnoticed"


# --- supervision ---


def test_the_second_escalation_makes_an_item_of_supervision_and_meeting_the_period_closes_it(
    open_town_on_each_database: Towns,
) -> None:
    town = open_town_on_each_database()
    case = town.refer(at=MORNING)
    town.at("2026-10-15T23:59")
    assert supervised(town) == []

    town.at("2026-10-16T00:00")
    (opened,) = supervised(town)
    town.at("2026-10-20T09:00")
    case.deliver()

    (closed,) = supervised(town)
    assert (opened.unit_code, opened.opened_at, opened.closed_at) == ("qinghe", at("2026-10-16T00:00"), None)
    assert closed.closed_at == at("2026-10-20T09:00")
    assert [told["key"] for told in case.told("supervised")] == ["referral"]


# --- new tasks ---


def test_a_new_task_is_told_to_everybody_who_may_do_it_but_not_to_who_has_made_it(open_town: Towns) -> None:
    town = open_town()

    town.refer(at=MORNING)

    assert unread(town, QINGHE.officer) == []
    assert unread(town, QINGHE.colleague) == ["task"]


def test_a_task_that_is_done_and_a_period_that_is_met_are_no_longer_unread(
    open_town_on_each_database: Towns,
) -> None:
    town = open_town_on_each_database()
    case = town.refer(at=MORNING)
    town.at("2026-10-09T09:00")
    assert unread(town, QINGHE.colleague) == ["task", "remind"]

    case.deliver()

    assert unread(town, QINGHE.colleague) == []


def test_an_overdue_stays_unread_when_it_is_made_up_for(open_town: Towns) -> None:
    town = open_town()
    case = town.refer(at=MORNING)
    town.at("2026-10-11T09:00")

    case.deliver()

    assert unread(town, QINGHE.colleague) == ["overdue"]


def test_the_audit_says_who_was_told(open_town: Towns) -> None:
    town = open_town()
    case = town.refer(at=MORNING)

    town.at("2026-10-09T09:00")

    (said,) = case.told("notice")
    assert set(said["people"]) == set(town.ids(QINGHE.officer, QINGHE.colleague, QINGHE.liaison))
    (opened,) = case.told("task_opened")
    assert opened["people"] == town.ids(QINGHE.colleague)


def test_one_person_can_be_told_alone(open_town: Towns) -> None:
    town = open_town()
    case = town.refer(at=MORNING)
    (person_id,) = town.ids(QINGHE.deputy)

    town.write(
        lambda tx: notices.notify_people(
            tx,
            town.engine.transactions.context(tx),
            case.id,
            "comment",
            "qinghe",
            [],
            "请补一张照片。",
            person_id=person_id,
        )
    )

    assert told(town, "comment") == {QINGHE.deputy}
    assert unread(town, QINGHE.deputy) == ["comment"]


# --- who comes later ---


def test_who_takes_up_the_post_finds_what_is_still_open(open_town_on_each_database: Towns) -> None:
    town = open_town_on_each_database()
    done = town.refer(at=MORNING)
    done.deliver()
    town.refer()
    town.newcomer("new", "qinghe", "case_officer")
    (person_id,) = town.ids("new")
    assert unread(town, "new") == []

    count = town.write(lambda tx: notices.catch_up(tx, person_id, town.now))

    assert count == 1
    assert unread(town, "new") == ["task"]
    assert town.write(lambda tx: notices.catch_up(tx, person_id, town.now)) == 0


def test_signing_in_tells_nobody_of_what_they_have_made_themselves(open_town: Towns) -> None:
    town = open_town()
    town.refer(at=MORNING)
    (person_id,) = town.ids(QINGHE.officer)

    assert town.write(lambda tx: notices.catch_up(tx, person_id, town.now)) == 0
    assert unread(town, QINGHE.officer) == []


def test_who_takes_up_another_post_finds_nothing_of_it(open_town: Towns) -> None:
    town = open_town()
    town.refer(at=MORNING)
    town.newcomer("new", "qinghe", "archivist")
    (person_id,) = town.ids("new")

    assert town.write(lambda tx: notices.catch_up(tx, person_id, town.now)) == 0


# --- what a person chooses ---


def test_tasks_go_by_mail_only_to_who_has_asked_for_it(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    with_mail(town, QINGHE.officer, QINGHE.colleague)
    choose(town, QINGHE.colleague, handling_mail=True)

    town.refer(at=MORNING)

    assert [row.address for row in sendings(town)] == [f"{QINGHE.colleague}@example.gov.cn"]


def test_what_is_not_wanted_in_the_pages_is_kept_there_without_counting(open_town: Towns) -> None:
    town = open_town()
    choose(town, QINGHE.colleague, handling_app=False)

    town.refer(at=MORNING)

    assert QINGHE.colleague in told(town, "task")
    assert unread(town, QINGHE.colleague) == []


def test_legal_notices_come_by_every_channel_whatever_is_switched_off(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    off = dict.fromkeys(("handling_app", "handling_mail", "info_app", "info_mail"), False)
    choose(town, QINGHE.officer, **off)
    town.refer(at=MORNING)

    town.at("2026-10-14T00:00")

    assert unread(town, QINGHE.officer) == ["remind", "remind", "overdue"]
    assert len(sendings(town)) == 3


@pytest.mark.parametrize(
    ("until", "kind", "held_until"),
    [
        ("2026-10-09T09:00", "remind", "2026-10-09T10:00"),
        ("2026-10-11T00:00", "overdue", None),
    ],
)
def test_quiet_hours_hold_back_a_reminder_and_never_an_overdue(
    open_town: Towns, mailbox: Mailbox, until: str, kind: str, held_until: str | None
) -> None:
    """From 22:00 to 10:00, over midnight."""
    town = open_town(smtp_url=mailbox.url)
    choose(town, QINGHE.officer, quiet_from=22 * 60, quiet_to=10 * 60)
    town.refer(at=MORNING)

    town.at(until)

    rows = {row.notice_id: row for row in sendings(town)}
    kinds = town.read(lambda tx: {row.id: row.kind for row in tx.execute(select(notice.c.id, notice.c.kind))})
    row = next(row for notice_id, row in rows.items() if kinds[notice_id] == kind)
    assert row.next_try_at == at(held_until or until)
    town.engine.delivery.deliver("mail")
    assert {row.id: row.status for row in sendings(town)}[row.id] == ("waiting" if held_until else "sent")


def test_quiet_hours_do_not_hold_back_a_period_of_hours(open_town: Towns, mailbox: Mailbox) -> None:
    """R57: the reminder of 05:30 cannot wait for the office to open."""
    town = open_town(smtp_url=mailbox.url)
    choose(town, QINGHE.officer, quiet_from=20 * 60, quiet_to=9 * 60)
    town.refer(at="2026-09-30T15:00", is_urgent=True)

    town.at("2026-10-01T03:00")

    (row,) = sendings(town)
    assert row.next_try_at == at("2026-10-01T03:00")


def test_a_reminder_held_back_is_dropped_when_the_duty_is_done_meanwhile(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    choose(town, QINGHE.colleague, quiet_from=0, quiet_to=12 * 60)
    case = town.refer(at=MORNING)
    town.at("2026-10-09T09:00")

    case.deliver()
    town.at("2026-10-09T12:00")
    town.engine.delivery.deliver("mail")

    assert [row.status for row in sendings(town)] == ["dropped"]
    assert mailbox.mails == []


def test_a_mail_goes_to_the_address_that_the_person_has_when_it_is_sent(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    with_mail(town, QINGHE.officer)
    town.refer(at=MORNING)
    town.at("2026-10-09T09:00")
    choose(town, QINGHE.officer, email="new@example.gov.cn")

    town.engine.delivery.deliver("mail")

    assert [mail["To"].addresses[0].addr_spec for mail in mailbox.mails] == ["new@example.gov.cn"]
    assert sendings(town)[0].address == "new@example.gov.cn"

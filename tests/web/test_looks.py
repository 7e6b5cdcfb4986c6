"""What a request asks of the database: who is looking is one statement, a page one look, and what is sent is sent on unseen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy import event

from engine.db import stamp
from tests.web.office import JUSTICE, LEADER, NOBODY, OFFICER, Desk, Office
from tests.web.test_forms import REFERRAL

PAGES = ["/inbox", "/inbox?tab=done", "/start/case_referral", "/instances", "/messages", "/duties", "task", "instance"]


@dataclass
class Asked:
    """The transactions of a request, each with its statements."""

    transactions: list[list[str]] = field(default_factory=list)

    @property
    def statements(self) -> int:
        return sum(len(found) - 1 for found in self.transactions)

    @property
    def writing(self) -> list[int]:
        """Which of the transactions may write."""
        return [place for place, found in enumerate(self.transactions) if found[0] == "BEGIN IMMEDIATE"]


@contextmanager
def asked(office: Office) -> Iterator[Asked]:
    seen = Asked()

    def note(_tx: object, _cursor: object, words: str, *_more: object) -> None:
        if words.startswith("BEGIN"):
            seen.transactions.append([])
        seen.transactions[-1].append(words)

    engine = office.engine.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def path(office: Office, page: str) -> str:
    match page:
        case "task":
            return office.task("prepare", "prepare_materials")
        case "instance":
            return office.instance("prepare")
    return page


def sent(office: Office, desk: Desk, path: str, values: dict[str, str]) -> tuple[Asked, str]:
    """What a form costs that is sent when everything of the city has been read, and where it leads."""
    form = {"csrf_token": desk.token(), **values}
    with asked(office) as found:
        answer = desk.send(path, form)
    assert answer.status in (302, 303)
    return found, answer.location


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_one_look_from_who_is_looking_to_the_bell(page: str, unchanged_office: Office) -> None:
    desk, address = unchanged_office.desk(OFFICER), path(unchanged_office, page)
    desk.get(address)
    with asked(unchanged_office) as found:
        assert desk.get(address).status == 200

    assert (len(found.transactions), found.writing) == (1, [])


def test_supervision_is_one_look(unchanged_office: Office) -> None:
    desk = unchanged_office.desk(JUSTICE)
    desk.get("/supervision")
    with asked(unchanged_office) as found:
        assert desk.get("/supervision").status == 200

    assert (len(found.transactions), found.writing) == (1, [])


def test_who_is_looking_is_one_statement(unchanged_office: Office) -> None:
    desk = unchanged_office.desk(OFFICER)
    desk.get("/inbox")
    with asked(unchanged_office) as found:
        assert desk.get("/").location == "/inbox"

    assert found.statements == 1


def test_who_is_not_signed_in_costs_nothing(unchanged_office: Office) -> None:
    with asked(unchanged_office) as found:
        assert unchanged_office.desk(NOBODY).get("/inbox").status == 302

    assert found.transactions == []


def test_the_last_use_of_a_session_is_written_every_five_minutes_and_the_page_is_still_right(office: Office) -> None:
    desk = office.desk(OFFICER)
    desk.get("/inbox")
    office.town.asleep_until("2026-10-09T10:18")
    with asked(office) as found:
        assert desk.get("/inbox").status == 200
    assert len(found.writing) == 1
    with asked(office) as found:
        assert desk.get("/inbox").status == 200
    assert found.writing == []


def test_starting_a_case_leads_to_its_first_task_without_a_look_at_it(office: Office) -> None:
    desk = office.desk(OFFICER)
    desk.get("/start/case_referral")

    found, location = sent(office, desk, "/start/case_referral", REFERRAL)

    assert [len(found.transactions), found.writing] == [2, [1]], "who it is, and the step"
    assert len(found.transactions[0]) - 1 == 1
    assert location.startswith("/tasks/")
    assert desk.get(location).status == 200


def test_completing_a_task_leads_on_to_who_has_it_now_without_a_look(office: Office) -> None:
    desk = office.desk(LEADER)
    task = office.task("approve", "approve_referral")
    desk.get(task)

    found, location = sent(office, desk, task, {"approval_outcome": "approve"})

    assert [len(found.transactions), found.writing] == [2, [1]], "who it is, and the step, which says who has it now"
    assert len(found.transactions[0]) - 1 == 1
    assert location == office.instance("approve")


def test_what_is_pressed_leads_on_without_a_look(office: Office) -> None:
    desk, instance = office.desk(OFFICER), office.instance("review")
    (address,) = {form.get("action") for form in desk.get(instance).every("//form[contains(@action, '/press/')]")}

    found, _location = sent(office, desk, address, {})

    assert [len(found.transactions), found.writing] == [2, [1]]


def test_what_people_do_with_cases_gives_no_part_of_the_city_a_new_version(office: Office) -> None:
    def versions() -> dict[str, str]:
        with office.engine.database.reading() as tx:
            return dict(stamp.versions(tx))

    before = versions()
    desk = office.desk(OFFICER)
    assert desk.post("/start/case_referral", REFERRAL).location.startswith("/tasks/")
    assert (
        office.desk(LEADER).post(office.task("approve", "approve_referral"), {"approval_outcome": "approve"}).location
    )
    office.engine.tick()
    for chore in office.engine.worker.chores:
        chore()

    assert versions() == before

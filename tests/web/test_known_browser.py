"""A held account, the browser that is known, and what a comparison of passwords holds up."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.db.tables import person
from engine.organisation import sign_ins
from tests.web.office import LIAISON, OFFICER, PASSWORD, Office


def wrong(desk, times: int) -> None:  # type: ignore[no-untyped-def]
    for _ in range(times):
        desk.sign_in(OFFICER, "wrong")


def test_a_stranger_cannot_hold_a_clerk_out_of_the_own_browser(office: Office) -> None:
    own, stranger = office.desk(), office.desk(address="203.0.113.9")
    own.sign_in(OFFICER)
    own.post("/logout")

    wrong(stranger, 11)

    assert stranger.sign_in(OFFICER).status == 422
    assert own.sign_in(OFFICER).status == 302


def test_a_known_browser_is_held_after_ten_wrong_tries_of_its_own(office: Office) -> None:
    own, other = office.desk(), office.desk(address="203.0.113.9")
    own.sign_in(OFFICER)
    own.post("/logout")

    wrong(own, 10)

    assert own.sign_in(OFFICER).status == 422
    assert other.sign_in(OFFICER).status == 302


def test_a_browser_is_known_for_the_person_who_signed_in_there_and_for_nobody_else(office: Office) -> None:
    theirs = office.desk()
    theirs.sign_in(LIAISON)
    theirs.post("/logout")

    wrong(office.desk(address="203.0.113.9"), 10)

    assert theirs.sign_in(OFFICER).status == 422


def test_a_cookie_that_is_not_signed_by_us_makes_no_browser_known(office: Office) -> None:
    own = office.desk()
    given = [line for line in own.sign_in(OFFICER).headers.getlist("Set-Cookie") if line.startswith("lianban_known_")]
    (name, value) = given[0].split(";")[0].split("=", 1)
    forged = office.desk()
    body, signature = value.rsplit(
        ".", 1
    )  # the last character of a signature has bits that say nothing: change the first
    forged.client.set_cookie(name, f"{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}", path="/login")
    wrong(office.desk(address="203.0.113.9"), 10)

    assert "HttpOnly" in given[0]
    assert forged.sign_in(OFFICER).status == 422


def test_an_account_that_was_unlocked_is_open_again_at_once(office: Office) -> None:
    desk = office.desk()
    wrong(desk, 10)
    assert desk.sign_in(OFFICER).status == 422
    office.town.later(seconds=1)

    office.engine.accounts.unlock(OFFICER, "管理员")
    office.town.later(seconds=1)

    assert desk.sign_in(OFFICER).status == 302


@pytest.mark.parametrize("login", [OFFICER, "nobody.at.all"])
def test_nobody_waits_for_the_comparison_of_a_password(
    office: Office, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    """While it is compared, somebody else writes: under a write transaction of this one they would wait for it."""
    compare, written = sign_ins.matches, []

    def compared(password_hash: str, password: str) -> bool:
        office.engine.database.engine.dispose()
        with office.engine.database.transaction() as tx:
            written.append(tx.scalar(select(person.c.id).limit(1)))
        return compare(password_hash, password)

    monkeypatch.setattr(sign_ins, "matches", compared)
    office.engine.accounts.sign_in(login, PASSWORD, "127.0.0.1")

    assert len(written) == 1


def test_whoever_changes_the_password_ends_every_other_session(office: Office) -> None:
    here, there = office.desk(OFFICER), office.desk(OFFICER)
    new = "another few words"

    changed = here.post("/account/password", {"old": PASSWORD, "new": new, "again": new})

    assert changed.status == 302
    assert here.get("/inbox").status == 200
    assert there.get("/inbox").location.startswith("/login")
    assert office.desk().sign_in(OFFICER, new).status == 302


def test_the_own_password_is_asked_and_guessed_no_more_than_ten_times(office: Office) -> None:
    desk, new = office.desk(OFFICER), "another few words"
    for _ in range(10):
        refused = desk.post("/account/password", {"old": "wrong", "new": new, "again": new})
        assert refused.status == 422
    assert refused.problem_at("old") == "现在的密码不对。"

    assert desk.post("/account/password", {"old": PASSWORD, "new": new, "again": new}).status == 409

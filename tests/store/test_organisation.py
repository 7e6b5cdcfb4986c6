"""Units and posts between their dates, who is asked, and signing in and out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, func, insert, select, update

from engine.db.session import Database
from engine.db.tables import person, post, sign_in, sign_in_failure, task, unit
from engine.errors import Refused
from engine.organisation import assignment, jurisdiction, people, sign_ins, units
from engine.organisation.assignment import Actor, Assignment
from engine.organisation.directory import UnitDirectory
from engine.organisation.people import ROLES, Person
from engine.runtime.step.context import Context
from engine.runtime.tasks import ended_posts
from tests.store.builders import NOW, SINCE, a_city, a_holder, a_person, a_task, an_instance, at

MOMENT = timedelta(microseconds=1)
PASSWORD = "right-and-long"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Cheaper than a real one, so that the tests are quick."""
WRONG = "账号或密码不对。"
HELD = "错误次数太多，请 15 分钟后再试，或请系统管理员重设密码。"


@pytest.fixture
def city(database: Database) -> Database:
    database.run(a_city)
    return database


def logins(found: list[Person]) -> set[str]:
    return {person.login for person in found}


# --- units between their dates ---


def test_a_unit_exists_from_its_first_instant_until_before_its_last(city: Database) -> None:
    ends = at("2026-06-01 00:00")
    with city.transaction() as tx:
        tx.execute(update(unit).where(unit.c.code == "town_b").values(valid_to=ends))

        assert units.find(tx, "town_b", SINCE - MOMENT) is None
        assert units.find(tx, "town_b", SINCE) is not None
        assert units.find(tx, "town_b", ends - MOMENT) is not None
        assert units.find(tx, "town_b", ends) is None


def test_units_are_listed_by_kind_and_only_while_they_exist(city: Database) -> None:
    with city.transaction() as tx:
        tx.execute(update(unit).where(unit.c.code == "town_b").values(valid_to=NOW))

        listed = [found.code for found in units.every(tx, NOW)]
        towns = [found.code for found in units.every(tx, NOW, ("town",))]

    assert listed == ["town_a", "dept_a", "justice", "team_a", "body_a"]
    assert towns == ["town_a"]


@pytest.mark.parametrize(("code", "name"), [("body_a", "town_a"), ("team_a", "town_a"), ("dept_a", "dept_a")])
def test_r50_r13_a_body_and_a_roving_team_act_in_the_name_of_their_parent(city: Database, code: str, name: str) -> None:
    with city.reading() as tx:
        acting = units.find(tx, code, NOW)

    assert acting is not None
    assert acting.acting_code == name


# --- posts between their dates ---


def test_a_post_is_held_from_its_first_instant_until_before_its_last(city: Database) -> None:
    begins, ends = at("2026-03-01 08:00"), at("2026-06-01 00:00")
    with city.transaction() as tx:
        holder = a_holder(tx, "zhang", "town_a", "case_officer", begins, ends)

        held = [
            bool(people.posts_of(tx, holder.id, instant)) for instant in (begins - MOMENT, begins, ends - MOMENT, ends)
        ]

    assert held == [False, True, True, False]


def test_the_posts_of_a_person_come_longest_held_first(city: Database) -> None:
    with city.transaction() as tx:
        holder = a_holder(tx, "zhang", "town_b", "clerk", at("2026-05-01 00:00"))
        people.appoint(tx, holder.id, "town_a", "case_officer", at("2026-04-01 00:00"))

        assert [held.unit_code for held in people.posts_of(tx, holder.id, NOW)] == ["town_a", "town_b"]


@pytest.mark.parametrize("within", ["body_a", "team_a"])
def test_whoever_works_in_a_body_acts_for_its_parent(city: Database, within: str) -> None:
    with city.transaction() as tx:
        holder = a_holder(tx, "zhang", within, "case_officer")

        [held] = people.posts_of(tx, holder.id, NOW)
        assert (held.unit_code, held.acting_unit) == (within, "town_a")
        assert logins(people.holders(tx, "town_a", "case_officer", NOW)) == {"zhang"}
        assert people.holders(tx, within, "case_officer", NOW) == []


def test_holders_are_those_of_the_unit_and_the_role_at_the_instant(city: Database) -> None:
    with city.transaction() as tx:
        a_holder(tx, "now", "town_a", "liaison")
        a_holder(tx, "other_role", "town_a", "clerk")
        a_holder(tx, "other_unit", "town_b", "liaison")
        a_holder(tx, "over", "town_a", "liaison", SINCE, NOW)
        a_holder(tx, "future", "town_a", "liaison", NOW + MOMENT)

        assert logins(people.holders(tx, "town_a", "liaison", NOW)) == {"now"}


def test_r54_a_dated_acting_principal_holds_the_principals_role_while_it_lasts(city: Database) -> None:
    ends = at("2026-10-01 00:00")
    with city.transaction() as tx:
        a_holder(tx, "acting", "town_a", "acting_principal", SINCE, ends)

        assert logins(people.holders(tx, "town_a", "principal_leader", ends - MOMENT)) == {"acting"}
        assert people.holders(tx, "town_a", "principal_leader", ends) == []
        assert people.holders(tx, "town_a", "deputy_leader", ends - MOMENT) == []


def test_a_person_who_is_not_active_holds_nothing(city: Database) -> None:
    with city.transaction() as tx:
        gone = a_holder(tx, "gone", "town_a", "liaison")
        tx.execute(update(person).where(person.c.id == gone.id).values(active=False))

        assert people.holders(tx, "town_a", "liaison", NOW) == []
        assert people.colleagues(tx, "town_a", NOW) == []


def test_colleagues_are_everybody_of_the_unit_and_its_bodies_once(city: Database) -> None:
    with city.transaction() as tx:
        both = a_holder(tx, "b_both", "town_a", "clerk")
        people.appoint(tx, both.id, "town_a", "archivist", SINCE)
        a_holder(tx, "a_body", "body_a", "case_officer")
        a_holder(tx, "c_other", "dept_a", "case_officer")

        assert [found.login for found in people.colleagues(tx, "town_a", NOW)] == ["a_body", "b_both"]


# --- appointing and ending ---


def test_r79_a_unit_has_one_principal_leader(city: Database) -> None:
    with city.transaction() as tx:
        a_holder(tx, "first", "town_a", "principal_leader")
        second = a_person(tx, "second")

        with pytest.raises(Refused, match="已有在任的主要领导"):
            people.appoint(tx, second.id, "town_a", "principal_leader", NOW)

        assert logins(people.holders(tx, "town_a", "principal_leader", NOW)) == {"first"}


def test_a_new_principal_leader_follows_when_the_old_one_has_left(city: Database) -> None:
    with city.transaction() as tx:
        a_holder(tx, "old", "town_a", "principal_leader", SINCE, NOW)
        a_holder(tx, "new", "town_a", "principal_leader", NOW)

        assert logins(people.holders(tx, "town_a", "principal_leader", NOW - MOMENT)) == {"old"}
        assert logins(people.holders(tx, "town_a", "principal_leader", NOW)) == {"new"}


def test_r79_a_principal_leader_is_not_appointed_over_one_who_comes_later(city: Database) -> None:
    comes = at("2027-01-01 00:00")
    with city.transaction() as tx:
        a_holder(tx, "later", "town_a", "principal_leader", comes)
        now = a_person(tx, "now")

        with pytest.raises(Refused, match="已有在任的主要领导"):
            people.appoint(tx, now.id, "town_a", "principal_leader", NOW)

        people.appoint(tx, now.id, "town_a", "principal_leader", NOW, comes)
        assert logins(people.holders(tx, "town_a", "principal_leader", comes)) == {"later"}


def test_other_units_have_principal_leaders_of_their_own(city: Database) -> None:
    with city.transaction() as tx:
        a_holder(tx, "a", "town_a", "principal_leader")
        a_holder(tx, "b", "town_b", "principal_leader")

        assert logins(people.holders(tx, "town_b", "principal_leader", NOW)) == {"b"}


def test_a_role_that_does_not_exist_is_refused(city: Database) -> None:
    with city.transaction() as tx, pytest.raises(Refused, match="没有“king”这个岗位"):
        people.appoint(tx, a_person(tx).id, "town_a", "king", NOW)


@pytest.mark.parametrize("until", [NOW, NOW - MOMENT])
def test_a_post_that_ends_before_it_begins_is_refused(city: Database, until: datetime) -> None:
    with city.transaction() as tx, pytest.raises(Refused, match="免职时间应晚于任职时间"):
        people.appoint(tx, a_person(tx).id, "town_a", "clerk", NOW, until)


def claimed_task(tx: Connection, holder: Person, unit_code: str, *roles: str, **state: Any) -> str:
    return a_task(tx, "i1", unit_code, *roles, assignee_id=holder.id, claimed_at=NOW, **state)


def leave(tx: Connection, post_id: str) -> None:
    """The post ends now, and that is carried out."""
    people.end_post(tx, post_id, NOW)
    world = Context(NOW, lambda: (None, {}), None)  # type: ignore[arg-type,return-value]
    while ended_posts.carry_out(tx, world, post_id):
        pass


def assignee(tx: Connection, task_id: str) -> tuple[str | None, datetime | None]:
    row = tx.execute(select(task.c.assignee_id, task.c.claimed_at).where(task.c.id == task_id)).one()
    return row.assignee_id, row.claimed_at


def test_whoever_leaves_a_post_gives_back_what_was_claimed_for_it(city: Database) -> None:
    with city.transaction() as tx:
        an_instance(tx)
        holder = a_person(tx)
        held = people.appoint(tx, holder.id, "town_a", "case_officer", SINCE)
        task_id = claimed_task(tx, holder, "town_a", "case_officer")

        leave(tx, held)

        assert people.posts_of(tx, holder.id, NOW) == []
        assert assignee(tx, task_id) == (None, None)


def test_whoever_leaves_a_body_gives_back_what_was_claimed_for_its_parent(city: Database) -> None:
    with city.transaction() as tx:
        an_instance(tx)
        holder = a_person(tx)
        held = people.appoint(tx, holder.id, "body_a", "case_officer", SINCE)
        task_id = claimed_task(tx, holder, "town_a", "case_officer")

        leave(tx, held)

        assert assignee(tx, task_id) == (None, None)


def test_whoever_keeps_another_post_with_the_role_keeps_the_task(city: Database) -> None:
    with city.transaction() as tx:
        an_instance(tx)
        holder = a_person(tx)
        held = people.appoint(tx, holder.id, "town_a", "case_officer", SINCE)
        people.appoint(tx, holder.id, "body_a", "case_officer", SINCE)
        task_id = claimed_task(tx, holder, "town_a", "case_officer")

        leave(tx, held)

        assert assignee(tx, task_id) == (holder.id, NOW)


def test_whoever_stays_in_another_role_gives_the_task_back(city: Database) -> None:
    with city.transaction() as tx:
        an_instance(tx)
        holder = a_person(tx)
        held = people.appoint(tx, holder.id, "town_a", "case_officer", SINCE)
        people.appoint(tx, holder.id, "town_a", "clerk", SINCE)
        task_id = claimed_task(tx, holder, "town_a", "case_officer")

        leave(tx, held)

        assert assignee(tx, task_id) == (None, None)


def test_r54_whoever_still_acts_as_the_principal_keeps_the_principals_task(city: Database) -> None:
    with city.transaction() as tx:
        an_instance(tx)
        holder = a_person(tx)
        held = people.appoint(tx, holder.id, "town_a", "deputy_leader", SINCE)
        people.appoint(tx, holder.id, "town_a", "acting_principal", SINCE)
        task_id = claimed_task(tx, holder, "town_a", "principal_leader")

        leave(tx, held)

        assert assignee(tx, task_id) == (holder.id, NOW)


def test_leaving_a_post_touches_nothing_else(city: Database) -> None:
    with city.transaction() as tx:
        an_instance(tx)
        holder, colleague = a_person(tx, "zhang"), a_holder(tx, "li", "town_a", "case_officer")
        held = people.appoint(tx, holder.id, "town_a", "case_officer", SINCE)
        people.appoint(tx, holder.id, "town_b", "case_officer", SINCE)
        elsewhere = claimed_task(tx, holder, "town_b", "case_officer")
        colleagues = claimed_task(tx, colleague, "town_a", "case_officer")
        done = claimed_task(tx, holder, "town_a", "case_officer", status="completed", ended_by=holder.id)

        leave(tx, held)

        assert assignee(tx, elsewhere)[0] == holder.id
        assert assignee(tx, colleagues)[0] == colleague.id
        assert assignee(tx, done)[0] == holder.id


def test_a_post_that_has_ended_keeps_its_end(city: Database) -> None:
    earlier = NOW - timedelta(days=30)
    with city.transaction() as tx:
        holder = a_person(tx)
        held = people.appoint(tx, holder.id, "town_a", "clerk", SINCE)

        people.end_post(tx, held, earlier)
        people.end_post(tx, held, NOW)

        assert tx.scalar(select(post.c.valid_to).where(post.c.id == held)) == earlier


# --- who is asked ---


def test_a_lane_asks_the_unit_that_a_fact_names(city: Database) -> None:
    with city.transaction() as tx:
        a_holder(tx, "zhang", "dept_a", "liaison")

        asked = assignment.resolve(tx, "receiving_unit", ["liaison"], {"receiving_unit": "dept_a"}, NOW)

    assert asked == Assignment("dept_a", frozenset({"liaison"}), fallback=False)


def test_a_lane_may_ask_a_fixed_unit(city: Database) -> None:
    with city.transaction() as tx:
        a_holder(tx, "zhang", "justice", "case_officer")

        assert assignment.resolve(tx, "justice", ["case_officer"], {}, NOW).unit_code == "justice"


def test_r51_a_unit_without_a_liaison_falls_back_to_its_principal_leader(city: Database) -> None:
    with city.transaction() as tx:
        a_holder(tx, "zhang", "dept_a", "principal_leader")

        asked = assignment.resolve(tx, "dept_a", ["liaison"], {}, NOW)

    assert asked == Assignment("dept_a", frozenset({"principal_leader"}), fallback=True)


def test_r51_only_a_missing_liaison_falls_back(city: Database) -> None:
    with city.transaction() as tx:
        a_holder(tx, "zhang", "dept_a", "principal_leader")

        with pytest.raises(Refused, match="市水利局没有在任的承办人，请先由该单位任命。"):
            assignment.resolve(tx, "dept_a", ["case_officer"], {}, NOW)


def test_r54_the_principals_lane_finds_whoever_acts_as_one(city: Database) -> None:
    with city.transaction() as tx:
        a_holder(tx, "acting", "town_a", "acting_principal")

        assert assignment.resolve(tx, "town_a", ["principal_leader"], {}, NOW).roles == {"principal_leader"}


@pytest.mark.parametrize("code", [None, "", "nowhere", 7])
def test_a_unit_that_is_not_known_is_refused(city: Database, code: object) -> None:
    with city.reading() as tx, pytest.raises(Refused, match="还没有确定由哪个单位办理"):
        assignment.resolve(tx, "receiving_unit", ["liaison"], {"receiving_unit": code}, NOW)


def test_what_is_missing_is_told_before_the_start_one_sentence_a_role(city: Database) -> None:
    asked = [
        ("town_a", frozenset({"case_officer"})),
        ("town_a", frozenset({"case_officer"})),
        ("town_a", frozenset({"principal_leader"})),
        ("receiving_unit", frozenset({"liaison"})),
    ]
    with city.reading() as tx:
        missing = list(map(str, assignment.missing_holders(tx, asked, {"receiving_unit": None}, NOW)))

    assert missing == [
        "城关镇没有在任的承办人，请先由该单位任命。",
        "城关镇没有在任的主要领导，请先由该单位任命。",
    ]


# --- what a form may name ---


def directory(tx: Connection) -> UnitDirectory:
    return UnitDirectory(tx, Actor("p", "张三", "town_a", "城关镇", "town", frozenset(ROLES)), NOW)


def test_a_form_names_only_bodies_and_colleagues_of_the_acting_unit(city: Database) -> None:
    with city.transaction() as tx:
        ours, theirs = a_holder(tx, "ours", "body_a", "clerk"), a_holder(tx, "theirs", "town_b", "clerk")
        units.add(tx, "body_b", "执法科", "internal_body", "", SINCE, parent_code="dept_a")

        assert directory(tx).body("body_a") is not None
        assert [directory(tx).body(code) for code in ("body_b", "team_a", "dept_a", "nowhere")] == [None] * 4
        assert directory(tx).is_colleague(ours.id)
        assert not directory(tx).is_colleague(theirs.id)


def test_a_form_offers_every_unit_but_the_actors_own(city: Database) -> None:
    with city.reading() as tx:
        assert [found.code for found in directory(tx).units_of("town,department")] == ["town_b", "dept_a"]
        assert "town_a" not in [found.code for found in directory(tx).units_of("")]


def test_r3_a_matter_is_one_of_the_list(city: Database) -> None:
    listed = jurisdiction.Matter("M-01", "河道采砂", "dept_a", "department", date(2026, 3, 1), "清单")
    with city.transaction() as tx:
        jurisdiction.add(tx, listed)

        assert directory(tx).is_matter("M-01")
        assert not directory(tx).is_matter("M-02")
        assert jurisdiction.find(tx, "M-01") == listed


@pytest.mark.parametrize(("on", "empowered"), [("2026-02-28", False), ("2026-03-01", True), ("2026-03-02", True)])
def test_r55_the_towns_have_the_power_from_the_day_it_was_given(on: str, empowered: bool) -> None:
    given = jurisdiction.Matter("M-01", "河道采砂", "dept_a", "town", date(2026, 3, 1), "清单")
    kept = jurisdiction.Matter("M-02", "河道采砂", "dept_a", "department", None, "清单")

    assert jurisdiction.empowered(given, date.fromisoformat(on)) is empowered
    assert not jurisdiction.empowered(kept, date.fromisoformat(on))


# --- signing in ---


@pytest.fixture
def staffed(city: Database) -> Database:
    """The city with zhang, who has a password and is case officer of the first town."""

    def appoint(tx: Connection) -> None:
        holder = a_person(tx, "zhang", PASSWORD_HASH)
        people.appoint(tx, holder.id, "town_a", "case_officer", SINCE)

    city.run(appoint)
    return city


def try_in(
    tx: Connection, login: str = "zhang", password: str = PASSWORD, address: str = "10.0.0.1", now: datetime = NOW
) -> sign_ins.SignIn:
    attempt = sign_ins.look_at(tx, login, address, (), now)
    right = not attempt.held and sign_ins.matches(attempt.password_hash, password)
    return sign_ins.settle(tx, attempt, right, now)


def refusal(found: sign_ins.SignIn) -> str:
    """What somebody is told who was not let in."""
    assert (found.token, found.person_id, found.browser) == (None, None, None)
    return str(found.message)


def signed_in(tx: Connection) -> str:
    token = try_in(tx).token
    assert token
    return token


def failures(tx: Connection, number: int, login: str = "zhang", address: str = "10.0.0.1", now: datetime = NOW) -> None:
    """So many wrong tries have been counted at that instant."""
    for _ in range(number):
        tx.execute(insert(sign_in_failure).values(login=login, address=address, at=now))


def test_the_right_password_opens_a_session_for_the_first_post(staffed: Database) -> None:
    with staffed.transaction() as tx:
        visitor = sign_ins.visitor(tx, signed_in(tx), NOW)

    assert visitor is not None
    assert (visitor.person.login, visitor.actor.unit_code) == ("zhang", "town_a")
    assert visitor.actor.roles == {"case_officer"}
    assert (visitor.actor.unit_name, visitor.actor.unit_kind, visitor.body) == ("城关镇", "town", None)


def test_the_token_is_kept_as_a_hash_only(staffed: Database) -> None:
    with staffed.transaction() as tx:
        token = signed_in(tx)

        assert token not in tx.scalars(select(sign_in.c.token_hash)).all()


@pytest.mark.parametrize(
    "password", ["", "wrong", PASSWORD + " ", PASSWORD.upper(), "\x00", PASSWORD + "\x00", "\ud800"]
)
def test_a_wrong_password_is_refused_and_counted(staffed: Database, password: str) -> None:
    with staffed.transaction() as tx:
        assert refusal(try_in(tx, password=password)) == WRONG
        assert tx.scalar(select(func.count()).select_from(sign_in_failure)) == 1
        assert tx.scalar(select(func.count()).select_from(sign_in)) == 0


@pytest.mark.parametrize("login", ["nobody", "", "ZHANG", "长" * 1000, "zhang\x00", "\ud800", "' or 1=1 --"])
def test_an_unknown_login_says_the_same_as_a_wrong_password(staffed: Database, login: str) -> None:
    with staffed.transaction() as tx:
        assert refusal(try_in(tx, login=login)) == WRONG


def test_a_password_that_was_hashed_for_somebody_is_theirs(city: Database) -> None:
    with city.transaction() as tx:
        a_person(tx, "li", sign_ins.hash_password("another"))

        assert try_in(tx, login="li", password="another").token
        assert try_in(tx, login="li").token is None


def test_an_unknown_login_costs_one_look_at_a_password_too(staffed: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def look(hashed: str, _password: str) -> bool:
        looked.append(hashed)
        return False

    monkeypatch.setattr(sign_ins, "matches", look)

    with staffed.transaction() as tx:
        try_in(tx, login="nobody")

    assert len(looked) == 1


def test_a_person_who_is_not_active_cannot_sign_in(staffed: Database) -> None:
    with staffed.transaction() as tx:
        tx.execute(update(person).values(active=False))

        assert refusal(try_in(tx)) == WRONG


# --- wrong tries ---


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (0, WRONG),
        (5, WRONG),
        (6, f"{WRONG}再错 3 次，此账号将锁定 15 分钟。"),
        (8, f"{WRONG}再错 1 次，此账号将锁定 15 分钟。"),
        (9, HELD),
        (10, HELD),
    ],
)
def test_the_last_tries_are_announced(staffed: Database, before: int, message: str) -> None:
    with staffed.transaction() as tx:
        failures(tx, before)

        assert str(try_in(tx, password="wrong").message) == message


def test_an_unknown_login_is_held_in_the_same_words(staffed: Database) -> None:
    with staffed.transaction() as tx:
        failures(tx, 10, login="nobody")

        assert str(try_in(tx, login="nobody").message) == HELD


def test_ten_wrong_tries_hold_the_account_even_with_the_right_password(staffed: Database) -> None:
    with staffed.transaction() as tx:
        failures(tx, 9)
        assert try_in(tx).token
        failures(tx, 1)
        assert refusal(try_in(tx)) == HELD


def test_an_account_is_free_again_after_a_quarter_of_an_hour(staffed: Database) -> None:
    with staffed.transaction() as tx:
        failures(tx, 10)

        assert try_in(tx, now=NOW + timedelta(minutes=15) - MOMENT).token is None
        assert try_in(tx, now=NOW + timedelta(minutes=15)).token


def test_tries_while_an_account_is_held_do_not_hold_it_longer(staffed: Database) -> None:
    with staffed.transaction() as tx:
        failures(tx, 10)
        try_in(tx, password="wrong", now=NOW + timedelta(minutes=14))

        assert try_in(tx, now=NOW + timedelta(minutes=15)).token


def test_a_held_account_holds_nobody_else(staffed: Database) -> None:
    with staffed.transaction() as tx:
        failures(tx, 10, login="li")

        assert try_in(tx).token


def test_fifty_wrong_tries_hold_an_address_for_every_account(staffed: Database) -> None:
    with staffed.transaction() as tx:
        for number in range(50):
            failures(tx, 1, login=f"guess{number}")

        assert refusal(try_in(tx)) == HELD
        assert try_in(tx, address="10.0.0.2").token


# --- sessions ---


@pytest.mark.parametrize(
    ("idle", "open_"), [(timedelta(hours=2), True), (timedelta(hours=2) + MOMENT, False)], ids=["in time", "too long"]
)
def test_a_session_is_over_after_two_idle_hours(staffed: Database, idle: timedelta, open_: bool) -> None:
    with staffed.transaction() as tx:
        token = signed_in(tx)

        assert (sign_ins.visitor(tx, token, NOW + idle) is not None) is open_


def test_a_session_that_is_used_stays_open_but_no_longer_than_twelve_hours(staffed: Database) -> None:
    with staffed.transaction() as tx:
        token = signed_in(tx)
        for hours in range(1, 13):
            assert sign_ins.visitor(tx, token, NOW + timedelta(hours=hours)) is not None
            sign_ins.touch(tx, token, NOW + timedelta(hours=hours))

        assert sign_ins.visitor(tx, token, NOW + timedelta(hours=12) + MOMENT) is None


def test_not_every_look_is_written_down(staffed: Database) -> None:
    with staffed.transaction() as tx:
        token = signed_in(tx)

        found = [sign_ins.visitor(tx, token, NOW + timedelta(minutes=5) + more) for more in (MOMENT * 0, MOMENT)]
        assert [one.unwritten if one else None for one in found] == [False, True]


@pytest.mark.parametrize("token", ["", "invented", "\x00", "长"])
def test_a_token_that_nobody_was_given_is_nobody(staffed: Database, token: str) -> None:
    with staffed.reading() as tx:
        assert sign_ins.visitor(tx, token, NOW) is None


def test_whoever_signs_out_is_out_everywhere_that_token_is_used(staffed: Database) -> None:
    with staffed.transaction() as tx:
        token, other = signed_in(tx), signed_in(tx)

        sign_ins.sign_out(tx, token, NOW)

        assert sign_ins.visitor(tx, token, NOW) is None
        assert sign_ins.visitor(tx, other, NOW) is not None


def test_a_change_of_post_counts_at_once(staffed: Database) -> None:
    with staffed.transaction() as tx:
        token = signed_in(tx)
        [held] = tx.scalars(select(post.c.id))

        people.end_post(tx, held, NOW + timedelta(minutes=1))

        assert sign_ins.visitor(tx, token, NOW) is not None
        assert sign_ins.visitor(tx, token, NOW + timedelta(minutes=1)) is None


def test_a_person_made_inactive_is_out_at_once(staffed: Database) -> None:
    with staffed.transaction() as tx:
        token = signed_in(tx)
        tx.execute(update(person).values(active=False))

        assert sign_ins.visitor(tx, token, NOW) is None


def test_whoever_works_in_a_body_signs_in_for_its_parent(city: Database) -> None:
    with city.transaction() as tx:
        people.appoint(tx, a_person(tx, "zhang", PASSWORD_HASH).id, "body_a", "case_officer", SINCE)
        visitor = sign_ins.visitor(tx, signed_in(tx), NOW)

    assert visitor is not None
    assert visitor.body is not None
    assert (visitor.actor.unit_code, visitor.body.code) == ("town_a", "body_a")


# --- acting for one unit at a time ---


def with_a_second_post(tx: Connection) -> None:
    zhang = tx.execute(select(person.c.id)).scalar_one()
    people.appoint(tx, zhang, "dept_a", "liaison", NOW - timedelta(days=1))


def test_a_person_acts_for_one_unit_at_a_time_and_may_choose_which(staffed: Database) -> None:
    with staffed.transaction() as tx:
        with_a_second_post(tx)
        token = signed_in(tx)

        before = sign_ins.visitor(tx, token, NOW)
        sign_ins.act_for(tx, token, "dept_a", NOW)
        after = sign_ins.visitor(tx, token, NOW)

    assert before is not None
    assert after is not None
    assert [choice.code for choice in before.choices] == ["town_a", "dept_a"]
    assert (before.actor.unit_code, before.actor.roles) == ("town_a", frozenset({"case_officer"}))
    assert (after.actor.unit_code, after.actor.roles) == ("dept_a", frozenset({"liaison"}))


@pytest.mark.parametrize("unit_code", ["town_b", "nowhere", "", "body_a"])
def test_nobody_acts_for_a_unit_without_a_post_there(staffed: Database, unit_code: str) -> None:
    with staffed.transaction() as tx:
        token = signed_in(tx)

        with pytest.raises(Refused, match="你在这个单位没有在任的岗位"):
            sign_ins.act_for(tx, token, unit_code, NOW)

        visitor = sign_ins.visitor(tx, token, NOW)
    assert visitor is not None
    assert visitor.actor.unit_code == "town_a"


def test_whoever_is_not_signed_in_acts_for_nobody(staffed: Database) -> None:
    with staffed.transaction() as tx, pytest.raises(Refused):
        sign_ins.act_for(tx, "invented", "town_a", NOW)


def test_whoever_loses_the_post_acted_for_acts_for_the_one_that_is_left(staffed: Database) -> None:
    with staffed.transaction() as tx:
        with_a_second_post(tx)
        token = signed_in(tx)
        sign_ins.act_for(tx, token, "dept_a", NOW)
        held = tx.scalars(select(post.c.id).where(post.c.unit_code == "dept_a")).one()

        people.end_post(tx, held, NOW)
        visitor = sign_ins.visitor(tx, token, NOW)

    assert visitor is not None
    assert visitor.actor.unit_code == "town_a"


def test_a_unit_that_was_dissolved_is_no_choice(staffed: Database) -> None:
    with staffed.transaction() as tx:
        token = signed_in(tx)
        tx.execute(update(unit).where(unit.c.code == "town_a").values(valid_to=NOW))

        assert sign_ins.visitor(tx, token, NOW) is None

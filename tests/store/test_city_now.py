"""The city is kept in memory by its version: whoever asks gets what stands in the database at that instant, and asks it once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Select, event, false, insert, select, text, update

from engine.db import stamp, tables
from engine.db.case import case_of
from engine.db.english import english_of
from engine.db.session import Database
from engine.db.turns import DEPLOYING, take_turn
from engine.db.unit import unit_of
from engine.deadlines import years
from engine.deployments import definitions, retirement
from engine.documents import letter_versions
from engine.errors import NotFound, Refused
from engine.ids import new_id
from engine.notices import preferences
from engine.notices.preferences import Preference
from engine.organisation import city, duties, jurisdiction, people, sign_ins, units
from engine.organisation.city_now import organisation
from engine.organisation.jurisdiction import Matter
from engine.runtime.tasks import ended_posts
from tests.store.builders import NOW, SINCE, a_city, a_holder, a_person, an_instance
from tests.unit.builders import ROOT

MOMENT = timedelta(microseconds=1)
SHIPPED = (ROOT / "processes" / "calendar_cn.json").read_bytes()
OTHER = SHIPPED + b"\n"
"""The same calendar under another version."""
LETTER = 'code = "D01"\nname = "函"\nlayout = "letter"\ntitle = "{case_name}"\n'
UNCHANGING = {"duties": {"duty_proposal", "process_instance"}}
"""Tables that a subject's rows refer to, by rows that never change once they do."""
Look = Callable[[Connection], object]


def matters(tx: Connection) -> list[str]:
    return [found.title for found in jurisdiction.every(tx)]


def wants(tx: Connection) -> Mapping[str, Preference]:
    return preferences.of_people(tx, list(organisation(tx).people))


def calendar(tx: Connection) -> str | None:
    found = years.in_force(tx, NOW)
    return found.version if found else None


def letter(tx: Connection) -> str:
    try:
        return letter_versions.latest(tx, "D01").letter.name
    except NotFound:
        return ""


def leaders(tx: Connection) -> list[str]:
    return [found.name for found in people.holders(tx, "town_a", "principal_leader", NOW)]


LOOKS: dict[str, list[Look]] = {
    "organisation": [lambda tx: units.every(tx, NOW), leaders, lambda tx: people.colleagues(tx, "town_a", NOW)],
    "preferences": [wants],
    "rules": [lambda tx: dict(city.rules(tx))],
    "calendars": [calendar],
    "definitions": [definitions.every_key],
    "retirements": [retirement.retired],
    "letters": [letter],
    "english": [lambda tx: english_of(tx).element("case_i1", "", "一件事")],
    "matters": [matters],
    "duties": [lambda tx: duties.in_force(tx, "m1", date(2026, 9, 30))],
}


def everything(tx: Connection) -> list[object]:
    return [look(tx) for looks in LOOKS.values() for look in looks]


@dataclass
class Seen:
    statements: list[str]
    tables: set[str]


@contextmanager
def statements(database: Database) -> Iterator[Seen]:
    """What is asked of the database meanwhile, and which tables."""
    seen = Seen([], set())

    def of_core(_tx: Connection, statement: Any, *_more: Any) -> None:
        if isinstance(statement, Select):
            seen.tables |= {found.name for found in _tables(statement)}

    def of_driver(_tx: Connection, _cursor: Any, words: str, *_more: Any) -> None:
        if not words.startswith("BEGIN"):
            seen.statements.append(words)

    event.listen(database.engine, "before_execute", of_core)
    event.listen(database.engine, "before_cursor_execute", of_driver)
    yield seen
    event.remove(database.engine, "before_execute", of_core)
    event.remove(database.engine, "before_cursor_execute", of_driver)


def _tables(statement: Select[Any]) -> list[Any]:
    found: list[Any] = []
    for source in statement.get_final_froms():
        found += (
            [source] if hasattr(source, "name") else [part for part in source._from_objects if hasattr(part, "name")]
        )
    return found


@pytest.fixture
def founded(database: Database) -> Database:
    """A city with a leader, rules, a calendar, a matter, a letter and a procedure."""

    def found(tx: Connection) -> None:
        a_city(tx)
        a_holder(tx, "lu", "town_a", "principal_leader")
        city.seed(tx, "[a]\nb = 1\n", SINCE, "test")
        years.put(tx, SHIPPED, "test", SINCE)
        jurisdiction.add(tx, Matter("m1", "占道经营", "dept_a", "town", None, "依据"))
        a_letter(tx)
        an_instance(tx)

    database.run(found)
    return database


@pytest.fixture
def other(founded: Database) -> Iterator[Database]:
    """The same database as another process has it."""
    another = Database(founded.url)
    yield another
    another.close()


def a_letter(tx: Connection, version: int = 1, name: str = "函") -> None:
    wording = LETTER.replace("函", name)
    told = {"id": new_id(), "name": "D01", "version": version, "sha256": str(version), "wording": wording, "layout": {}}
    tx.execute(insert(tables.letter_version).values(**told, deployed_at=NOW, deployed_by="test"))


def seen(database: Database, look: Look) -> object:
    with database.reading() as tx:
        return look(tx)


def refused(tx: Connection, change: Callable[[Connection], object]) -> None:
    """The change is made and seen, and then it is not to be."""
    before = everything(tx)
    change(tx)
    assert everything(tx) != before
    raise Refused("no")


def versions(database: Database) -> dict[str, str]:
    with database.reading() as tx:
        return dict(stamp.versions(tx))


# --- every change is seen: by who makes it, by who comes next, and by other processes ---


def the_leader(tx: Connection) -> str:
    return str(tx.scalar(select(tables.person.c.id).where(tables.person.c.login == "lu")))


def appoint(tx: Connection) -> None:
    a_holder(tx, "mi", "body_a", "case_officer")


def dismiss(tx: Connection) -> None:
    people.end_post(tx, str(tx.scalar(select(tables.post.c.id))), NOW)


def adopt(tx: Connection) -> None:
    a_paper = ("裁决决定", "1号", date(2026, 9, 1))
    proposal = duties.propose(tx, "i1", "m1", "town_b", None, *a_paper, NOW)
    duties.adopt(tx, proposal, date(2026, 9, 2), "按裁决", the_leader(tx), NOW)


def deploy(tx: Connection) -> None:
    an_instance(tx, "i2")


def call_in_english(tx: Connection) -> None:
    given = {"names": {"": "One thing"}, "forms": {}}
    tx.execute(
        update(tables.definition_version).where(tables.definition_version.c.key == "case_i1").values(english=given)
    )


CHANGES: dict[str, tuple[str, Callable[[Connection], object]]] = {
    "a new unit": ("organisation", lambda tx: units.add(tx, "town_c", "石桥镇", "town", "石", SINCE)),
    "a unit that ends": ("organisation", lambda tx: tx.execute(update(tables.unit).values(valid_to=NOW))),
    "a new post": ("organisation", appoint),
    "a post that ends": ("organisation", dismiss),
    "an account that is closed": ("organisation", lambda tx: tx.execute(update(tables.person).values(active=False))),
    "another name": ("organisation", lambda tx: tx.execute(update(tables.person).values(name="陆原"))),
    "a preference": ("preferences", lambda tx: preferences.store(tx, the_leader(tx), Preference(info_mail=True), NOW)),
    "an address": ("preferences", lambda tx: tx.execute(update(tables.person).values(email="lu@example.gov.cn"))),
    "a rule": ("rules", lambda tx: city.set_rule(tx, "a.b", 2, "test", NOW)),
    "a calendar": ("calendars", lambda tx: years.put(tx, OTHER, "test", NOW)),
    "a matter": ("matters", lambda tx: jurisdiction.add(tx, Matter("m2", "夜市", "dept_a", "town", None, "依据"))),
    "an entry of the list": ("duties", adopt),
    "a letter": ("letters", lambda tx: a_letter(tx, 2, "告知书")),
    "a procedure": ("definitions", deploy),
    "what a procedure is called in English": ("english", call_in_english),
    "a procedure that is retired": ("retirements", lambda tx: retirement.retire(tx, "case_i1", "test", "不用了", NOW)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen_by_the_same_transaction_by_the_next_and_by_another_process(
    name: str, founded: Database, other: Database
) -> None:
    subject, change = CHANGES[name]
    looks = LOOKS[subject]
    before = [seen(founded, look) for look in looks]
    assert [seen(other, look) for look in looks] == before

    with founded.transaction() as tx:
        assert [look(tx) for look in looks] == before
        change(tx)
        own = [look(tx) for look in looks]
        assert [seen(other, look) for look in looks] == before, "nobody sees what is not committed"

    assert own != before
    assert [seen(founded, look) for look in looks] == own
    assert [seen(other, look) for look in looks] == own


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_rolled_back_never_was(name: str, founded: Database, other: Database) -> None:
    before = seen(founded, everything), versions(founded)
    with pytest.raises(Refused), founded.transaction() as tx:
        refused(tx, CHANGES[name][1])

    assert (seen(founded, everything), versions(founded)) == before
    assert seen(other, everything) == before[0]


def test_a_transaction_that_writes_again_and_again_sees_each_time_what_it_has_written(founded: Database) -> None:
    seen(founded, everything)
    with founded.transaction() as tx:
        for number in range(2, 6):
            city.set_rule(tx, "a.b", number, "test", NOW)
            assert city.rules(tx)["a.b"] == number
        unit_of(tx).changes.change(tables.unit, ("town_a",), {"name": "新关镇"})
        assert [found.name for found in units.every(tx, NOW) if found.code == "town_a"] == ["新关镇"]


def test_what_a_savepoint_took_back_is_seen_no_longer_and_what_came_before_it_still_is(founded: Database) -> None:
    with founded.transaction() as tx:
        city.set_rule(tx, "a.b", 2, "test", NOW)
        with pytest.raises(Refused), tx.begin_nested():
            refused(tx, lambda tx: city.set_rule(tx, "a.b", 3, "test", NOW))
        assert city.rules(tx)["a.b"] == 2

    assert seen(founded, lambda tx: city.rules(tx)["a.b"]) == 2


def test_a_look_that_began_before_a_change_sees_the_city_before_it(founded: Database, other: Database) -> None:
    with founded.reading() as tx:
        assert tx.scalar(select(tables.unit.c.code).limit(1))
        other.run(lambda tx: city.set_rule(tx, "a.b", 2, "test", NOW))
        other.run(lambda tx: units.add(tx, "town_c", "石桥镇", "town", "石", SINCE))
        seen(founded, everything)  # the newer city is what this process keeps now

        assert (city.rules(tx)["a.b"], units.find(tx, "town_c", NOW)) == (1, None)

    assert seen(founded, lambda tx: city.rules(tx)["a.b"]) == 2


@pytest.fixture
def another(postgresql_database: Database) -> Iterator[Database]:
    """The empty database of PostgreSQL as another process has it."""
    found = Database(postgresql_database.url)
    yield found
    found.close()


def test_what_is_read_while_somebody_changes_it_is_of_one_moment(
    postgresql_database: Database, another: Database
) -> None:
    """A step on PostgreSQL sees in each statement what was committed by then: a unit of one version, a post of another."""
    times: list[int] = []

    def read(tx: Connection) -> tuple[int, int]:
        first = tx.execute(select(tables.city_rule)).all()
        if not times:
            another.run(lambda other: city.seed(other, "[a]\nb = 1\n", NOW, "test"))
        times.append(1)
        return len(first), len(tx.execute(select(tables.city_rule)).all())

    with postgresql_database.transaction() as tx:
        assert stamp.content(tx, "rules", read) == (1, 1)


def test_who_looks_while_others_change_sees_no_half_and_in_the_end_the_last(founded: Database, other: Database) -> None:
    def rename(number: int) -> None:
        def change(tx: Connection) -> None:
            tx.execute(update(tables.unit).where(tables.unit.c.code == "town_a").values(name=str(number)))
            tx.execute(update(tables.person).where(tables.person.c.login == "lu").values(name=str(number)))

        other.run(change)

    def names(tx: Connection) -> tuple[str, str]:
        (leader,), unit = people.holders(tx, "town_a", "principal_leader", NOW), units.find(tx, "town_a", NOW)
        return leader.name, unit.name if unit else ""

    rename(0)
    with ThreadPoolExecutor(3) as pool:
        steps = [pool.submit(lambda: [founded.run(names) for _ in range(40)])]
        looks = [pool.submit(lambda: [seen(founded, names) for _ in range(40)])]
        for number in range(1, 21):
            rename(number)
        found: list[Any] = [one for work in (*steps, *looks) for one in work.result()]

    assert [one for one in found if one[0] != one[1]] == []
    assert seen(founded, names) == founded.run(names) == ("20", "20")


def test_whoever_has_waited_for_a_turn_goes_by_what_the_others_have_done(
    postgresql_database: Database, another: Database
) -> None:
    with postgresql_database.transaction() as tx:
        assert definitions.every_key(tx) == []
        another.run(lambda other: an_instance(other, "i9") if a_city(other) is None else None)
        take_turn(tx, DEPLOYING)

        assert definitions.every_key(tx) == ["case_i9"]


# --- who writes gives a new version, whoever it is ---


@pytest.mark.parametrize("table", sorted({table for of in stamp.SUBJECTS.values() for table in of}))
def test_who_writes_a_table_renews_the_subjects_that_are_made_of_it_and_no_others(
    table: str, founded: Database
) -> None:
    before = versions(founded)
    column = next(iter(tables.metadata.tables[table].c))
    with founded.transaction() as tx:
        tx.execute(update(tables.metadata.tables[table]).where(false()).values({column.name: column}))
    after = versions(founded)

    made_of_it = {subject for subject, of in stamp.SUBJECTS.items() if table in of}
    assert {subject for subject in stamp.SUBJECTS if before.get(subject) != after.get(subject)} == made_of_it


@pytest.mark.parametrize("how", ["text", "driver"])
def test_a_statement_that_names_no_table_renews_every_subject(how: str, founded: Database) -> None:
    before, words = versions(founded), "UPDATE unit SET phone = '1' WHERE code = 'town_a'"
    with founded.transaction() as tx:
        tx.execute(text(words)) if how == "text" else tx.exec_driver_sql(words)
        found = units.find(tx, "town_a", NOW)
        assert found is not None
        assert found.phone == "1"
    after = versions(founded)

    assert [subject for subject in stamp.SUBJECTS if before.get(subject) == after[subject]] == []


def test_what_is_changed_in_memory_and_flushed_renews_its_subject(founded: Database, other: Database) -> None:
    assert seen(other, leaders) == ["姓名lu"]
    with founded.transaction() as tx:
        unit_of(tx).changes.change(tables.person, (the_leader(tx),), {"name": "陆原"})

    assert seen(other, leaders) == ["陆原"]


def test_who_reads_or_works_on_a_case_renews_nothing(founded: Database) -> None:
    before = versions(founded)
    with founded.transaction() as tx:
        everything(tx)
        tx.execute(text("SELECT 1"))
        with tx.begin_nested():
            tx.execute(update(tables.process_instance).values(title="另一个"))
        tx.execute(insert(tables.number_sequence).values(prefix="YS", year=2026, last=1))

    assert versions(founded) == before


@pytest.mark.parametrize("subject", stamp.SUBJECTS)
def test_a_subject_is_renewed_by_every_table_that_it_is_made_of(subject: str, founded: Database) -> None:
    """Whoever reads another table into it, and forgets to say so, finds the city stale: this fails first."""
    seen(founded, everything)
    founded.memory.keep(subject, "of another time", None)
    with statements(founded) as asked:
        for look in LOOKS[subject]:
            seen(founded, look)

    assert asked.tables - {"stamp"} == stamp.SUBJECTS[subject] | UNCHANGING.get(subject, set())


def test_every_subject_that_is_kept_is_one_that_these_tests_change() -> None:
    sources = [path.read_text(encoding="utf-8") for path in ROOT.glob("engine/**/*.py")]
    kept = {name for source in sources for name in re.findall(r'stamp\.content\(tx, "(\w+)"', source)}
    assert kept == set(stamp.SUBJECTS) == set(LOOKS) == {subject for subject, _ in CHANGES.values()}


# --- how often the database is asked ---


def test_a_city_that_has_not_changed_costs_one_look_at_its_versions(founded: Database) -> None:
    seen(founded, everything)
    with statements(founded) as asked, founded.transaction() as tx:
        everything(tx)
        everything(tx)

    assert [words.split()[0] for words in asked.statements] == ["SELECT"]
    assert asked.tables == {"stamp"}


def test_a_city_whose_versions_came_with_something_else_costs_nothing(founded: Database) -> None:
    seen(founded, everything)
    known = versions(founded)
    with statements(founded) as asked, founded.transaction() as tx:
        stamp.noted(tx, known)
        everything(tx)

    assert asked.statements == []


def test_a_case_brings_with_its_rows_what_has_changed_in_the_city(founded: Database, other: Database) -> None:
    seen(founded, everything)
    with statements(founded) as asked, founded.transaction() as tx:
        assert case_of(tx, "i1").rows(tables.task) == []
        everything(tx)
    assert len(asked.statements) == 1

    other.run(lambda tx: city.set_rule(tx, "a.b", 2, "test", NOW))
    with founded.transaction() as tx:
        assert case_of(tx, "i1").rows(tables.task) == []
        assert city.rules(tx)["a.b"] == 2


def test_a_change_costs_its_own_subject_alone(founded: Database) -> None:
    seen(founded, everything)
    founded.run(lambda tx: city.set_rule(tx, "a.b", 2, "test", NOW))
    with statements(founded) as asked:
        seen(founded, everything)

    assert asked.tables == {"stamp", "city_rule"}


def test_who_is_looking_is_one_statement_and_brings_what_has_changed(founded: Database) -> None:
    now, token = NOW, founded.run(lambda tx: sign_ins._open(tx, the_leader(tx), NOW))
    seen(founded, everything)
    with statements(founded) as asked, founded.reading() as tx:
        visitor = sign_ins.visitor(tx, token, now)
        everything(tx)

    assert visitor is not None
    assert visitor.actor.roles == {"principal_leader"}
    assert len(asked.statements) == 1


def test_what_a_process_keeps_belongs_to_its_database(founded: Database, other: Database) -> None:
    own = founded.memory.once("kind", "key", lambda: "one")
    assert (own, other.memory.once("kind", "key", lambda: "another")) == ("one", "another")


def test_what_never_changes_is_kept_for_those_who_ask_for_it(founded: Database) -> None:
    memory, made = founded.memory, []
    for key in ("a", "b", "a", "c", "a", "b"):
        memory.once("kind", key, lambda key=key: made.append(key) or key, at_most=2)  # type: ignore[misc]

    assert made == ["a", "b", "c", "b"], "the one that was asked for last stays"


# --- time passes, and needs no new version ---


def test_a_post_begins_and_ends_at_its_instant(founded: Database) -> None:
    begins, ends = NOW + timedelta(days=1), NOW + timedelta(days=2)
    founded.run(lambda tx: a_holder(tx, "mi", "town_a", "clerk", begins, ends))
    seen(founded, everything)
    with statements(founded) as asked, founded.reading() as tx:
        held = [
            bool(people.holders(tx, "town_a", "clerk", at)) for at in (begins - MOMENT, begins, ends - MOMENT, ends)
        ]
        waiting = [ended_posts.waits(tx, at) for at in (ends - MOMENT, ends)]

    assert held == [False, True, True, False]
    assert waiting == [False, True]
    assert len(asked.statements) == 1


def test_posts_are_let_go_of_when_they_have_ended_and_when_the_account_is_closed(founded: Database) -> None:
    def appoint(tx: Connection) -> list[str]:
        staff = [a_person(tx, login) for login in ("mi", "qin", "ji")]
        ends = (NOW + timedelta(days=2), NOW + timedelta(days=1), None)
        return [
            people.appoint(tx, one.id, "town_a", "clerk", SINCE, until) for one, until in zip(staff, ends, strict=True)
        ]

    later, sooner, lasting = founded.run(appoint)
    with founded.transaction() as tx:
        found = [ended_posts.ended(tx, NOW + timedelta(days=days)) for days in (0, 1, 2)]
        assert found == [[], [sooner], [sooner, later]]
        tx.execute(update(tables.person).where(tables.person.c.login == "ji").values(active=False))
        assert ended_posts.ended(tx, NOW + timedelta(days=1)) == [sooner, lasting]
        tx.execute(update(tables.post).where(tables.post.c.id == sooner).values(left_at=NOW))
        assert ended_posts.ended(tx, NOW + timedelta(days=1)) == [lasting]
        assert not ended_posts.waits(tx, NOW + timedelta(days=1))


def test_a_unit_is_there_from_its_first_instant_to_its_last(founded: Database) -> None:
    founded.run(lambda tx: tx.execute(update(tables.unit).where(tables.unit.c.code == "town_b").values(valid_to=NOW)))
    with founded.reading() as tx:
        assert units.find(tx, "town_b", NOW - MOMENT)
        assert units.find(tx, "town_b", NOW) is None
        assert units.find(tx, "town_a", SINCE - MOMENT) is None
        assert units.exists(tx, "town_b")


def test_a_calendar_comes_into_force_at_its_instant(founded: Database) -> None:
    tomorrow = NOW + timedelta(days=1)
    other = founded.run(lambda tx: years.put(tx, OTHER, "test", tomorrow)).version
    seen(founded, everything)
    with statements(founded) as asked, founded.reading() as tx:
        found = [years.in_force(tx, at) for at in (SINCE - MOMENT, SINCE, tomorrow - MOMENT, tomorrow)]

    shipped = seen(founded, calendar)
    assert [one.version if one else None for one in found] == [None, shipped, shipped, other]
    assert len(asked.statements) == 1


def test_a_post_of_an_internal_body_is_held_for_its_unit(founded: Database) -> None:
    founded.run(appoint)
    with founded.reading() as tx:
        (found,) = people.holders(tx, "town_a", "case_officer", NOW)
        assert people.holders(tx, "body_a", "case_officer", NOW) == []
        assert [(held.unit_code, held.acting_unit) for held in people.posts_of(tx, found.id, NOW)] == [
            ("body_a", "town_a")
        ]


def test_a_person_with_two_posts_is_named_once(founded: Database) -> None:
    def twice(tx: Connection) -> None:
        person = a_person(tx, "mi")
        people.appoint(tx, person.id, "town_a", "clerk", SINCE)
        people.appoint(tx, person.id, "body_a", "clerk", NOW)

    founded.run(twice)
    with founded.reading() as tx:
        assert [found.login for found in people.holders(tx, "town_a", "clerk", NOW)] == ["mi"]
        assert [(found.login, unit) for found, unit in people.holders_anywhere(tx, "clerk", NOW)] == [("mi", "town_a")]

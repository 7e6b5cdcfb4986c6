"""The city's own rules: seeded once, versioned, never of another type, and never the plan's own figures."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from engine.db.session import Database
from engine.db.tables import city_rule
from engine.errors import Refused
from engine.organisation import city
from tests.store.builders import NOW, SINCE
from tests.unit.builders import ROOT

SHIPPED = (ROOT / "processes" / "city.toml").read_text()
SMALL = 'flag = true\n[a]\nb = 1\nwords = "x"\nlist = ["甲", "乙"]\n[a.deep]\nc = 1.5\n[referral]\ncap_wd = 10\n'


@pytest.fixture
def seeded(database: Database) -> Database:
    database.run(lambda tx: city.seed(tx, SMALL, SINCE, "setup"))
    return database


def rules(database: Database) -> dict[str, Any]:
    with database.reading() as tx:
        return dict(city.rules(tx))


# --- reading the file ---


def test_the_keys_of_a_file_are_joined_by_dots() -> None:
    assert city.read_rules(SMALL) == {
        "flag": True,
        "a.b": 1,
        "a.words": "x",
        "a.list": ["甲", "乙"],
        "a.deep.c": 1.5,
        "referral.cap_wd": 10,
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("referral.normal_wd", 3),
        ("referral.cap_wd", 10),
        ("referral.urgent_hours", 24),
        ("acceptance.wd", 5),
        ("assist.opinion_wd", 3),
        ("escalation.repeat_wd", 2),
        ("referral.allow_same_kind", False),
        ("deadline.cutoff", "24:00"),
    ],
)
def test_the_shipped_defaults_are_those_of_the_plan(key: str, value: object) -> None:
    assert city.read_rules(SHIPPED)[key] == value


def test_every_locked_figure_is_in_the_shipped_file() -> None:
    assert city.read_rules(SHIPPED).keys() >= city.LOCKED


def test_the_shipped_rules_are_read_as_they_were_seeded(database: Database) -> None:
    database.run(lambda tx: city.seed(tx, SHIPPED, SINCE, "setup"))

    assert rules(database) == city.read_rules(SHIPPED)


# --- seeding ---


def test_seeding_again_changes_nothing_that_the_city_has_set(seeded: Database) -> None:
    seeded.run(lambda tx: city.set_rule(tx, "a.b", 7, "zhang", NOW))

    seeded.run(lambda tx: city.seed(tx, SMALL + "[new]\nkey = 2\n", NOW, "setup"))

    assert (rules(seeded)["a.b"], rules(seeded)["new.key"]) == (7, 2)


def test_seeding_twice_writes_once(seeded: Database) -> None:
    seeded.run(lambda tx: city.seed(tx, SMALL, NOW, "setup"))

    with seeded.reading() as tx:
        assert tx.scalar(select(func.count()).select_from(city_rule)) == len(city.read_rules(SMALL))


# --- setting ---


def test_a_rule_that_is_set_is_in_force_and_its_old_versions_stay(seeded: Database) -> None:
    for value in (2, 3):
        seeded.run(lambda tx, value=value: city.set_rule(tx, "a.b", value, "zhang", NOW))  # type: ignore[misc]

    with seeded.reading() as tx:
        kept = tx.execute(select(city_rule).where(city_rule.c.key == "a.b").order_by(city_rule.c.version)).all()
    assert rules(seeded)["a.b"] == 3
    assert [(row.version, row.value, row.set_by) for row in kept] == [(1, 1, "setup"), (2, 2, "zhang"), (3, 3, "zhang")]


def test_the_tenth_version_wins_over_the_ninth(seeded: Database) -> None:
    for value in range(2, 12):
        seeded.run(lambda tx, value=value: city.set_rule(tx, "a.b", value, "zhang", NOW))  # type: ignore[misc]

    assert rules(seeded)["a.b"] == 11


@pytest.mark.parametrize("key", sorted(city.LOCKED))
def test_a_figure_of_the_plan_cannot_be_set(database: Database, key: str) -> None:
    database.run(lambda tx: city.seed(tx, SHIPPED, SINCE, "setup"))

    with pytest.raises(Refused, match="方案规定的期限"):
        database.run(lambda tx: city.set_rule(tx, key, 99, "zhang", NOW))

    assert rules(database)[key] == city.read_rules(SHIPPED)[key]


@pytest.mark.parametrize("key", ["", "nothing", "a", "a.deep", "A.B"])
def test_a_key_that_does_not_exist_cannot_be_set(seeded: Database, key: str) -> None:
    with pytest.raises(Refused, match="没有名为"):
        seeded.run(lambda tx: city.set_rule(tx, key, 1, "zhang", NOW))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("a.b", "1"),
        ("a.b", 1.0),
        ("a.b", True),
        ("a.b", None),
        ("flag", 1),
        ("a.words", 1),
        ("a.list", "甲"),
        ("a.list", {}),
    ],
)
def test_a_value_of_another_type_is_refused(seeded: Database, key: str, value: object) -> None:
    with pytest.raises(Refused, match="类型相同"):
        seeded.run(lambda tx: city.set_rule(tx, key, value, "zhang", NOW))

    assert rules(seeded)[key] == city.read_rules(SMALL)[key]

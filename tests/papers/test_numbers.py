"""文号: one sequence per unit, type and year; no duplicate, no gap filled, on both stores (scenario 34)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from engine.documents import numbers
from engine.errors import Refused
from tests.papers.papers import paper_of
from tests.processes.town import MORNING, Town

TODAY = date(2026, 9, 30)


def test_a_referral_letter_bears_the_number_of_its_unit_type_and_year(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    assert paper_of(case, "D01").number == "青政移字〔2026〕1号"


def test_numbers_follow_each_other_for_each_unit_and_type(plain_town: Town) -> None:
    first, second = plain_town.refer(at=MORNING).deliver(), plain_town.refer().deliver()
    other = plain_town.refer("zhouyan.hb", to="liulin", matter_code="M002").deliver()

    told = [paper_of(case, "D01").number for case in (first, second, other)]
    assert told == ["青政移字〔2026〕1号", "青政移字〔2026〕2号", "青环移字〔2026〕1号"]


def test_an_internal_paper_has_no_number(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    assert paper_of(case, "D03").number is None


def test_the_sequence_begins_anew_with_the_year_of_the_paper_s_day_in_shanghai(plain_town: Town) -> None:
    old = plain_town.refer(at="2026-12-31T23:50").deliver()
    new = plain_town.refer(at="2027-01-01T00:10").deliver()

    assert [paper_of(case, "D01").number for case in (old, new)] == ["青政移字〔2026〕1号", "青政移字〔2027〕1号"]


def test_a_step_that_is_rolled_back_leaves_no_number(plain_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = plain_town.refer(at=MORNING).submit()

    def fail(*_: object, **__: object) -> None:
        raise Refused("断电")

    with monkeypatch.context() as broken:
        broken.setattr("engine.runtime.step.audit.append", fail)
        with pytest.raises(Refused, match="断电"):
            case.approve()

    assert paper_of(plain_town.refer().deliver(), "D01").number == "青政移字〔2026〕1号"


def test_many_at_once_get_each_their_own_number(town_on_each_database: Town) -> None:
    town = town_on_each_database
    engines = [town.another_engine() for _ in range(4)]

    def take_ten(engine_number: int) -> list[str]:
        database = engines[engine_number].database
        return [database.run(lambda tx: numbers.take(tx, "qinghe", "青政", "移", TODAY)) for _ in range(10)]

    with ThreadPoolExecutor(4) as threads:
        taken = [number for part in threads.map(take_ten, range(4)) for number in part]

    assert sorted(taken) == sorted(f"青政移字〔2026〕{n}号" for n in range(1, 41))


def test_a_voided_number_stays_and_is_not_given_again(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()
    plain_town.engine.papers.void(plain_town.person("luyuan.qh"), paper_of(case, "D01").id, "正文有误，另行发文")

    next_case = plain_town.refer().deliver()

    assert paper_of(case, "D01").number == "青政移字〔2026〕1号"
    assert paper_of(case, "D01").voided_at is not None
    assert paper_of(next_case, "D01").number == "青政移字〔2026〕2号"

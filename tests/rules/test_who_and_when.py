"""Who may, who signs and by when, of every element of every diagram: no change of one is made unseen."""

from __future__ import annotations

import tomllib

import pytest

from tests.rules.who_and_when import LIST, drawn

AGREED = tomllib.loads(LIST.read_text(encoding="utf-8"))
DRAWN = drawn()


def test_every_diagram_is_on_the_list() -> None:
    assert AGREED.keys() == DRAWN.keys()


@pytest.mark.parametrize("procedure", DRAWN)
def test_every_task_and_button_is_for_whom_the_plan_names(procedure: str) -> None:
    """R16 R21 R22 R23 R24 R48 R49 R50 R51 R53 R54 R55 R56 R57 R58 R59 R60 R61 R62 R63 R64 R65 R66 R71 R72 R73 R86"""
    for part in ("starts", "tasks", "buttons"):
        assert DRAWN[procedure][part] == AGREED[procedure][part]


@pytest.mark.parametrize("procedure", DRAWN)
def test_every_case_file_is_kept_by_whom_the_plan_names(procedure: str) -> None:
    """R47 R48"""
    assert DRAWN[procedure]["files"] == AGREED[procedure]["files"]


@pytest.mark.parametrize("procedure", DRAWN)
def test_every_paper_is_signed_by_whom_the_plan_names_and_goes_where_it_says(procedure: str) -> None:
    """R16 R21 R22 R23 R24 R48 R49 R50 R51 R53 R54 R55 R56 R57 R58 R59 R60 R61 R62 R63 R64 R65 R66 R71 R72 R73 R86"""
    assert DRAWN[procedure]["papers"] == AGREED[procedure]["papers"]


@pytest.mark.parametrize("procedure", DRAWN)
def test_every_period_is_as_long_and_as_hard_as_the_plan_says(procedure: str) -> None:
    """R16 R21 R22 R23 R24 R48 R49 R50 R51 R53 R54 R55 R56 R57 R58 R59 R60 R61 R62 R63 R64 R65 R66 R71 R72 R73 R86"""
    for part in ("periods", "timers"):
        assert DRAWN[procedure][part] == AGREED[procedure][part]

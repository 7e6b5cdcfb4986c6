"""The file of answers: what is read from it, and how a slip in it is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.clock import parse_local
from engine.trial.story import StoryRefused, read_answers, read_tests, sent

NOW = parse_local("2026-09-30T09:30")


def test_an_answer_is_for_every_visit_and_a_list_has_one_for_each() -> None:
    story = read_answers(b"a: {x: '1'}\nb: [{y: '1'}, wait]\n")

    assert [one.values for one in story.answers["a"]] == [{"x": "1"}]
    assert [(one.values, one.waits) for one in story.answers["b"]] == [({"y": "1"}, False), ({}, True)]


def test_what_begins_with_an_underscore_says_when_and_as_whom() -> None:
    (answer,) = read_answers(b"a: {_after: PT2H, _as: liaison, _materials: [photo], x: y}").answers["a"]

    assert (answer.after, answer.role, answer.materials, answer.values) == (
        timedelta(hours=2), "liaison", ("photo",), {"x": "y"}
    )  # fmt: skip


def test_start_and_until_are_no_elements() -> None:
    story = read_answers(b"start: {_at: '2026-09-30T09:30', x: y}\nuntil: '2026-10-20'\na: wait\n")

    assert (story.start.at, story.start.values, set(story.answers)) == (NOW, {"x": "y"}, {"a"})
    assert story.until == parse_local("2026-10-20")


def test_nothing_is_taken_for_a_truth_a_number_or_a_day() -> None:
    (answer,) = read_answers(b"a: {x: no, y: 007, z: 2026-10-09}").answers["a"]

    assert answer.values == {"x": "no", "y": "007", "z": "2026-10-09"}


def test_values_are_sent_as_a_browser_sends_them() -> None:
    values = {"yes": "true", "no": "false", "none": "", "some": ["1", "2"], "text": "@ 甲"}

    assert sent(values, NOW, {}) == {"yes": ["true"], "no": [], "none": [], "some": ["1", "2"], "text": ["@ 甲"]}


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("@now", "2026-09-30T09:30:00"),
        ("@now-2h", "2026-09-30T07:30:00"),
        ("@today+3d", "2026-10-03"),
        ("@case_officer", "p1"),
        ("@nobody", "@nobody"),
    ],
)
def test_times_and_people_are_found_when_they_are_sent(written: str, means: str) -> None:
    assert sent({"x": written}, NOW, {"case_officer": "p1"}) == {"x": [means]}


def test_a_test_has_a_name_and_what_is_expected() -> None:
    (story,) = read_tests("tests:\n- {name: 甲, answers: {a: wait}, expect: {result: done}}".encode())

    assert (story.name, story.expected) == ("甲", {"result": "done"})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a: [", "第 1 行附近不是完整的 YAML"),
        (b"\xff\xfe", "UTF-8"),
        (b"- a", "文件 里要写名称和值"),
        (b"a: text", "a 里要写名称和值"),
        (b"a: {_when: now}", "_when 不认识。可以写：_at、_after"),
        (b"a: {_at: soon}", "soon 不是时间"),
        (b"a: {_after: 2h}", "2h 不是时长"),
    ],
)
def test_a_slip_in_the_answers_is_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(StoryRefused, match=sentence):
        read_answers(content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a: {}", "没有测试的列表"),
        (b"tests: []", "没有测试的列表"),
        (b"tests: [{nam: x}]", "nam 不认识。可以写：name"),
        (b"tests: [{name: x, expect: {ends: y}}]", "ends 不认识。可以写：result、path"),
    ],
)
def test_a_slip_in_the_tests_is_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(StoryRefused, match=sentence):
        read_tests(content)

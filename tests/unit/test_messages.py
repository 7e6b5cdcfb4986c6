"""A message finds its words when it is read, in the language that is spoken there."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine import messages
from engine.errors import InvalidValues, NotSignedIn, Problem
from engine.messages import Message, When, either, from_json, listed, sentences, speaking, to_json

SIGN_IN = NotSignedIn.default


def test_a_message_is_chinese_where_nobody_has_said_a_language() -> None:
    assert str(SIGN_IN) == "请先登录。"


def test_a_message_is_in_the_language_that_is_spoken_where_it_is_read() -> None:
    error = NotSignedIn()
    with speaking("en"):
        assert (error.message, str(error)) == ("Sign in first.", "Sign in first.")
    assert error.message == "请先登录。"


def test_a_reader_whose_language_is_not_known_yet_is_asked_for_it_each_time() -> None:
    known = ["en", "zh"]
    with speaking(lambda: known.pop(0)):
        assert [str(SIGN_IN), str(SIGN_IN)] == ["Sign in first.", "请先登录。"]


def test_a_message_within_a_message_is_in_the_same_language() -> None:
    problem = Problem("a", "审核", SIGN_IN, "", "some-rule")
    assert str(problem) == "元素“审核”（a）：请先登录。"
    with speaking("en"):
        assert str(problem) == "Element '审核' (a): Sign in first."


def test_the_sentences_of_a_form_are_in_the_reader_s_language() -> None:
    found = InvalidValues({"name": SIGN_IN})
    assert found.problems == {"name": "请先登录。"}
    with speaking("en"):
        assert found.problems == {"name": "Sign in first."}


def test_sentences_and_lists_are_put_together_as_each_language_does() -> None:
    assert str(sentences(SIGN_IN, "", SIGN_IN)) == "请先登录。请先登录。"
    assert str(listed(["甲", "乙"])) == "甲、乙"
    with speaking("en"):
        assert str(sentences(SIGN_IN, SIGN_IN)) == "Sign in first. Sign in first."
        assert str(listed(["甲", "乙"])) == "甲, 乙"


@pytest.mark.parametrize(
    ("style", "chinese", "english"),
    [
        ("instant", "2026-10-09 周五 10:12", "Fri 9 Oct 2026 10:12"),
        ("moment", "10-09 10:12", "9 Oct 10:12"),
        ("minute", "2026-10-09 10:12", "9 Oct 2026 10:12"),
        ("day", "2026-10-09", "9 Oct 2026"),
        ("written", "2026 年 10 月 9 日", "9 Oct 2026"),
        ("dated", "2026-10-09 周五", "Fri 9 Oct 2026"),
        ("spoken", "10月9日 10:12", "9 Oct 10:12"),
        ("weekday", "10-09 周五", "Fri 9 Oct"),
    ],
)
def test_a_time_is_written_as_each_language_does_in_shanghai(style: str, chinese: str, english: str) -> None:
    at = When(datetime(2026, 10, 9, 2, 12, tzinfo=UTC), style)
    assert str(at) == chinese
    with speaking("en"):
        assert str(at) == english


@pytest.mark.parametrize(
    "text",
    [
        "张三",
        Message("Sign in first."),
        Message("%(num)s day", {"num": 2, "until": When(date(2026, 10, 9), "day")}, many="%(num)s days"),
        Message("Left", context="time"),
        sentences(Message("Sign in first."), listed(["甲", "乙"])),
        When(datetime(2026, 10, 9, 2, 12, tzinfo=UTC)),
        either(["甲", "乙"]),
    ],
)
def test_a_message_that_is_kept_comes_back_as_it_was(text: object) -> None:
    assert from_json(to_json(text)) == text


def test_a_message_kept_before_its_english_was_changed_is_read_in_the_words_of_today() -> None:
    kept = {"message": "'%(step)s' is no longer to be done.", "values": {"step": "Review"}}

    with speaking("en"):
        assert str(from_json(kept)) == "'Review' no longer has to be done."
    assert str(from_json(kept)) == "“Review”不用再办。"


def test_what_cannot_be_kept_is_refused() -> None:
    with pytest.raises(TypeError, match="set cannot be kept in a message"):
        to_json(Message("%(these)s", {"these": {1}}))


def test_both_catalogues_are_there() -> None:
    assert set(messages.LANGUAGES) == {path.name for path in messages.LOCALE.iterdir() if path.is_dir()}


@pytest.mark.parametrize(
    ("parts", "chinese", "english"),
    [
        ([], "", ""),
        (["甲"], "甲", "甲"),
        (["甲", "乙"], "甲、乙", "甲 or 乙"),
        (["甲", "乙", "丙"], "甲、乙、丙", "甲, 乙 or 丙"),
    ],
)
def test_of_several_of_which_one_is_meant_the_last_stands_behind_or(
    parts: list[str], chinese: str, english: str
) -> None:
    assert str(either(parts)) == chinese
    with speaking("en"):
        assert str(either(parts)) == english


def test_messages_with_other_values_are_told_apart_by_their_hash() -> None:
    """Thousands of problems of one rule are gone through by it."""
    assert len({hash(Message("%(name)s", {"name": str(number)})) for number in range(100)}) == 100

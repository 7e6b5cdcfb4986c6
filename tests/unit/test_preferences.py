"""How a person is told: quiet hours, what cannot wait for their end, and what a form may choose."""

from __future__ import annotations

import pytest

from engine.errors import InvalidValues
from engine.notices.kinds import GROUP_OF, KINDS, LEGAL
from engine.notices.preferences import CHOICES, Preference, is_address, not_before, read
from tests.unit.builders import at

OVER_MIDNIGHT = Preference(quiet_from=22 * 60, quiet_to=7 * 60 + 30)
AT_NOON = Preference(quiet_from=12 * 60, quiet_to=14 * 60)


@pytest.mark.parametrize(
    ("preference", "now", "until"),
    [
        (OVER_MIDNIGHT, "2026-10-09 21:59", None),
        (OVER_MIDNIGHT, "2026-10-09 22:00", "2026-10-10 07:30"),
        (OVER_MIDNIGHT, "2026-10-10 00:00", "2026-10-10 07:30"),
        (OVER_MIDNIGHT, "2026-10-10 07:29", "2026-10-10 07:30"),
        (OVER_MIDNIGHT, "2026-10-10 07:30", None),
        (OVER_MIDNIGHT, "2026-12-31 23:00", "2027-01-01 07:30"),
        (AT_NOON, "2026-10-09 12:00", "2026-10-09 14:00"),
        (AT_NOON, "2026-10-09 14:00", None),
        (Preference(), "2026-10-09 03:00", None),
    ],
)
def test_quiet_hours_end_when_the_clock_of_the_office_says_so(
    preference: Preference, now: str, until: str | None
) -> None:
    assert preference.is_quiet(at(now)) is (until is not None)
    assert preference.quiet_ends(at(now)) == at(until or now)


@pytest.mark.parametrize("kind", ["overdue", "escalate"])
def test_what_is_over_never_waits(kind: str) -> None:
    now = at("2026-10-10 00:00")

    assert not_before(OVER_MIDNIGHT, kind, now, now, in_hours=False) == now


def test_a_reminder_waits_for_the_end_of_quiet_hours() -> None:
    now, due = at("2026-10-09 23:00"), at("2026-10-11 00:00")

    assert not_before(OVER_MIDNIGHT, "remind", now, due, in_hours=False) == at("2026-10-10 07:30")


def test_a_reminder_does_not_wait_past_the_end_it_reminds_of() -> None:
    now, due = at("2026-10-09 23:00"), at("2026-10-10 07:30")

    assert not_before(OVER_MIDNIGHT, "remind", now, due, in_hours=False) == now


def test_a_period_of_hours_waits_for_nothing() -> None:
    now, due = at("2026-10-09 23:00"), at("2026-10-10 15:00")

    assert not_before(OVER_MIDNIGHT, "remind", now, due, in_hours=True) == now


@pytest.mark.parametrize("kind", [kind for kind, group in GROUP_OF.items() if group == LEGAL])
@pytest.mark.parametrize("channel", ["app", "mail"])
def test_legal_notices_are_wanted_whatever_is_chosen(kind: str, channel: str) -> None:
    assert Preference(**dict.fromkeys(CHOICES, False)).wants(channel, kind)


def test_every_kind_has_a_name() -> None:
    assert set(GROUP_OF) == set(KINDS)


def test_a_form_is_read_as_it_was_shown() -> None:
    chosen = Preference(True, True, False, False, 22 * 60, 7 * 60, "a@example.gov.cn")

    assert read(chosen.as_sent()) == chosen


@pytest.mark.parametrize("hostile", [{"legal_app": "false"}, {"legal_mail": ""}, {"legal_app": "", "legal": "off"}])
def test_a_form_can_say_nothing_of_legal_notices(hostile: dict[str, str]) -> None:
    assert read(hostile) == Preference(False, False, False, False)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a@b"}, "email"),
        ({"email": "a@example.cn, b@example.cn"}, "email"),
        ({"email": "a@example.cn\r\nBcc: b@example.cn"}, "email"),
        ({"email": "张三@example.cn"}, "email"),
        ({"email": "a@" + "b" * 60 + ".cn" * 90}, "email"),
        ({"quiet_from": "22:00"}, "quiet_from"),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "quiet_from"),
        ({"quiet_from": "24:00", "quiet_to": "07:00"}, "quiet_from"),
        ({"quiet_from": "２２:00", "quiet_to": "07:00"}, "quiet_from"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(sent: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidValues) as refused:
        read(sent)

    assert set(refused.value.problems) == {field}


def test_an_address_is_one_address() -> None:
    assert is_address("zhang.san+lianban@mail.example.gov.cn")
    assert not is_address("张三 <zhangsan@example.gov.cn>")

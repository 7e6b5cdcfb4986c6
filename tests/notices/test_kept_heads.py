"""Heads of the record, kept in a file, a mailbox and a webhook's receiver: who holds the key cannot rewrite those."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, or_, select, update

from engine.db import tables
from engine.errors import Refused, SettingsError
from engine.notices.outbox import DELAYS
from engine.reports.parts.reached import channel_name
from engine.runtime.record import kept_heads
from engine.runtime.step import audit, sealing
from tests.notices.conftest import SECRET, Towns
from tests.notices.people import told
from tests.notices.receivers import Hook, Mailbox
from tests.processes.town import MORNING, Case, Town

KEEPER = "shenji@example.gov.cn"
ADMIN = "anning.sf"
entry, head_row, instance = tables.audit_entry, tables.chain_head, tables.process_instance


def yesterday(town: Town) -> Case:
    """A case of yesterday; the worker has closed the day. What the days before it had to send is gone."""
    case = first_case(town).submit()
    town.later(days=1)
    return case


def first_case(town: Town) -> Case:
    town.at(MORNING).write(lambda tx: tx.execute(delete(tables.outbox)) and None)
    return town.refer()


def send(town: Town) -> int:
    return sum(town.engine.delivery.deliver(key) for key in town.engine.transactions.routes.heads)


def chores(town: Town) -> None:
    for chore in town.engine.worker.chores:
        chore()


def against(town: Town, text: str) -> list[str]:
    return [str(found) for found in town.engine.record.verify_audit(kept_heads.read(text))]


# --- who holds the key and the database ---


def _whole_instance(tx: Connection, case: Case) -> None:
    """Everything that belongs to it, and the number that it had."""
    for table in reversed(tables.metadata.sorted_tables):
        if "instance_id" in table.c:
            tx.execute(delete(table).where(table.c.instance_id == case.id))
    parties = [table for table in tables.metadata.sorted_tables if {"from_id", "to_id"} <= set(table.c.keys())]
    for table in parties:
        tx.execute(delete(table).where(or_(table.c.from_id == case.id, table.c.to_id == case.id)))
    tx.execute(delete(head_row).where(head_row.c.chain == case.id))
    tx.execute(delete(instance).where(instance.c.id == case.id))
    numbers = tables.number_sequence
    tx.execute(update(numbers).where(numbers.c.prefix == case.number.split("-")[0]).values(last=numbers.c.last - 1))


def _last_entries(tx: Connection, case: Case) -> None:
    ids = list(tx.scalars(select(entry.c.id).where(_own(case)).order_by(entry.c.sequence.desc()).limit(2)))
    tx.execute(delete(entry).where(entry.c.id.in_(ids)))
    _seal_anew(tx, case)


def _an_entry_with_its_chain(tx: Connection, case: Case) -> None:
    previous = audit.GENESIS
    for found in tx.execute(select(entry).where(_own(case)).order_by(entry.c.sequence)).all():
        content = {**found.content, "by": "别人"} if found.sequence == 1 else found.content
        forged = {**found._mapping, "content": content, "previous_hash": previous}
        previous = audit.hash_entry(forged)
        values = {"content": content, "previous_hash": forged["previous_hash"], "hash": previous}
        tx.execute(update(entry).where(entry.c.id == found.id).values(**values))
    _seal_anew(tx, case)


def _own(case: Case) -> object:
    return entry.c.instance_id == case.id


def _seal_anew(tx: Connection, case: Case) -> None:
    found = sealing.head_of(tx, case.id)
    last = audit._last_entry(tx, case.id)
    assert found is not None
    assert last is not None
    sealing.put_head(tx, case.id, *last, found.revision, found.digests, True)


FORGERIES: dict[str, Callable[[Connection, Case], None]] = {
    "a whole instance with its audit": _whole_instance,
    "the last entries": _last_entries,
    "an entry with its chain": _an_entry_with_its_chain,
}


def forge(town: Town, how: str, case: Case) -> None:
    """The record hangs together afterwards, every seal fits, and the days are closed anew."""

    def cover_up(tx: Connection) -> None:
        FORGERIES[how](tx, case)
        tx.execute(delete(tables.audit_head))
        audit.close_days(tx, town.now)

    _ = case.id  # asked for while it is there
    town.write(cover_up)


# --- where it is kept ---


@pytest.mark.parametrize("how", FORGERIES)
def test_what_is_forged_with_the_key_does_not_fit_the_file_the_mail_and_the_webhook(
    open_town_on_each_database: Towns, mailbox: Mailbox, hook: Hook, tmp_path: Path, how: str
) -> None:
    file = tmp_path / "heads.txt"
    town = open_town_on_each_database(
        heads_file=file, heads_to=f"{KEEPER} {hook.url}", smtp_url=mailbox.url, webhook_secret=SECRET
    )
    case = yesterday(town)
    chores(town)
    assert send(town) == 2
    copies = {
        "file": file.read_text(encoding="utf-8"),
        "mail": mailbox.mails[0].get_content(),
        "webhook": hook.posts[0].body.decode(),
    }
    assert {name: against(town, text) for name, text in copies.items()} == {"file": [], "mail": [], "webhook": []}

    forge(town, how, case)

    assert town.verify() == [], "all of the database hangs together"
    for text in copies.values():
        (found,) = against(town, text)
        assert found.startswith("2026-09-30 的每日封存")
        assert "存在别处的封存（文件第 1 行）不一致" in found


def test_a_whole_database_from_an_earlier_backup_does_not_fit_what_was_kept_since(
    open_town: Towns, tmp_path: Path
) -> None:
    town = open_town(heads_file=tmp_path / "heads.txt")
    yesterday(town)
    database = town.settings.data_dir / "lianban.db"
    town.close()
    shutil.copy(database, tmp_path / "backup.db")
    town = open_town(heads_file=tmp_path / "heads.txt")
    town.clock.set("2026-10-03T09:00")
    town.tick()
    chores(town)
    town.close()

    shutil.copy(tmp_path / "backup.db", database)

    restored = open_town()
    assert restored.verify() == []
    found = against(restored, (tmp_path / "heads.txt").read_text(encoding="utf-8"))
    assert [line.split()[0] for line in found] == ["2026-10-01", "2026-10-02"]
    assert all("现在没有这一天的封存" in line and "恢复了更早的备份" in line for line in found)


@pytest.mark.parametrize("how", FORGERIES)
def test_the_ends_of_all_chains_say_which_case_it_was(open_town: Towns, how: str) -> None:
    town = open_town()
    case = yesterday(town)
    lines = "\n".join(town.engine.record.heads())
    number, chain = case.number, case.id
    assert against(town, lines) == []

    forge(town, how, case)

    said = {
        "a whole instance with its audit": (chain, "全部记录不见了"),
        "the last entries": (number, "后面的被删除过"),
        "an entry with its chain": (number, "被改写过"),
    }[how]
    found = [line for line in against(town, lines) if line.startswith(said[0])]
    assert len(found) == 1
    assert said[1] in found[0]


# --- the file ---


def test_the_file_gets_one_line_a_day_also_after_a_restart(open_town: Towns, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    town = open_town(heads_file=file)
    yesterday(town)
    for _ in range(2):
        chores(town)
    restarted = open_town(heads_file=file)
    restarted.clock.set(town.now)
    chores(restarted)
    town.later(days=1)
    chores(town)

    lines = file.read_text(encoding="utf-8").splitlines()
    assert [line.split()[:2] for line in lines] == [["day", "2026-09-30"], ["day", "2026-10-01"]]


def test_a_line_that_a_power_cut_left_unfinished_spoils_no_other(open_town: Towns, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    town = open_town(heads_file=file)
    file.write_text("# 县档案局\nday 2026-10-0", encoding="utf-8")
    yesterday(town)

    chores(town)

    torn, whole = file.read_text(encoding="utf-8").splitlines()[1:]
    assert torn == "day 2026-10-0 （断电，未写完）"
    assert [head.line for head in kept_heads.read(file.read_text(encoding="utf-8"))] == [3]
    assert against(town, file.read_text(encoding="utf-8")) == []
    assert against(town, f"{whole} （断电，未写完）") == [], "what is whole is compared, whatever is said of it"


@pytest.mark.parametrize("how", [None, "the last entries"])
def test_a_line_that_was_cut_is_told_and_the_others_are_compared(open_town: Towns, how: str | None) -> None:
    town = open_town()
    case = yesterday(town)
    text = f"day 2026-10-0\n{town.engine.record.heads()[0]}\n"
    if how:
        forge(town, how, case)

    torn, *others = against(town, text)

    assert torn.startswith("文件第 1 行：这里的封存不完整，没有核对")
    assert len(others) == (1 if how else 0)


def test_after_a_standstill_every_day_that_was_closed_is_filed_and_sent(
    open_town_on_each_database: Towns, mailbox: Mailbox, tmp_path: Path
) -> None:
    file = tmp_path / "heads.txt"
    town = open_town_on_each_database(heads_file=file, heads_to=KEEPER, smtp_url=mailbox.url)
    first_case(town)
    town.clock.set("2026-10-04T09:00")
    town.tick()
    chores(town)

    days = ["2026-09-30", "2026-10-01", "2026-10-02", "2026-10-03"]
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [line.split()[1] for line in lines] == days
    assert send(town) == len(days)
    assert {mail["Subject"] for mail in mailbox.mails} == {f"【每日封存】{day} 的记录" for day in days}
    assert {mail.get_content().splitlines()[0] for mail in mailbox.mails} == set(lines)
    assert against(town, "\n".join(lines)) == []


def test_after_a_long_standstill_the_last_month_is_filed(open_town: Towns, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    town = open_town(heads_file=file)
    first_case(town)
    town.clock.set("2026-12-04T09:00")
    town.tick()
    chores(town)

    days = [line.split()[1] for line in file.read_text(encoding="utf-8").splitlines()]
    assert (len(days), days[0], days[-1]) == (31, "2026-11-03", "2026-12-03")


def test_a_file_that_cannot_be_written_is_told_to_the_administrators_once_a_day_and_written_later(
    open_town: Towns, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    town = open_town(heads_file=disk / "heads.txt")
    yesterday(town)
    for _ in range(3):
        chores(town)
        town.later(minutes=11)
    assert told(town, "fault") == {ADMIN}
    statement = select(tables.notice.c.text).where(tables.notice.c.kind == "fault")
    (text,) = town.read(lambda tx: tx.scalars(statement).all())
    assert "没有写进 LIANBAN_HEADS_FILE" in text
    assert "No such file" in text

    disk.mkdir()
    chores(town)

    assert against(town, (disk / "heads.txt").read_text(encoding="utf-8")) == []


# --- mail, webhook, robot ---


def test_the_mail_says_what_it_is_and_how_to_compare(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(heads_to=KEEPER, smtp_url=mailbox.url)
    yesterday(town)

    assert send(town) == 1

    (mail,) = mailbox.mails
    first, *others = mail.get_content().splitlines()
    assert mail["To"] == KEEPER
    assert mail["Subject"] == "【每日封存】2026-09-30 的记录"
    assert first == town.engine.record.heads()[0]
    assert "lianban verify-audit --heads" in "".join(others)
    assert "单位" not in "".join(others)


def test_every_place_gets_the_head_once_a_day_whoever_of_two_services_closes_the_day(
    open_town_on_each_database: Towns, mailbox: Mailbox, hook: Hook
) -> None:
    town = open_town_on_each_database(
        heads_to=f"{KEEPER} {hook.url}", smtp_url=mailbox.url, webhook_secret=SECRET, webhook_url=""
    )
    first_case(town)
    town.clock.set("2026-10-01T00:11")
    engines = [town.another_engine(), town.another_engine()]
    barrier = threading.Barrier(2)

    def work(engine: object) -> None:
        barrier.wait(20)
        engine.tick()  # type: ignore[attr-defined]

    threads = [threading.Thread(target=work, args=[engine]) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert send(town) == 2
    town.later(hours=20)
    assert send(town) == 0
    town.later(hours=5)

    assert send(town) == 2
    assert len(mailbox.mails) == len(hook.posts) == 2


def test_the_webhook_is_signed_and_tried_again_under_the_same_id(open_town: Towns, hook: Hook) -> None:
    town = open_town(heads_to=hook.url, webhook_secret=SECRET)
    yesterday(town)
    hook.status = 503
    assert send(town) == 0
    supervisor = town.person("zhuangmingzhe.jd")
    states, troubles = town.engine.notices.states(supervisor)
    hook.status = 200
    town.later(seconds=DELAYS[0].total_seconds())

    assert send(town) == 1

    first, second = hook.posts
    timestamp = second.headers["X-Lianban-Timestamp"]
    expected = hmac.new(SECRET.encode(), timestamp.encode() + b"." + second.body, hashlib.sha256).hexdigest()
    assert second.headers["X-Lianban-Signature"] == f"sha256={expected}"
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert json.loads(second.body)["text"] == town.engine.record.heads()[0]
    assert [str(state.name) for state in states] == ["每日封存（127.0.0.1）"]
    assert [(str(trouble.channel), str(trouble.kind_name)) for trouble in troubles] == [("每日封存", "每日封存")]
    assert str(channel_name(states[0].key)) == "每日封存"


def test_a_robot_says_the_head_in_its_group_and_gets_nothing_else(
    open_town: Towns, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apprise.plugins.wecombot.NotifyWeComBot.notify_url", hook.url + "?key={key}")
    town = open_town(heads_to="wecombot://633a31f6-7f9c-4bc4-97a0-0ec1eefa5898")
    yesterday(town)

    assert town.engine.transactions.routes.robots == ()
    assert send(town) == len(hook.posts) == 1
    assert against(town, json.loads(hook.posts[0].body)["text"]["content"]) == []


def test_the_head_is_in_nobodys_messages(open_town: Towns, hook: Hook) -> None:
    town = open_town(heads_to=hook.url, webhook_secret=SECRET)
    yesterday(town)

    assert told(town, "heads") == set()


# --- what was pasted ---


def test_a_mail_that_was_quoted_and_broken_into_short_lines_still_compares(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(heads_to=KEEPER, smtp_url=mailbox.url)
    case = yesterday(town)
    send(town)
    forwarded = "\n".join(f"> {line}" for line in textwrap.wrap(mailbox.mails[0].get_content(), 72))
    assert len(kept_heads.read(forwarded)) == 1
    assert kept_heads.read(forwarded)[0].seal
    assert against(town, forwarded) == []

    forge(town, "the last entries", case)

    assert len(against(town, forwarded)) == 1


def test_lines_of_earlier_versions_still_compare(open_town: Towns) -> None:
    town = open_town()
    case = yesterday(town)
    lines = [line.split() for line in town.engine.record.heads()]
    text = "\n".join(" ".join(words[: 3 if words[0] == "day" else 4]) for words in lines)
    assert against(town, text) == []

    forge(town, "a whole instance with its audit", case)

    assert len(against(town, text)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "", "您好，附件是昨天的封存。", "Monday 2026-10-12\nkeychain x", "Have a nice day \n张三\n",
        "Have a nice day\n2026年10月12日", "Subject: supply chain audit\n", "One day later he wrote:\n",
    ],
)  # fmt: skip
def test_a_text_without_a_head_is_no_comparison(text: str) -> None:
    with pytest.raises(Refused, match="里面没有封存"):
        kept_heads.read(text)


@pytest.mark.parametrize(
    "line",
    [
        "day 2026-10-08", "day 2026-02-30 " + "0" * 64, "day 2026-10-08 " + "0" * 63, "chain x 3",
        "chain x y " + "0" * 64, "day " + "0" * 64, "chain " + "0" * 20,
        f"day 2026-10-08 {'0' * 64} 12", f"day 2026-10-08 {'0' * 64} 12 40", f"day 2026-10-08 {'0' * 64} 12 40 ab",
        f"day 2026-10-08 {'0' * 64} 12 40 {'a' * 63}", f"day 2026-10-08 {'0' * 64} l2 40 {'a' * 64}",
        f"day 2026-10-08 {'0' * 64} {'a' * 64}", f"> day 2026-10-08 {'0' * 64}\n> 12 40 {'a' * 30}",
        f"chain x 3 {'0' * 64} {'a' * 63}", f"chain x 3 {'0' * 64} 12",
    ],
)  # fmt: skip
def test_a_head_that_is_not_whole_is_found_with_its_line(line: str) -> None:
    whole = f"day 2026-10-07 {'a' * 64}\n"

    assert [head for head in kept_heads.read(f"{whole}{line}\n{whole}") if isinstance(head, kept_heads.Torn)] == [
        kept_heads.Torn(2)
    ]


@pytest.mark.parametrize(
    "behind",
    ["\n\n2026年10月12日\n", "\n2026-10-12\n", "\n1. 请保存\n", "\n封存：day 2026-10-08 " + "0" * 64, "\n另附 2 份"],
)
def test_a_line_from_before_seals_is_whole_whatever_is_written_below_it(behind: str) -> None:
    assert not any(isinstance(head, kept_heads.Torn) for head in kept_heads.read(f"day 2026-10-07 {'a' * 64}{behind}"))


@pytest.mark.parametrize("at", [3, 4, 5])
def test_counts_and_a_seal_that_were_altered_are_told_though_the_hash_fits(open_town: Towns, at: int) -> None:
    town = open_town()
    yesterday(town)
    words = town.engine.record.heads()[0].split()
    words[at] = "f" * 64 if at == 5 else "9999"

    (found,) = against(town, " ".join(words))

    assert "散列相符，印记不符" in found


def test_a_line_that_was_changed_on_its_way_is_told_from_a_record_that_was(open_town: Towns) -> None:
    town = open_town()
    yesterday(town)
    day = town.engine.record.heads()[0].split()
    changed = " ".join([*day[:2], "f" * 64, *day[3:]])

    (found,) = against(town, changed)

    assert "请先核对有没有抄错、换过密钥" in found


# --- settings ---


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"heads_to": KEEPER}, "还要设置 LIANBAN_SMTP_URL"),
        ({"heads_to": "shenji"}, "LIANBAN_HEADS_TO 里有写错的地方"),
        ({"heads_to": "ftp://example.gov.cn/heads"}, "LIANBAN_HEADS_TO 里有写错的地方"),
        ({"heads_to": "wecombot://"}, "LIANBAN_HEADS_TO 里有写错的地方"),
        ({"heads_to": "https://u:p@example.gov.cn/", "webhook_secret": SECRET}, "LIANBAN_HEADS_TO 应当是"),
        ({"heads_to": "https://example.gov.cn/"}, "LIANBAN_WEBHOOK_SECRET"),
        ({"heads_to": "a@b.cn,c@d.cn"}, "不能用逗号、分号"),
        ({"heads_to": "a@b.cn；c@d.cn"}, "不能用逗号、分号"),
        (
            {"heads_to": "https://example.gov.cn/x,https://example.gov.cn/y", "webhook_secret": SECRET},
            "不能用逗号、分号",
        ),
        ({"heads_to": "wecombot://633a31f6;wecombot://7f9c4bc4"}, "不能用逗号、分号"),
        (
            {"heads_to": "a@b", "smtp_url": "smtp://mail.gov.cn", "mail_from": "a@b.cn"},
            "LIANBAN_HEADS_TO 里有写错的地方",
        ),
        ({"heads_to": "a@b."}, "LIANBAN_HEADS_TO 里有写错的地方"),
        ({"heads_to": f"mailto:{KEEPER}", "smtp_url": "smtp://mail.gov.cn"}, "LIANBAN_HEADS_TO 里有写错的地方"),
        ({"heads_to": f"审计<{KEEPER}>", "smtp_url": "smtp://mail.gov.cn"}, "LIANBAN_HEADS_TO 里有写错的地方"),
    ],
)
def test_a_place_that_is_set_wrongly_stops_the_start_with_a_sentence(
    open_town: Towns, chosen: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        open_town(**chosen).engine  # noqa: B018

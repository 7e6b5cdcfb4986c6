"""How the days of a period were counted, in the words of the pages and of the case file."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from engine.clock import local
from engine.deadlines.deadlines import Deadline
from engine.messages import WEEKDAYS


def rule(record: Deadline, this_year: int) -> str:
    """How the days were counted, in one or two sentences; an instant of another year than this one is told with it."""
    if record.last_day is None:
        sentences = [f"{_moment(record.start_at, this_year)} 起算，按小时连续计算，不因休息日顺延。"]
    else:
        sentences = [f"{local(record.start_at):%m-%d} 起算，当日不计。"]
    off = _runs([(date.fromisoformat(day_), reason) for day_, reason in record.trace["skipped"]])
    in_working_days = record.kind.startswith("working")
    if off and in_working_days:
        sentences.append(f"{'、'.join(off)}不计。")
    elif off and record.last_day is not None:
        sentences.append(_rolled(record))
    worked = [date.fromisoformat(found) for found, reason in record.trace["counted"] if reason == "调休上班"]
    if worked and in_working_days:
        sentences.append(f"{'、'.join(f'{found:%m-%d}' for found in worked)} 调休上班，计入。")
    for move in record.moves:
        if move["why"] in ("paused", "resumed"):
            word = "起暂停计算，当日不计" if move["why"] == "paused" else "恢复计算，余下的工作日从次日起接着算"
            sentences.append(f"{_moment(datetime.fromisoformat(move['since']), this_year)} {word}。")
            continue
        before = local(datetime.fromisoformat(move["from"]) - timedelta(microseconds=1))
        at = _moment(datetime.fromisoformat(move["at"]), this_year)
        if move["why"] == "corrected" and move["to"] != record.due_at.isoformat() and not record.is_open:
            after = local(datetime.fromisoformat(move["to"]) - timedelta(microseconds=1))
            sentences.append(f"{at} 更正了起算时间，按更正后应于 {after:%m-%d} 届满；办结的结论不变。")
            continue
        if move["why"] == "corrected" and move["to"] == move["from"]:
            sentences.append(f"{at} 因更正填报内容已重新计算，届满时间不变。")
            continue
        word = {
            "extended": "已延长",
            "shortened": "因情况紧急已缩短",
            "corrected": "因更正填报内容已重新计算",
            "calendar": f"因放假安排变化已重新计算（日历 {move.get('calendar_from')} → {move.get('calendar_to')}）",
        }.get(move["why"], "已变更")
        ground = f"（{move['rule']}：{move['basis']}）" if "rule" in move and "basis" in move else ""
        sentences.append(f"{at} {word}{ground}，原届满日 {before:%m-%d}。")
        if (
            move["why"] == "corrected"
            and record.overdue_at is not None
            and move["from"] == record.overdue_at.isoformat()
        ):
            sentences.append(f"更正之前已于 {before:%m-%d} 届满时记为超期，超期的记录保留。")
    if record.provisional:
        sentences.append("涉及的年度还没有公布放假安排，日期是暂定的，公布后会重新计算。")
    return "".join(sentences)


def days(record: Deadline) -> str:
    """Every working day that counts, one after another; empty for hours and for days of the calendar."""
    if not record.kind.startswith("working"):
        return ""
    counted = [date.fromisoformat(day) for day, _ in record.trace["counted"]]
    return f"计入 {'、'.join(f'{day:%m-%d}' for day in counted)}，共 {len(counted)} 个工作日。" if counted else ""


def _rolled(record: Deadline) -> str:
    """Natural days whose last one is no working day end on the next that is; all before it have counted."""
    counted = record.trace["counted"]
    meant, reason = counted[-1] if counted else (f"{local(record.start_at):%Y-%m-%d}", "休息日")
    return f"按自然日连续计算，最后一日 {date.fromisoformat(meant):%m-%d} 是{reason}，顺延到之后的第一个工作日。"


def _moment(at: datetime, this_year: int) -> str:
    found = local(at)
    return f"{found:%m-%d %H:%M}" if found.year == this_year else f"{found:%Y-%m-%d %H:%M}"


def _runs(days: list[tuple[date, str]]) -> list[str]:
    """10-01 至 10-07 国庆节, 10-11 周日: days off that follow each other for the same reason, told together. The days of
    a weekend beside a holiday are not the holiday's: only an official arrangement makes them that."""
    found: list[list[tuple[date, str]]] = []
    for item in days:
        last = found[-1][-1] if found else None
        if last and item[0] - last[0] == timedelta(days=1) and _kind(item[1]) == _kind(last[1]):
            found[-1].append(item)
        else:
            found.append([item])
    told = []
    for run in found:
        reason = "周末" if len(run) > 1 and run[0][1] in WEEKDAYS else run[0][1]
        first, last_day = run[0][0], run[-1][0]
        told.append(f"{first:%m-%d} {reason}" if first == last_day else f"{first:%m-%d} 至 {last_day:%m-%d} {reason}")
    return told


def _kind(reason: str) -> str:
    return "周末" if reason in WEEKDAYS else reason

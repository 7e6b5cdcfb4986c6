"""An office at work in a process of its own, to be killed.

Clerks bring their cases on, the worker makes papers and case files, messages go out. A line on standard output says what
has been acknowledged to somebody. A new process goes on with whatever the database holds, and ends when nothing waits.
"""

from __future__ import annotations

import io
import time
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import func, select

from engine.app import Engine
from engine.db import tables
from engine.documents.files import Upload
from engine.settings import Settings
from tests.files import pdf
from tests.processes.town import Case, Town, cast_of

CASES = 2
SECRET = "a secret of more than sixteen signs"
FINISHED = "finished"


def main(data_dir: str, database_url: str, hook: str, now: str) -> None:
    settings = Settings(
        data_dir=Path(data_dir), database_url=database_url, webhook_url=hook, webhook_secret=SECRET, tick_seconds=0.05
    )
    town = Town(settings)
    town.clock.set(now)
    town.engine.worker.start()
    over = Event()
    post = Thread(target=deliver, args=(town.engine, over))
    post.start()
    while step(town):
        pass
    while waiting(town):
        time.sleep(0.05)
    over.set()
    post.join()
    town.engine.worker.stop()
    town.close()
    say(FINISHED)


def say(what: str) -> None:
    print(what, flush=True)


def step(town: Town) -> bool:
    """One person has done one thing, and was told so. False when nobody has anything to do."""
    numbers = town.read(lambda tx: tx.scalars(select(tables.process_instance.c.number)).all())
    if len(numbers) < CASES:
        say(f"{town.refer().number} start")
        return True
    for number in sorted(numbers):
        case = Case(town, number, cast_of("qinghe"), cast_of("ecology"))
        for element in case.waiting:
            do(town, case, element)
            say(f"{number} {element}")
            return True
    return False


def do(town: Town, case: Case, element: str) -> None:
    match element:
        case "prepare_materials":
            photographs = Upload("现场照片.pdf", io.BytesIO(pdf(2)))
            values = {"kind": "site_photos", "title": "现场照片", "copies": "1", "pages": "", "original": "original"}
            town.engine.materials.add(town.person("shenhe.qh"), case.task(element), values, [photographs])
            say(f"{case.number} material")
            case.submit()
        case "approve_referral":
            case.approve()
        case "sign_for":
            case.sign_for()
        case "review_acceptance":
            case.review("accept")
        case "sign_acceptance":
            case.sign_acceptance()
        case "open_case":
            case.file()
        case "handle_case":
            case.handle()
        case "report_result":
            case.report()
        case _:
            raise AssertionError(f"nobody knows what to do with {element}")


def deliver(engine: Engine, over: Event) -> None:
    while not over.wait(0.05):
        engine.delivery.deliver("webhook")


def waiting(town: Town) -> bool:
    """Whether papers, case files or messages are still to be made or sent."""
    waits = [
        select(func.count()).select_from(table).where(condition)
        for table, condition in (
            (tables.document, tables.document.c.pdf_sha256.is_(None)),
            (tables.archive_package, tables.archive_package.c.made_at.is_(None)),
            (tables.outbox, tables.outbox.c.status != "sent"),
        )
    ]
    return town.read(lambda tx: any(tx.scalar(statement) for statement in waits))

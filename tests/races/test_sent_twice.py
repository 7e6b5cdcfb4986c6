"""Two requests of one form at one instant, on both stores: one acts, and both get its answer."""

from __future__ import annotations

import threading

from sqlalchemy import func, select

from engine.app import Engine
from engine.db import tables
from engine.runtime.collaboration.comments import Spoken
from engine.runtime.step import repeated_forms
from tests.processes.town import MORNING, Town


def test_of_many_that_send_one_form_at_one_instant_one_acts_and_all_get_its_answer(
    town_on_each_database: Town,
) -> None:
    town = town_on_each_database
    case = town.refer(at=MORNING)
    officer, engines = town.person("shenhe.qh"), [town.another_engine() for _ in range(4)]
    together, answers = threading.Barrier(len(engines)), list[Spoken | Exception]()

    def send(engine: Engine) -> None:
        repeated_forms.begin(repeated_forms.Sending(officer.person_id, "a" * 64, "b" * 64))
        together.wait()
        try:
            answers.append(engine.collaboration.comment(officer, case.number, {"text": ["请核对。"]}))
        except Exception as error:
            answers.append(error)

    threads = [threading.Thread(target=send, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert isinstance(answers[0], Spoken)
    assert answers == [answers[0]] * len(engines)
    assert town.read(lambda tx: tx.scalar(select(func.count()).select_from(tables.comment))) == 1

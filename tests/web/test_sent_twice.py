"""A form that is sent twice does its work once, and the second time is answered like the first."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine.db import tables
from tests.files import pdf
from tests.web.office import COLLEAGUE, JUSTICE, LEADER, OFFICER, Desk, Office, Page
from tests.web.test_forms import REFERRAL

TEMPLATES = Path(__file__).parents[2] / "tasks_ui" / "templates"
BY_NATURE = {
    "account.sign_in": "a session more harms nobody, and a wrong password is counted on purpose",
    "account.sign_out": "who is signed out stays so",
    "account.act_for": "the same unit again",
    "inbox.save_draft": "the same words again; saved by a script",
    "inbox.save_beginning": "the same words again; saved by a script",
    "inbox.look": "looks only",
    "inbox.look_at_beginning": "looks only",
    "modeler.create": "the same files again are the deployment that there is",
    "modeler.start": "a program's request, which carries no form; each asks for a case of its own",
}
"""Why an address that takes forms need not be told that one was here before."""


def count(office: Office, name: str) -> int:
    table = tables.metadata.tables[name]
    return office.town.read(lambda tx: tx.scalar(select(func.count()).select_from(table)) or 0)


def form_id(page: Page, action: str) -> str:
    """The id of the form on the page that is sent there."""
    return str(page.every(f"//form[starts-with(@action, '{action}')]//input[@name='once']/@value")[0])


def test_every_form_of_the_pages_carries_an_id_of_its_own(office: Office) -> None:
    page = office.desk(OFFICER).get(office.task("prepare", "prepare_materials"))

    ids = page.every("//form[@method='post']//input[@name='once']/@value")

    assert len(ids) == len(page.every("//form[@method='post']")) > 3
    assert len(set(ids)) == len(ids)


def test_every_address_that_takes_a_form_is_told_when_it_was_here_before_or_need_not_be(office: Office) -> None:
    taking = {rule.endpoint for rule in app_of(office).url_map.iter_rules() if "POST" in (rule.methods or ())}
    written = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    forms = re.findall(r'<form[^>]*method="post".*?</form>', written, re.DOTALL)
    actions = "".join(re.findall(r'action="\{\{.*?\}\}"', written))
    sent_to = set(re.findall(r"'([a-z_]+\.[a-z_]+)'", actions))
    sent_to |= set(re.findall(r'reasoned\([^{}]*?url_for\("([a-z_]+\.[a-z_]+)"', written))  # one form for several

    assert all("csrf()" in form for form in forms), "the id stands beside the token against forged forms"
    assert taking - sent_to - BY_NATURE.keys() == set()
    assert BY_NATURE.keys() <= taking


def app_of(office: Office) -> Flask:
    return office.app


def start(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    path = "/start/case_referral"
    return path, {**REFERRAL, "once": form_id(desk.get(path), path)}


def comment(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    path = f"{office.instance('prepare')}/comments"
    return path, {"text": "请核对当事人。", "once": form_id(desk.get(office.instance("prepare")), path)}


def material(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    task = office.task("prepare", "prepare_materials")
    path = f"{task}/material"
    given = {"kind": "site_photos", "copies": "1", "pages": "1", "original": "original"}
    return path, {**given, "once": form_id(desk.get(task), path)}


@pytest.mark.parametrize(
    ("prepare", "table"),
    [(start, "process_instance"), (comment, "comment"), (material, "material")],
    ids=["a start", "a comment", "a material"],
)
def test_a_form_that_is_sent_again_gets_the_first_answer_and_does_nothing_more(
    office: Office, prepare: Callable[[Office, Desk], tuple[str, dict[str, str]]], table: str
) -> None:
    desk = office.desk(OFFICER)
    path, values = prepare(office, desk)
    files = [("现场.pdf", pdf())] if table == "material" else []
    before = count(office, table)

    first, *others = [desk.post(path, values, *files) for _ in range(4)]

    assert first.status == 302, first.said
    assert {(page.status, page.location) for page in others} == {(302, first.location)}
    assert count(office, table) == before + 1
    assert desk.get(first.location).said.count("意见已发表。" if table == "comment" else "") >= 1


def test_a_task_that_is_handed_in_twice_is_answered_alike(office: Office) -> None:
    desk, task = office.desk(LEADER), office.task("approve", "approve_referral")
    values = {"approval_outcome": "approve", "once": form_id(desk.get(task), task)}

    first, second = desk.post(task, values), desk.post(task, values)

    assert (first.status, first.location) == (second.status, second.location) == (302, first.location)
    assert "“主要领导审批”已办结：同意" in desk.get(second.location).said


@pytest.mark.parametrize("form", ["start", "task"])
def test_a_page_saves_its_draft_as_often_as_it_changes_and_the_last_one_stands(office: Office, form: str) -> None:
    """The script of the page sends the whole form, its id too, which is then still that of the form to be sent."""
    desk = office.desk(OFFICER if form == "start" else LEADER)
    path = "/start/case_referral" if form == "start" else office.task("approve", "approve_referral")
    key = "case_title" if form == "start" else "approval_opinion"
    once = form_id(desk.get(path), path)

    for words in ("占道经营", "屡教不改", "占道经营"):
        saved = desk.post(f"{path}/draft", {key: words, "once": once})
        assert saved.status == 200, saved.text
        assert words in desk.get(path).words(f"//*[@id='field-{key}']") + "".join(
            desk.get(path).every(f"//input[@id='field-{key}']/@value")
        )


def test_a_button_that_is_pressed_twice_opens_its_task_once(office: Office) -> None:
    desk, path = office.desk(OFFICER), f"{office.instance('ongoing')}/press/act_withdraw"
    once = form_id(desk.get(office.instance("ongoing")), path)

    first, second = desk.post(path, {"once": once}), desk.post(path, {"once": once})

    assert (first.status, first.location) == (second.status, second.location)


def test_a_remark_that_is_sent_twice_is_delivered_once(office: Office) -> None:
    desk, path = office.desk(JUSTICE), f"{office.instance('over')}/remarks"
    page = desk.get(office.instance("over"))
    unit = page.every(f"//form[starts-with(@action, '{path}')]//*[@name='unit']//@value")[-1]
    values = {"unit": unit, "text": "请尽快办理，并书面说明原因。", "once": form_id(page, path)}
    before = count(office, "notice")

    first, second = desk.post(path, values), desk.post(path, values)

    assert first.status == second.status == 302, first.text
    assert count(office, "notice") == before + 1


def test_a_form_that_was_refused_may_be_sent_again(office: Office) -> None:
    desk = office.desk(OFFICER)
    path, values = start(office, desk)

    assert desk.post(path, {**values, "case_title": ""}).status == 422
    assert desk.post(path, values).status == 302


def test_other_words_under_the_same_id_are_refused_and_not_lost_in_silence(office: Office) -> None:
    desk = office.desk(OFFICER)
    path, values = comment(office, desk)
    desk.post(path, values)

    second = desk.post(path, {**values, "text": "另外一句话。"})

    assert second.status == 409
    assert "这次的内容和上次不同，没有再办" in second.text


def test_the_id_of_one_person_means_nothing_for_another(office: Office) -> None:
    desk = office.desk(OFFICER)
    path, values = comment(office, desk)
    before = count(office, "comment")
    desk.post(path, values)

    office.desk(COLLEAGUE).post(path, values)

    assert count(office, "comment") == before + 2


def test_ids_that_nobody_sends_again_are_cleared_by_the_worker(office: Office) -> None:
    desk = office.desk(OFFICER)
    path, values = comment(office, desk)
    desk.post(path, values)
    office.engine._sweep()
    assert count(office, "sent_form") == 1

    office.town.asleep_until(office.town.now + timedelta(days=8))
    office.engine._sweep()

    assert count(office, "sent_form") == 0

"""Papers from draft to receipt: what is frozen, who signs, edits, reads, signs for and voids."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.db.tables import letter_version
from engine.documents import letter_versions, typesetting
from engine.documents.letters import Source
from engine.errors import InvalidValues, NotAllowed, NotFound, Refused
from engine.runtime.documents.wording import Texts
from engine.uses.papers import NotYetMade, Shown
from tests.papers.papers import audited, paper_of, papers_of, text_of
from tests.processes.complaint import INFORMANT, SUPERVISOR, receive
from tests.processes.dispute import CLERK, raise_dispute
from tests.processes.town import MORNING, Case, Town
from tests.said import said as words_of

NASTY = "甲&乙<丙>*粗*#标$x$@引`码`[方]{花}\\反//䶮"


@pytest.fixture
def case(plain_town: Town) -> Case:
    return plain_town.refer(at=MORNING, party_name="青河镇顺禾再生资源站")


def pdf_of(case: Case, code: str, by: str = "shenhe.qh") -> bytes:
    """As somebody gets it who opens it, and opens it again after the worker has made what waits."""
    town = case.town
    with suppress(NotYetMade):
        town.engine.papers.pdf(town.person(by), paper_of(case, code).id)
    town.engine.papers.make_what_waits()
    return town.engine.papers.pdf(town.person(by), paper_of(case, code).id).path.read_bytes()


def edit(case: Case, by: str, **changes: Any) -> None:
    town, element = case.town, "deliver_referral"
    drafts, actor = town.engine.paper_drafts, town.person(by)
    waiting = next(task for task in case.open_tasks() if task.element in ("prepare_materials", "approve_referral"))
    texts = drafts.draft(actor, waiting.id, element).texts
    drafts.save(actor, waiting.id, element, Texts(**{**vars(texts), **changes}))


# --- what is issued ---


def test_the_referral_letter_says_what_the_rule_asks_for(case: Case) -> None:
    """R53a, R54, R59."""
    said = text_of((case.deliver(), pdf_of(case, "D01"))[1])

    for words in (
        "青河镇人民政府", "青政移字〔2026〕1号", "关于移送青河镇顺禾再生资源站涉嫌", "青河市生态环境局：",
        "经本单位主要领导批准", "自收到本函之日起5个工作日内书面告知受理情况", "特此函告。", "移送案件材料清单",
        "2026年9月30日", "电子印章标识",
    ):  # fmt: skip
        assert words in said, words


def test_a_paper_is_pdf_a_2b_with_its_fonts_inside(case: Case) -> None:
    made = (case.deliver(), pdf_of(case, "D01"))[1]

    assert made.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in made
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in made


def test_values_are_never_read_as_markup(plain_town: Town) -> None:
    """Scenario 34: “甲&乙<丙>” prints in full, and so does 䶮."""
    case = plain_town.refer(at=MORNING, party_name=NASTY).deliver()

    assert NASTY in text_of(pdf_of(case, "D01"))


def test_the_signer_is_whoever_completed_the_task_that_the_rule_names(case: Case) -> None:
    """R54: the principal leader signs the referral."""
    case.deliver()

    assert paper_of(case, "D01").signed_by == case.town.person("luyuan.qh").person_id
    assert [paper_of(case, "D01").signed_at, paper_of(case, "D01").delivered_at] == [case.town.now] * 2


def test_the_form_of_approval_is_filed_by_the_referring_unit_and_read_by_nobody_else(case: Case) -> None:
    """D03, R54."""
    case.deliver()
    filed = paper_of(case, "D03").id

    assert case.filed() == ["D03"]
    said = [
        line
        for line in case.town.engine.instances.instance(case.town.person("shenhe.qh"), case.number).log
        if str(line.step) == "涉嫌违法案件移送审批表"
    ]
    assert [(str(line.action), str(line.note)) for line in said] == [("形成", "存本单位")], (
        "what a unit keeps is sent to nobody"
    )
    assert case.town.engine.papers.document(case.town.person("shenhe.qh"), filed).line.filed
    with pytest.raises(NotFound):
        case.town.engine.papers.document(case.town.person("luoyinuo.hb"), filed)
    with pytest.raises(NotFound):
        case.town.engine.papers.pdf(case.town.person("luoyinuo.hb"), filed)


def test_an_order_to_stop_is_papered_when_it_was_given(plain_town: Town) -> None:
    """D05, R58."""
    case = plain_town.refer(at=MORNING, is_ongoing=True).stop_violation()

    assert paper_of(case, "D05").number == "青政责停字〔2026〕1号"


def test_the_list_of_materials_adds_up(case: Case) -> None:
    """Scenario 9."""
    case.add_material("interview_record", pages=5)
    case.deliver()
    (listed,) = [annex for annex in paper_of(case, "D01").data["annexes"] if annex["columns"]]

    copies, pages = (sum(int(row[at]) for row in listed["rows"]) for at in (2, 3))
    assert listed["total"] == ["", f"合计（{len(listed['rows'])}件）", str(copies), str(pages), "", ""]
    assert (len(listed["rows"]), copies, pages) == (3, 3, 11)


def test_a_paper_for_two_units_has_one_number_and_one_text(plain_town: Town) -> None:
    """R72: the opinion goes to both parties."""
    dispute = raise_dispute(plain_town).dispose().state_position().apply().accept().reply()
    dispute.coordinate("agreement").sign_opinion()
    sent = papers_of(dispute, "D17")

    assert len({row.number for row in sent}) == 1
    assert [row.to_unit for row in sent] == ["qinghe", "ecology"]
    assert sent[0].data == sent[1].data


# --- made after the step ---


def test_nothing_is_set_within_the_step_and_the_round_makes_what_waits(case: Case) -> None:
    case.deliver()
    assert {row.pdf_sha256 for row in papers_of(case)} == {None}

    assert case.town.engine.papers.make_what_waits() == 2

    row = paper_of(case, "D01")
    assert row.pdf_sha256 == hashlib.sha256(pdf_of(case, "D01")).hexdigest()
    assert [told["sha256"] for told in audited(case, "paper_made") if told["id"] == row.id] == [row.pdf_sha256]
    assert case.town.engine.papers.make_what_waits() == 0


def test_a_paper_is_made_again_byte_for_byte_even_after_its_letter_was_replaced(case: Case) -> None:
    """Scenario 34."""
    first = (case.deliver(), pdf_of(case, "D01"))[1]
    engine, row = case.town.engine, paper_of(case, "D01")
    before = case.town.read(lambda tx: letter_versions.latest(tx, "D01"))
    replaced = Source(
        "D01",
        case.town.read(
            lambda tx: tx.scalar(select(letter_version.c.wording).where(letter_version.c.id == before.id))
        ).replace("特此函告。", "此致。"),
        {name: text.replace("37mm", "30mm") for name, text in before.layout.items()},
    )
    case.town.write(lambda tx: letter_versions.keep(tx, replaced, engine.fonts, "test", case.town.now))
    engine.papers.pdf(case.town.person("shenhe.qh"), row.id).path.unlink()

    assert pdf_of(case, "D01") == first
    other = case.town.refer().deliver()
    assert "此致。" in text_of(pdf_of(other, "D01"))


def test_a_full_disk_loses_nothing_and_says_why(case: Case) -> None:
    """The folder of the store is a file: nothing can be written there."""
    engine = case.town.engine
    blocked = engine.settings.data_dir / "papers"
    blocked.write_text("")
    case.deliver()

    assert engine.papers.make_what_waits() == 0
    view = engine.papers.document(case.town.person("shenhe.qh"), paper_of(case, "D01").id)
    assert "写不进磁盘" in view.paper.failure if view.paper else False
    assert view.line.number == "青政移字〔2026〕1号"
    with pytest.raises(Exception, match="写不进磁盘"):
        engine.papers.pdf(case.town.person("shenhe.qh"), view.line.id)
    assert len(audited(case, "paper_failed")) == 2
    case.town.later(minutes=2)
    engine.papers.make_what_waits()
    assert len(audited(case, "paper_failed")) == 2  # told once for each paper, not at every round

    case.town.later(minutes=2)
    blocked.unlink()
    assert engine.papers.make_what_waits() == 2
    assert paper_of(case, "D01").render_failure is None


def test_a_stored_paper_that_was_changed_is_not_handed_out(case: Case) -> None:
    case.deliver()
    case.town.engine.papers.make_what_waits()
    path: Path = case.town.engine.papers.pdf(case.town.person("shenhe.qh"), paper_of(case, "D01").id).path
    true = path.read_bytes()
    path.write_bytes(true.replace(b"%PDF", b"%BAD"))

    assert pdf_of(case, "D01") == true


def test_a_sign_that_no_font_has_is_named_before_anything_is_stored(plain_town: Town) -> None:
    plain_town.at(MORNING)
    before = plain_town.rows()

    with pytest.raises(InvalidValues) as refused:
        plain_town.refer(party_name="张\U000323af")

    assert "U+323AF" in refused.value.problems["party_name"]
    assert plain_town.rows() == before


# --- drafts ---


def test_the_draft_shows_the_paper_as_it_would_be_issued_without_a_number(case: Case) -> None:
    task = case.task("prepare_materials")
    (draft,) = case.town.engine.paper_drafts.of_task(case.town.person("shenhe.qh"), task)

    assert draft.words["number"] == ""
    assert draft.words["draft"]
    assert "沈禾" in draft.texts.contact
    assert len(case.town.engine.paper_drafts.pictures(case.town.person("shenhe.qh"), task, draft.element_id)) >= 2


def test_a_paper_whose_receiver_the_form_asks_for_has_no_draft_before_it_is_said(plain_town: Town) -> None:
    """The page of the task opens all the same: 判断是否本单位职能, R60."""
    complaint = receive(plain_town).register()
    officer, task = plain_town.person("shenhe.qh"), complaint.task("judge_competence")

    assert plain_town.engine.paper_drafts.of_task(officer, task) == []

    asked = {"competence_outcome": ["not_ours"], "counterpart_unit": ["ecology"]}
    plain_town.engine.tasks.save_draft(officer, task, asked)
    (draft,) = plain_town.engine.paper_drafts.of_task(officer, task)
    assert draft.to_unit == "青河市生态环境局"


def test_only_the_papers_to_which_the_answers_lead_are_coming(case: Case) -> None:
    """While no outcome is chosen the paper is shown, too: so that one sees what is at stake."""
    officer, task = case.town.person("shenhe.qh"), case.task("prepare_materials")

    def coming(**answers: list[str]) -> bool:
        case.town.engine.tasks.save_draft(officer, task, answers)
        (draft,) = case.town.engine.paper_drafts.of_task(officer, task)
        looked = case.town.engine.tasks.look_at_answers(officer, task, answers)
        assert (draft.element_id in looked.papers) is draft.is_coming
        return draft.is_coming

    assert coming()
    assert coming(preparation_outcome=["submit"])
    assert not coming(preparation_outcome=["drop"], preparation_reason=["查明没有违法行为。"])


@pytest.mark.parametrize("informant", ["named", "anonymous"])
def test_no_letter_is_shown_that_an_anonymous_informant_will_not_get(plain_town: Town, informant: str) -> None:
    """R64: whoever gave no name is not answered; what was done is put on file. The drafting step shows that already."""
    complaint = receive(plain_town, informant_kind=informant).register().judge().check("no_violation")
    officer = plain_town.person("shenhe.qh")

    (draft,) = plain_town.engine.paper_drafts.of_task(officer, complaint.task("reply_directly"))

    assert draft.is_coming is (informant == "named")


def test_a_draft_holds_what_the_form_fills_in_by_itself(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town).dispose().state_position().negotiate("not_agreed")
    officer = plain_town.person("shenhe.qh")

    (draft,) = plain_town.engine.paper_drafts.of_task(officer, dispute.task("write_application"))

    assert words_of(draft.blanks) == ("争议焦点",)


def test_edited_words_are_what_is_issued(case: Case) -> None:
    edit(case, "shenhe.qh", paragraphs=("请贵单位依法查处。", "特此函告。"), title="关于移送一案的函")

    case.deliver()

    said = text_of(pdf_of(case, "D01"))
    assert "请贵单位依法查处。" in said
    assert "关于移送一案的函" in said
    assert "经初步核实" not in said
    (told,) = audited(case, "paper_edited")
    assert told["texts"]["title"] == "关于移送一案的函"
    assert "经初步核实" in told["generated"]["paragraphs"][0]


def test_the_signer_sees_that_the_draft_was_edited_and_that_the_facts_have_changed_since(case: Case) -> None:
    edit(case, "shenhe.qh", title="关于移送一案的函")
    case.add_material("facts_statement")  # brings one more attachment
    case.add_material("site_photos")
    case.complete("prepare_materials", "shenhe.qh", preparation_outcome="submit")

    (draft,) = case.town.engine.paper_drafts.of_task(case.town.person("luyuan.qh"), case.task("approve_referral"))
    assert draft.edited is not None
    assert draft.edited.saved_by == "沈禾"
    assert draft.edited.changed_since
    assert ("标题", draft.edited.generated.title, "关于移送一案的函") in words_of(draft.changes)


def test_an_edit_is_dropped_again(case: Case) -> None:
    edit(case, "shenhe.qh", title="关于移送一案的函")
    actor, task = case.town.person("shenhe.qh"), case.task("prepare_materials")

    case.town.engine.paper_drafts.drop(actor, task, "deliver_referral")

    (draft,) = case.town.engine.paper_drafts.of_task(actor, task)
    assert draft.edited is None
    assert len(audited(case, "paper_edit_dropped")) == 1


def test_only_those_who_work_on_the_task_edit_its_paper(case: Case) -> None:
    for login, refusal in (("luyuan.qh", NotAllowed), ("luoyinuo.hb", NotFound), ("chengyu.sf", NotAllowed)):
        with pytest.raises(refusal):
            edit(case, login, title="关于移送一案的函")


def test_an_edit_without_a_title_or_a_text_or_with_an_unprintable_sign_is_refused(case: Case) -> None:
    with pytest.raises(InvalidValues):
        edit(case, "shenhe.qh", title="")
    with pytest.raises(InvalidValues):
        edit(case, "shenhe.qh", paragraphs=())
    with pytest.raises(Refused, match=r"U\+E000"):
        edit(case, "shenhe.qh", title="张\ue000")


def test_the_other_side_does_not_read_a_paper_before_it_is_issued(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).submit()
    task, receiver, leader = case.task("approve_referral"), case.receiving.liaison, case.referring.leader

    def drafts(login: str) -> list[str]:
        return [view.name for view in plain_town.engine.paper_drafts.of_task(plain_town.person(login), task)]

    assert drafts(leader)
    with pytest.raises(NotFound):
        drafts(receiver)


def test_the_word_file_has_the_draft_s_words(case: Case) -> None:
    from docx import Document

    name, content = case.town.engine.paper_drafts.word_file(
        case.town.person("shenhe.qh"), case.task("prepare_materials"), "deliver_referral"
    )
    path = case.town.settings.data_dir / "draft.docx"
    path.write_bytes(content)
    said = "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)

    assert name.endswith("（草稿）.docx")
    assert "经初步核实" in said
    assert "特此函告。" in said


# --- receipt and voiding ---


def test_the_receiving_unit_signs_for_a_paper_once(case: Case) -> None:
    town, paper = case.deliver().town, paper_of(case, "D01").id
    for login in ("shenhe.qh", "chengyu.sf"):
        with pytest.raises(NotAllowed):
            town.engine.papers.sign_for(town.person(login), paper)

    town.engine.papers.sign_for(town.person("luoyinuo.hb"), paper)
    at = town.now
    town.engine.papers.sign_for(town.person("zhouyan.hb"), paper)

    row = paper_of(case, "D01")
    assert (row.signed_for_by, row.signed_for_at) == (town.person("luoyinuo.hb").person_id, at)
    assert len(audited(case, "paper_signed_for")) == 1


def test_whoever_does_the_step_签收_has_signed_for_the_letter(case: Case) -> None:
    case.deliver()
    assert paper_of(case, "D01").signed_for_at is None

    case.town.later(hours=1)
    case.sign_for()

    row, liaison = paper_of(case, "D01"), case.town.person(case.receiving.liaison)
    assert (row.signed_for_by, row.signed_for_at) == (liaison.person_id, case.town.now)
    assert len(audited(case, "paper_signed_for")) == 1


def test_a_step_that_comes_after_the_receipt_leaves_it_with_whoever_was_first(case: Case) -> None:
    case.deliver()
    clerk = case.town.person(case.receiving.officer)
    case.town.engine.papers.sign_for(clerk, paper_of(case, "D01").id)

    case.sign_for()

    assert paper_of(case, "D01").signed_for_by == clerk.person_id
    assert len(audited(case, "paper_signed_for")) == 1


def test_a_leader_of_the_issuing_unit_voids_a_paper_with_a_reason_and_the_receiver_is_told(case: Case) -> None:
    town, paper = case.deliver().town, paper_of(case, "D01").id
    for login in ("shenhe.qh", "helan.hb", "chengyu.sf"):
        with pytest.raises(NotAllowed):
            town.engine.papers.void(town.person(login), paper, "正文有误，另行发文")
    with pytest.raises(InvalidValues):
        town.engine.papers.void(town.person("luyuan.qh"), paper, " ")

    town.engine.papers.void(town.person("luyuan.qh"), paper, "正文有误，另行发文")

    assert "作废" in next(note.text for note in case.notices("told") if note.unit == "ecology")
    assert audited(case, "paper_voided")[0]["reason"] == "正文有误，另行发文"
    with pytest.raises(Refused):
        town.engine.papers.void(town.person("luyuan.qh"), paper, "再次作废一遍")


def test_the_same_words_in_the_same_layout_are_the_same_bytes(case: Case) -> None:
    case.deliver()
    row = paper_of(case, "D01")
    version = case.town.read(lambda tx: letter_versions.find(tx, row.letter_id))

    made = [typesetting.pdf(version.layout, row.data, row.issued_on, case.town.engine.fonts) for _ in range(2)]

    assert made[0] == made[1]


def test_what_is_not_there_yet_is_named_in_the_words_of_the_diagram(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town).dispose().state_position()
    task = dispute.task("conclude_negotiation")

    (draft,) = plain_town.engine.paper_drafts.of_task(plain_town.person("shenhe.qh"), task)

    assert "“甲方签署一致意见”的时间" in words_of(draft.blanks)
    assert not [name for name in words_of(draft.blanks) if name.isascii() or "(" in name]


def test_a_word_of_a_letter_that_nothing_is_known_of_is_named_by_the_field_that_it_reads(plain_town: Town) -> None:
    """执行单位 is worked out of three fields, and none of them is filled in yet."""
    dispute = raise_dispute(plain_town).dispose().state_position().apply().accept().reply().propose()

    drafts = plain_town.engine.paper_drafts.of_task(plain_town.person(CLERK), dispute.task("record_ruling"))
    draft = next(found for found in drafts if found.blanks)

    assert "办理或牵头单位" in words_of(draft.blanks)
    assert not [name for name in words_of(draft.blanks) if name.isascii() or "(" in name]


# --- what is confidential ---


def test_a_paper_that_names_the_informant_is_opened_by_the_handlers_of_the_first_unit_alone(plain_town: Town) -> None:
    complaint = receive(plain_town).register().judge().check("no_violation").reply_directly()
    papers, reply = plain_town.engine.papers, paper_of(complaint, "D13").id
    papers.make_what_waits()
    assert INFORMANT in text_of(papers.pdf(plain_town.person("shenhe.qh"), reply).path)

    for login in ("chengyu.sf", SUPERVISOR):
        reader = plain_town.person(login)
        for look in (papers.pdf, papers.pictures):
            with pytest.raises(NotAllowed, match="保密"):
                look(reader, reply)
        shown = plain_town.engine.papers.document(reader, reply)
        assert (shown.withheld, papers.shown(shown)) == (True, Shown(0, False))


def test_a_paper_without_the_informant_is_opened_by_the_bureaus_of_oversight(plain_town: Town) -> None:
    complaint = receive(plain_town, is_ongoing=True).register().stop_violation()
    notice = paper_of(complaint, "D05").id
    plain_town.engine.papers.make_what_waits()

    assert text_of(plain_town.engine.papers.pdf(plain_town.person("chengyu.sf"), notice).path)


def test_the_draft_of_a_paper_that_names_the_informant_is_shown_to_no_bureau_of_oversight(plain_town: Town) -> None:
    complaint = receive(plain_town)
    drafts, task = plain_town.engine.paper_drafts, complaint.task("register_intake")
    assert drafts.of_task(plain_town.person("linxiaoman.qh"), task)

    assert drafts.of_task(plain_town.person("chengyu.sf"), task) == []


def test_what_two_forms_of_a_paper_show_is_said_once(plain_town: Town) -> None:
    complaint = receive(plain_town).register().judge().check("no_violation").reply_directly()

    labels = [entry["label"] for entry in paper_of(complaint, "D13").content["entries"]]

    assert labels.count("核实情况") == 1
    assert len(labels) == len(set(labels))

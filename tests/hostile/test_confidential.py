"""Nobody but the first unit's handlers ever reads who the informant is: every page, document and answer of the web (R60).

Whole cases are walked, then each reader opens everything that can be reached from the lists by following links.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, update

from engine.app import Engine
from engine.db.tables import document, fact, notice, outbox, person, process_instance
from engine.documents import materials
from engine.documents.files import Upload
from engine.errors import InvalidValues, NotAllowed, Refused
from engine.organisation.assignment import Actor
from engine.reports.oversight.sending import troubles
from engine.reports.parts.readers import MASK
from engine.runtime.instances import cancelling
from engine.runtime.step.secret_words import hints, says
from engine.settings import Settings
from tasks_ui import create_app
from tests.papers.papers import text_of
from tests.processes.complaint import CONTACT, INFORMANT, Complaint, receive
from tests.processes.conftest import founded_folder, plain_town, sqlite_settings  # noqa: F401
from tests.processes.town import MORNING, Town
from tests.web.office import PASSWORD, PASSWORD_HASH, Desk

IDENTITY = "370100198001011234"
SECRETS = (INFORMANT, CONTACT, IDENTITY)
HANDLERS = ("linxiaoman.qh", "shenhe.qh", "qinruogu.qh", "luyuan.qh")
OTHERS = (
    "helan.hb", "zhouyan.hb", "luoyinuo.hb", "wanliqing.zj", "shiyifan.sq", "zhuangmingzhe.jd", "fuzhengping.jd",
    "chengyu.sf", "chengzhihe.sf", "archive.qh",
)  # fmt: skip
"""The counterpart, the receiver of the management issue, a stranger, both bureaus, and the first unit's archivist."""
ShownTo = Callable[[str], dict[str, str]]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory, founded_folder: Path) -> Iterator[dict[str, Complaint]]:  # noqa: F811
    """One complaint at each kind of place; all are from 青河镇."""
    folder = shutil.copytree(founded_folder, tmp_path_factory.mktemp("told") / "var")
    town = Town(Settings(data_dir=folder, secret_key="of these tests"))
    town.at(MORNING)
    town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    town.newcomer("archive.qh", "qinghe", "archivist")
    town.write(
        lambda tx: tx.execute(update(person).where(person.c.login == "archive.qh").values(password_hash=PASSWORD_HASH))
    )

    def begun(**answers: object) -> Complaint:
        return receive(town, informant_id=IDENTITY, **answers).register()

    made = {
        "wanted": begun().ask_consent(),
        "redirected": begun().ask_consent().answer_consent("consent").tell_informant(),
        "disputed": begun().dispute().coordinate(None),
        "mixed": begun().judge().check("mixed", violation_part="refer").transfer_management(),
        "referred": begun().judge().check("to_refer_violation"),
        "needed": begun()
        .judge()
        .check("to_refer_violation", needed_for_handling=True, needed_for_handling_reason="须当面指认现场。"),
        "answered": begun().judge().check("no_violation").reply_directly(),
        "drafted": begun().judge().check("no_violation").draft_direct(),
    }
    for name in ("mixed", "referred", "needed"):
        made[name].referral().deliver()
    made["referred"].referral().accept().file().handle().report()
    made["referred"].reply()
    town.engine.papers.make_what_waits()
    yield made
    town.close()


def reached(desk: Desk, starts: list[str]) -> dict[str, str]:
    """Everything that this reader is shown, by address, following every link from the starts."""
    waiting, seen = list(starts), dict[str, str]()
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith(("/static", "/logout", "/login")):
            continue
        page = desk.get(address)
        is_paper = page.headers.get("Content-Type", "") == "application/pdf"
        seen[address] = text_of(page.content) if is_paper else page.content.decode("utf-8", "replace")
        if page.status == 200 and "html" in page.headers.get("Content-Type", ""):
            waiting += [href for href in map(str, page.every("//a/@href")) if href.startswith("/")]
        elif page.location.startswith("/"):
            waiting.append(page.location)
    return seen


def everything(cases: dict[str, Complaint], login: str) -> dict[str, str]:
    town = cases["wanted"].town
    app = create_app(town.engine, trusted_hosts=["localhost"])
    desk = Desk(app, "127.0.0.1")
    desk.client.set_cookie("lianban", town.engine.accounts.sign_in(login, PASSWORD, "127.0.0.1").token or "")
    numbers = town.read(lambda tx: list(tx.scalars(select(process_instance.c.number))))
    papers = town.read(lambda tx: list(tx.scalars(select(document.c.id))))
    tasks = [task.id for complaint in cases.values() for task in complaint.open_tasks()]
    starts = ["/inbox", "/instances", "/supervision", "/start"]
    starts += [f"/instances/{number}" for number in numbers] + [f"/documents/{paper}" for paper in papers]
    starts += [f"/tasks/{task}" for task in tasks]
    starts += [f"/documents/{paper}/paper.pdf" for paper in papers]
    shown = reached(desk, starts)
    for task in tasks:
        shown[f"look {task}"] = desk.post(
            f"/tasks/{task}/look", {"informant_name": "", "consent_outcome": "consent"}
        ).text
    return shown


@pytest.fixture(scope="module")
def shown_to(cases: dict[str, Complaint]) -> ShownTo:
    """Everything that a person is shown; it is gone through once."""
    return cache(lambda login: everything(cases, login))


@pytest.mark.parametrize("login", OTHERS)
def test_no_page_and_no_answer_tells_anybody_else_who_the_informant_is(
    cases: dict[str, Complaint], shown_to: ShownTo, login: str
) -> None:
    shown = shown_to(login)
    needed = cases["needed"].referral().number

    told = {address for address, text in shown.items() for secret in SECRETS if secret in text}
    if login.endswith(".hb"):  # the identity is handed to the receiver of that one referral, for a stated reason
        own = {address for address in told if needed in shown[address]}
        assert own, "the receiver of the referral may know"
        told -= own
    assert told == set()
    assert len(shown) > 10


@pytest.mark.parametrize("login", HANDLERS)
def test_the_first_unit_s_handlers_read_it(cases: dict[str, Complaint], shown_to: ShownTo, login: str) -> None:
    shown = shown_to(login)

    assert all(secret in shown[f"/instances/{cases['wanted'].number}"] for secret in SECRETS)


@pytest.mark.parametrize("login", ["helan.hb", "zhuangmingzhe.jd", "chengyu.sf", "archive.qh"])
def test_others_see_that_something_is_kept_from_them(
    cases: dict[str, Complaint], shown_to: ShownTo, login: str
) -> None:
    """Scenario 33."""
    assert shown_to(login)[f"/instances/{cases['wanted'].number}"].count(MASK) == 3


@pytest.mark.parametrize("login", ["chengyu.sf", "fuzhengping.jd", "archive.qh"])
def test_the_pages_of_a_letter_to_the_informant_are_shown_to_the_handlers_alone(
    cases: dict[str, Complaint], login: str
) -> None:
    """Its addressee is the informant: neither oversight nor the unit's own archivist reads the PDF, or sees a picture."""
    papers, town = cases["wanted"].town.engine.papers, cases["wanted"].town
    letters = town.read(lambda tx: list(tx.scalars(select(document.c.id).where(document.c.code.in_(["D11", "D13"])))))

    for letter in letters:
        assert INFORMANT in text_of(papers.pdf(town.person("shenhe.qh"), letter).path.read_bytes())
        for look in (papers.pdf, papers.pictures):
            with pytest.raises(NotAllowed, match="保密"):
                look(town.person(login), letter)
    assert len(letters) > 5


def test_what_a_handler_writes_into_a_letter_to_another_unit_is_refused_when_it_tells_who_the_informant_is(
    cases: dict[str, Complaint],
) -> None:
    town = cases["wanted"].town
    case = receive(town).register().judge("not_ours")
    leader, task = town.person("luyuan.qh"), case.task("confirm_not_ours")
    (view,) = town.engine.paper_drafts.of_task(leader, task)

    texts = replace(view.texts, paragraphs=(*view.texts.paragraphs, f"举报人{INFORMANT}，请直接联系。"))

    with pytest.raises(InvalidValues) as said:
        town.engine.paper_drafts.save(leader, task, view.element_id, texts)

    assert "保密" in said.value.problems[""]
    assert INFORMANT not in said.value.problems[""]


def test_no_letter_to_another_unit_holds_it_even_in_the_store(cases: dict[str, Complaint]) -> None:
    town = cases["wanted"].town
    rows = town.read(lambda tx: tx.execute(select(document)).all())

    told = [
        (row.code, row.from_unit, row.to_unit)
        for row in rows
        if any(secret in json.dumps(row.content, ensure_ascii=False) for secret in SECRETS)
    ]

    assert {found for found in told if found[2] != "qinghe"} == {("D01", "qinghe", "ecology")}, "of the one referral"
    assert ("D13", "qinghe", "qinghe") in told


def test_called_procedures_are_not_handed_it(cases: dict[str, Complaint]) -> None:
    for name, called in (("referred", "referral"), ("mixed", "referral"), ("disputed", "called_dispute")):
        instance = getattr(cases[name], called)()
        values = instance.town.read(
            lambda tx, id_=instance.id: [
                str(value) for value in tx.scalars(select(fact.c.value).where(fact.c.instance_id == id_))
            ]
        )
        assert not [value for value in values if any(secret in value for secret in SECRETS)]


def test_the_identity_is_handed_over_only_when_it_is_needed_and_oversight_still_does_not_read_it(
    cases: dict[str, Complaint],
    shown_to: ShownTo,
) -> None:
    referral = cases["needed"].referral()
    assert referral.facts()["informant_identity"] == f"{INFORMANT}，{CONTACT}"

    receiver = shown_to("zhouyan.hb")[f"/instances/{referral.number}"]
    justice = shown_to("chengyu.sf")[f"/instances/{referral.number}"]

    assert INFORMANT in receiver
    assert INFORMANT not in justice
    assert MASK in justice


def test_the_record_of_the_flow_does_not_tell_it(cases: dict[str, Complaint]) -> None:
    """The audit is read by oversight, too: it holds names of facts, never these values."""
    for complaint in cases.values():
        assert not any(
            secret in json.dumps(complaint.told(what)) for what in ("facts", "notice", "document") for secret in SECRETS
        )


# --- what people write beside the forms ---

Use = Callable[[Engine, Actor, Complaint, str], object]


def raw(**values: str) -> dict[str, list[str]]:
    return {name: [value] for name, value in values.items()}


def add(engine: Engine, actor: Actor, case: Complaint, title: str, *files: str) -> object:
    values = {"kind": "other", "title": title, "copies": "1", "pages": "1", "original": "original"}
    uploads = [Upload(name, BytesIO(b"0000ftypisom")) for name in files]
    return engine.materials.add(actor, case.task("check_complaint"), values, uploads)


def rename(engine: Engine, actor: Actor, case: Complaint, title: str) -> object:
    case.add_material_to("check_complaint", "shenhe.qh", "other")
    listed = case.town.read(lambda tx: materials.of_instance(tx, case.id))[-1]
    return engine.materials.rename(actor, case.task("check_complaint"), listed.id, title)


def correct(engine: Engine, actor: Actor, case: Complaint, location: str, reason: str) -> str:
    sent = raw(location=location, reason=reason)
    return engine.collaboration.propose_correction(actor, case.number, "location", sent)


def decide(engine: Engine, actor: Actor, case: Complaint, opinion: str) -> object:
    proposed = correct(engine, case.town.person("shenhe.qh"), case, "青河镇河湾村三组 2 号院", "门牌号抄错了。")
    try:
        return engine.collaboration.decide_correction(actor, proposed, raw(decision="reject", opinion=opinion))
    finally:
        engine.collaboration.take_back_correction(case.town.person("shenhe.qh"), proposed)


def send_back(engine: Engine, actor: Actor, case: Complaint, reason: str) -> object:
    task = case.task("sign_direct")
    ((earlier, _),) = engine.handling.choices(actor, task).earlier[:1]
    return engine.handling.send_back(actor, task, earlier.task_id, reason)


def void(engine: Engine, actor: Actor, case: Complaint, reason: str) -> object:
    paper = case.town.read(lambda tx: tx.scalar(select(document.c.id).where(document.c.instance_id == case.id)))
    return engine.papers.void(actor, str(paper), reason)


WRITTEN: dict[str, tuple[str, str, str, Use]] = {
    "a comment": (
        "checked", "shenhe.qh", "text",
        lambda e, who, case, text: e.collaboration.comment(who, case.number, raw(text=text)),
    ),
    "the note of a copy": (
        "checked", "shenhe.qh", "note",
        lambda e, who, case, text: e.collaboration.send_copy(
            who, case.number, raw(unit="shiqiao", role="liaison", note=text)
        ),
    ),
    "the reason of a correction": (
        "checked", "shenhe.qh", "reason", lambda e, who, case, text: correct(e, who, case, "河湾村三组 2 号院", text)
    ),
    "the corrected value": (
        "checked", "shenhe.qh", "location", lambda e, who, case, text: correct(e, who, case, text, "门牌号抄错了。")
    ),
    "the opinion on a correction": ("checked", "luyuan.qh", "opinion", decide),
    "the name of a material": ("checked", "shenhe.qh", "title", add),
    "the new name of a material": ("checked", "shenhe.qh", "rename", rename),
    "the name of a file": (
        "checked", "shenhe.qh", "file", lambda e, who, case, text: add(e, who, case, "现场录像", f"{text}.mp4")
    ),
    "what urges": (
        "wanted", "shenhe.qh", "reason",
        lambda e, who, case, text: e.handling.urge(who, case.task("answer_consent"), text),
    ),
    "the reason of sending back": ("drafted", "luyuan.qh", "reason", send_back),
    "the reason of voiding a paper": ("wanted", "luyuan.qh", "reason", void),
}  # fmt: skip
"""What others read: in which case, by whom, at which field it is refused, and how it is written."""


@pytest.fixture(scope="module")
def checked(cases: dict[str, Complaint]) -> dict[str, Complaint]:
    case = receive(cases["wanted"].town, informant_id=IDENTITY).register().judge()
    case.claim("check_complaint", "shenhe.qh")
    return {**cases, "checked": case}


@pytest.mark.parametrize("what", WRITTEN)
@pytest.mark.parametrize("secret", [INFORMANT, CONTACT, IDENTITY], ids=["name", "contact", "identity"])
def test_no_text_that_others_read_says_who_the_informant_is(
    checked: dict[str, Complaint], what: str, secret: str
) -> None:
    name, login, key, use = WRITTEN[what]
    case = checked[name]

    with pytest.raises(InvalidValues) as refused:
        use(case.town.engine, case.town.person(login), case, f"请联系{secret}核实情况。")

    assert refused.value.problems.keys() == {key}
    assert refused.value.problems[key].startswith("这里写有应当保密的内容（")
    assert secret not in refused.value.problems[key]


def test_a_withdrawal_and_an_end_by_the_office_do_not_say_it_either(
    checked: dict[str, Complaint], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, reason = checked["checked"], f"{INFORMANT}不再要求办理。"
    town, officer = case.town, case.town.person("shenhe.qh")
    monkeypatch.setattr(cancelling, "_require", lambda *_args: None)  # a complaint draws its withdrawal otherwise

    with pytest.raises(InvalidValues, match="要改") as refused:
        town.engine.collaboration.withdraw(officer, case.number, raw(reason=reason))
    with pytest.raises(Refused, match="应当保密的内容（姓名）"):
        town.engine.instances.end(case.number, "值班员", reason)

    assert refused.value.problems.keys() == {"reason"}
    assert case.status == "running"


def test_a_text_of_a_called_case_does_not_say_it_either(checked: dict[str, Complaint]) -> None:
    for name in ("mixed", "needed"):  # to the one nothing was handed over, to the other name and telephone as one value
        case = checked[name].referral()
        with pytest.raises(InvalidValues) as refused:
            case.town.engine.collaboration.comment(
                case.town.person("shenhe.qh"), case.number, raw(text=f"{INFORMANT}可以作证。")
            )
        assert refused.value.problems.keys() == {"text"}


WHISPERS: dict[str, Use] = {
    "a comment within the unit": lambda e, who, case, text: e.collaboration.comment(
        who, case.number, raw(text=text, internal="true")
    ),
    "an opinion that is asked for": lambda e, who, case, text: e.handling.consult(
        who, case.task("check_complaint"), case.town.ids("luyuan.qh"), text
    ),
    "a delegation": lambda e, who, case, text: e.handling.delegate(
        who, case.task("check_complaint"), *case.town.ids("qinruogu.qh"), text
    ),
    "a transfer": lambda e, who, case, text: e.handling.transfer(
        who, case.task("check_complaint"), *case.town.ids(case.first.colleague), text
    ),
}


def given_up(tx: Connection, instance_id: str) -> None:
    """Every message of the case could not be mailed: the bureaus of oversight read what did not go out."""
    for row in tx.execute(select(notice).where(notice.c.instance_id == instance_id)).all():
        said = {"channel": "mail", "status": "given_up", "attempts": 1, "made_at": row.made_at}
        own = {"id": row.id, "notice_id": row.id, "instance_id": instance_id, "next_try_at": row.made_at}
        tx.execute(insert(outbox).values(**own, **said))


@pytest.mark.parametrize("what", WHISPERS)
def test_colleagues_may_say_it_among_themselves_and_nobody_else_reads_it(plain_town: Town, what: str) -> None:  # noqa: F811
    case = receive(plain_town).register().judge()
    case.claim("check_complaint", "shenhe.qh")
    said = f"请先给{INFORMANT}打电话。"

    WHISPERS[what](plain_town.engine, plain_town.person("shenhe.qh"), case, said)

    def read_by(login: str) -> str:
        reader = plain_town.person(login)
        view = plain_town.engine.instances.instance(reader, case.number)
        return f"{view} {plain_town.engine.collaboration.of_instance(reader, case.number)}"

    plain_town.write(lambda tx: given_up(tx, case.id))
    messages = plain_town.read(lambda tx: troubles(tx, [], with_text=True))
    assert not any(INFORMANT in str(found.text) for found in messages)
    assert said in read_by("shenhe.qh")
    assert INFORMANT not in read_by("chengyu.sf")
    assert INFORMANT not in read_by("zhuangmingzhe.jd")


def test_who_may_not_read_it_learns_nothing_by_trying(cases: dict[str, Complaint]) -> None:
    """A refusal would say that the guess is right: what somebody else writes he knows from elsewhere."""
    town, number = cases["wanted"].town, cases["wanted"].number
    told = []
    for guess in (INFORMANT, "金不唤"):
        for login in ("helan.hb", "chengyu.sf"):
            text = f"举报人是不是{guess}？"
            if login == "chengyu.sf":
                told.append(town.engine.collaboration.remark(town.person(login), number, raw(unit="qinghe", text=text)))
            else:
                spoken = town.engine.collaboration.comment(town.person(login), number, raw(text=text))
                town.engine.collaboration.retract_comment(town.person(login), number, spoken.id)
    assert told == [None, None]


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("请联系金 不 换核实", "金不换", True),
        ("请联系金\u200b不换核实", "金不换", True),
        ("电话 138-0000-6789", "13800006789", True),
        ("电话１３８００００６７８９", "13800006789", True),
        ("打 13800006789 找他", "手机13800006789，家住河湾村", True),
        ("到河湾村查看", "手机13800006789，家住河湾村", False),
        ("证号 37010019800101123x", "37010019800101123X", True),
        ("金额不变，换证", "金不换", False),
        ("金先生来过", "金", False),
        ("举报人来过", "举报人", False),
        ("共 12 户", "12", True),
        ("2012 年以来", "12", False),
        ("共 7 户", "7", False),
        ("什么都没有", "", False),
    ],
)
def test_a_value_is_found_however_it_is_written_and_a_common_sign_is_none(text: str, value: str, found: bool) -> None:
    assert says(text, value) is found


@pytest.mark.parametrize(
    "written",
    [
        "136 0000 0000",
        "+86 136-0000-0000",
        "１３６００００００００",
        "一三六零零零零零零零零",
        "136，0000，0000",
        "幺三六〇〇〇〇〇〇〇〇",
    ],
)
def test_a_telephone_number_is_found_in_every_way_of_writing(written: str) -> None:
    assert says(f"请打{written}找他", "13600000000")
    assert says(f"请打{written}找他", "+86 13600000000")


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("请联系 OYQ_1987 取证", "0738-8861234 微信oyq_1987", True),
        ("请联系 oyq 1987 取证", "0738-8861234 微信oyq_1987", True),
        ("已发到 Lina2020@Example.com", "手机13800006789，邮箱 lina2020@example.com", True),
        ("来信人署名 lina2020", "手机13800006789，邮箱 lina2020@example.com", True),
        ("微信号 darkhorse 的照片", "微信 darkhorse", True),
        ("darkhorses 是店名", "微信 darkhorse", False),
        ("example.com 的网页", "邮箱 lina2020@example.com", False),
        ("请用 wechat 通知", "wechat：oyq_1987", False),
        ("住 A3 栋", "A3 栋，电话13800006789", False),
    ],
)
def test_an_account_is_found_without_the_rest_of_the_contact(text: str, value: str, found: bool) -> None:
    assert says(text, value) is found


@pytest.mark.parametrize("channel", ["电话", "手机", "手机号", "微信", "微信号", "邮箱", "联系电话", "座机", "短信"])
def test_the_word_for_a_kind_of_contact_tells_nothing(channel: str) -> None:
    """A contact is written as people write it (手机138…); other texts of the case must still be able to say 手机."""
    assert not says(f"请当事人留下{channel}。", f"{channel}13800006789")
    assert not hints(f"请当事人留下{channel}。", f"{channel}13800006789")
    assert says("请打 13800006789", f"{channel}13800006789")


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("三丰说过这件事", "张三丰", ["三丰"]),
        ("张先生来过，老张也来过", "张三丰", ["张先生", "老张"]),
        ("尾号 6789 的机主", "13800006789", ["6789"]),
        ("海报张贴在门口", "张三丰", []),
        ("共 16789 元", "13800006789", []),
    ],
)
def test_what_only_may_tell_who_it_is_is_a_hint(text: str, value: str, found: list[str]) -> None:
    assert sorted(hints(text, value)) == sorted(found)
    assert not says(text, value)

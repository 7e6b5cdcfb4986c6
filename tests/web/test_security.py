"""What protects every page: the browser's own rules, and texts of people that stay texts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from engine.app import Engine
from engine.db.tables import person
from engine.settings import Settings
from tasks_ui import create_app
from tests.files import PDF
from tests.web.office import JUSTICE, LEADER, OFFICER, STRANGER, SUPERVISION, Desk, Office, Page

STRICT = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
DRAWN = f"{STRICT}; style-src-attr 'unsafe-inline'"
"""A page with a diagram lets the diagram's library set the style of what it draws; no other page does."""
HOSTILE = {
    "elements": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "quotes": "\"><svg onload=alert(1)> '-alert(1)-' javascript:alert(1)",
    "templates": "{{7*7}}{% raw %}${7*7}&lt;b&gt;&amp;<>&",
    "endings": "</textarea></script></title><b>粗</b><!-- ]]>",
    "directions": "\u202e倒着的文字\u202c\u200b看不见的",
    "lengths": "Ａ" * 40 + "䶮㐂",
}


def pages_of(office: Office, desk: Desk) -> dict[str, Page]:
    """Every page that a party has."""
    instance = desk.get(office.instance("review"))
    document = instance.every("//section[@id='documents']//a/@href")[0]
    addresses = [
        *("/inbox", "/inbox?tab=unclaimed", "/inbox?tab=done", "/inbox?tab=started", "/inbox?tab=copied"),
        *("/start", "/start/case_referral", "/instances", "/no-such-page"),
        office.task("prepare", "prepare_materials"),
        office.task("ongoing", "stop_violation"),
        office.task("approve", "approve_referral"),
        office.task("closed", "report_result"),
        *(office.instance(name) for name in ("closed", "over", "review", "approve", "prepare", "ongoing")),
        document,
    ]
    return {address: desk.get(address) for address in addresses}


@pytest.fixture(scope="module")
def pages(unchanged_office: Office) -> dict[str, Page]:
    office = unchanged_office
    shown = pages_of(office, office.desk(OFFICER))
    shown["/login"] = office.desk().get("/login")
    shown["/supervision"] = office.desk(SUPERVISION).get("/supervision")
    shown["/login refused"] = office.desk().sign_in(OFFICER, "wrong")
    shown["/start refused"] = office.desk(OFFICER).post("/start/case_referral")
    return shown


def attributes(page: Page) -> Iterator[tuple[str, str]]:
    for element in page.tree.iter():
        if isinstance(element.tag, str):
            yield from element.attrib.items()


def test_every_page_carries_the_content_policy_and_only_drawn_ones_the_wider(pages: dict[str, Page]) -> None:
    drawn = {name for name, page in pages.items() if page.headers["Content-Security-Policy"] == DRAWN}
    strict = {name for name, page in pages.items() if page.headers["Content-Security-Policy"] == STRICT}

    assert drawn == {name for name, page in pages.items() if page.every("//figure[@data-diagram]")}
    assert drawn | strict == set(pages)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "geolocation=(), microphone=()"),
        ("Cache-Control", "no-store"),
    ],
)
def test_every_page_carries_the_header(pages: dict[str, Page], header: str, value: str) -> None:
    assert {name: page.headers[header] for name, page in pages.items()} == dict.fromkeys(pages, value)


def test_no_page_says_what_serves_it(pages: dict[str, Page]) -> None:
    assert not any("Werkzeug" in page.headers.get("Server", "") for page in pages.values())


def test_no_page_has_a_script_or_a_style_within(pages: dict[str, Page]) -> None:
    within = "//script[not(@src) and not(@type='application/json')] | //style"

    assert {name: len(page.every(within)) for name, page in pages.items()} == dict.fromkeys(pages, 0)


def test_no_element_of_any_page_has_a_style_or_a_handler_of_its_own(pages: dict[str, Page]) -> None:
    found = {
        (name, attribute)
        for name, page in pages.items()
        for attribute, value in attributes(page)
        if attribute == "style" or attribute.startswith("on") or value.strip().lower().startswith("javascript:")
    }

    assert found == set()


def test_every_page_takes_scripts_styles_and_pictures_from_here_only(pages: dict[str, Page]) -> None:
    sources = "//script/@src | //link/@href | //img/@src | //form/@action"
    found = {source for page in pages.values() for source in page.every(sources)}

    assert found
    assert all(source.startswith("/") and not source.startswith("//") for source in found)


def test_every_form_that_changes_something_carries_a_token(pages: dict[str, Page]) -> None:
    forms = "//form[@method='post' and not(.//input[@name='csrf_token' and string-length(@value) > 20])]"

    assert {name: len(page.every(forms)) for name, page in pages.items()} == dict.fromkeys(pages, 0)


def test_no_page_has_an_id_twice(pages: dict[str, Page]) -> None:
    ids = {name: page.every("//@id") for name, page in pages.items()}

    assert {name: len(found) for name, found in ids.items()} == {name: len(set(found)) for name, found in ids.items()}


def test_every_label_and_description_points_at_something(pages: dict[str, Page]) -> None:
    loose = {
        (name, pointed)
        for name, page in pages.items()
        for attribute in page.every("//@for | //@aria-describedby | //@aria-labelledby | //@form")
        for pointed in attribute.split()
        if not page.every(f"//*[@id='{pointed}']")
    }

    assert loose == set()


def test_a_built_file_is_kept_for_ever_and_a_page_never(office: Office) -> None:
    desk = office.desk()
    shown = desk.get("/login")
    (script,) = shown.every("//script/@src")

    assert desk.get(script).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert shown.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["example.org", "localhost.example.org", "127.0.0.1.example.org", "evil", ""])
def test_a_request_for_another_host_is_refused(office: Office, host: str) -> None:
    refused = office.desk().get("/login", headers={"Host": host})

    assert refused.status == 400


def test_a_refused_host_is_not_repeated_in_the_answer(office: Office) -> None:
    assert "example.org" not in office.desk().get("/login", headers={"Host": "example.org"}).text


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE.keys())
def text(request: pytest.FixtureRequest) -> str:
    """What somebody types where a name belongs."""
    return str(request.param)


def titled(text: str) -> str:
    return f"案情：{text}"[:60]


def pages_with(text: str, office: Office) -> list[Page]:
    """A case into which the text was typed wherever one may type, and every page that shows it."""
    case = office.town.refer(
        case_title=titled(text),
        party_name=text,
        location=text,
        jurisdiction_reason=text,
        violation_summary=text + "，日常巡查发现，当事人在院内建成清洗线一条并投入使用，未办理环境影响评价手续。" * 2,
    )
    officer, task = office.desk(OFFICER), f"/tasks/{case.task('prepare_materials')}"
    values = {"kind": "facts_statement", "title": text[:100], "copies": "1", "pages": "1", "original": "copy"}
    named = text.replace('"', "%22")  # as a browser does
    added = officer.post(f"{task}/material", values, (f"{named}.pdf", PDF))
    assert added.status == 302, added.said
    officer.post(f"{task}/draft", {"preparation_opinion": text})
    drafted = officer.get(task)
    case.add_material("site_photos")
    case.complete("prepare_materials", OFFICER, preparation_outcome="submit", preparation_opinion=text)
    case.complete("approve_referral", LEADER, approval_outcome="approve", approval_opinion=text)
    here = f"/instances/{case.number}"
    shown = officer.get(here)
    everywhere = [
        *(officer.get(page) for page in ("/inbox?tab=started", "/inbox?tab=done", "/instances", "/inbox")),
        *(officer.get(found) for found in shown.every("//section[@id='documents']//a/@href")),
        office.desk("zhouyan.hb").get(here),
        office.desk("luoyinuo.hb").get(f"/tasks/{case.task('sign_for')}"),
        office.desk("luoyinuo.hb").get("/inbox"),
        office.desk(JUSTICE).get("/supervision"),
    ]
    return [shown, drafted, *everywhere]


def test_what_people_type_stays_text_on_every_page(office: Office, text: str) -> None:
    shown = pages_with(text, office)

    assert shown[0].words("//main//h1") == titled(text)
    assert [page.status for page in shown] == [200] * len(shown)
    for page in shown:
        assert (
            page.every(
                "//script[not(@src) and not(@type='application/json')] | //main//b[.='粗'] | "
                "//main//img[not(starts-with(@src, '/documents/') or starts-with(@src, '/tasks/'))]"
            )
            == []
        )
        assert not [name for name, _ in attributes(page) if name.startswith("on")]


def test_a_search_that_is_hostile_is_searched_for_and_stands_in_its_field(office: Office, text: str) -> None:
    found = office.desk(OFFICER).get("/instances", query_string={"q": text})

    assert found.status == 200
    assert found.every("//main//input[@name='q']/@value") == [text.strip()]
    assert "没有符合条件的办件" in found.words()


def test_the_marks_of_a_diagram_cannot_close_their_block(office: Office) -> None:
    closing = "</script><script>alert(1)</script>"
    office.town.write(lambda tx: tx.execute(update(person).where(person.c.login == STRANGER).values(name=closing)))
    office.town.appoint(STRANGER, "ecology", "case_officer")
    office.town.leave(STRANGER, "shiqiao", "case_officer")
    desk = office.desk(STRANGER)
    desk.post("/tasks/claim", {"task": office.case("review").task("review_acceptance")})

    shown = desk.get(office.instance("review"))

    assert closing not in shown.text
    assert r"\u003c/script\u003e" in "".join(shown.every("//script[@type='application/json']/text()"))


def test_an_error_never_tells_what_went_wrong_inside(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = office.desk(OFFICER)

    def fail(*_: object) -> None:
        raise RuntimeError("secret: /etc/passwd")

    monkeypatch.setattr(office.engine.tasks, "inbox", fail)
    failed = desk.get("/inbox")

    assert failed.status == 500
    assert failed.said == "系统出了错，这一步没有办成，什么都没有改变。请重试；仍然不行请联系系统管理员。"
    assert "secret" not in failed.text
    assert failed.headers["Content-Security-Policy"] == STRICT


def test_the_secret_that_signs_forms_is_made_once_and_only_its_owner_reads_it(office: Office) -> None:
    folder = office.town.settings.data_dir
    engine = Engine(Settings(data_dir=folder))
    first = create_app(engine).config["SECRET_KEY"]
    second = create_app(engine).config["SECRET_KEY"]
    engine.close()

    assert first == second
    assert len(first) > 40
    assert (folder / "secret").stat().st_mode & 0o077 == 0

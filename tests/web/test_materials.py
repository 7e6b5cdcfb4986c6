"""Material: what is taken, what is refused with a sentence, who may take it off again and who may open it."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest

from engine.documents.materials import SIZE_LIMIT
from tests.web.office import (
    COLLEAGUE,
    JUSTICE,
    LEADER,
    LIAISON,
    NOBODY,
    OFFICER,
    ONE_PAGE,
    PDF,
    REVIEWER,
    STRANGER,
    SUPERVISION,
    Office,
    Page,
)

SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"
PHOTO = {"kind": "site_photos", "title": "新照片", **ONE_PAGE}
JPEG, PNG = b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def zipped() -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as file:
        file.writestr("word/document.xml", "<w:document/>")
    return content.getvalue()


def add(office: Office, name: str = "照片.pdf", content: bytes = PDF, login: str = OFFICER, **changed: str) -> Page:
    path = f"{office.task('prepare', 'prepare_materials')}/material"
    return office.desk(login).post(path, {**PHOTO, **changed}, (name, content))


def listed(office: Office, login: str = OFFICER) -> list[str]:
    """The names on the list."""
    shown = office.desk(login).get(office.task("prepare", "prepare_materials"))
    return shown.texts("//section[@id='materials']//tbody//td[1]")


def problem(page: Page) -> str:
    return page.words("//section[@id='materials']//p[contains(@class, 'problem')]")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("现场.pdf", PDF),
        ("现场.PDF", PDF),
        ("现场.jpg", JPEG),
        ("现场.jpeg", JPEG),
        ("现场.png", PNG),
        ("笔录.docx", zipped()),
        ("清单.xlsx", zipped()),
        ("录像.mp4", b"\x00\x00\x00\x18ftypmp42"),
    ],
)
def test_the_kinds_of_file_that_offices_use_are_taken(office: Office, name: str, content: bytes) -> None:
    added = add(office, name, content)

    assert added.status == 302
    assert added.location.endswith("#materials")
    assert "新照片" in listed(office)


@pytest.mark.parametrize(
    "name", ["页面.html", "图.svg", "脚本.js", "程序.exe", "压缩.zip", "没有后缀", "照片.pdf.exe", "旧.doc"]
)
def test_other_kinds_are_refused_with_what_is_taken(office: Office, name: str) -> None:
    refused = add(office, name)

    assert refused.status == 422
    assert problem(refused) == "只收 PDF、图片（JPG、PNG）、Word（docx）、Excel（xlsx）和 MP4，请换一个文件。"
    assert listed(office) == ["现场照片"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("假.pdf", b"<script>alert(1)</script>"),
        ("假.jpg", PNG),
        ("假.png", b"GIF89a"),
        ("假.docx", b"not a zip"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(office: Office, name: str, content: bytes) -> None:
    refused = add(office, name, content)

    assert refused.status == 422
    assert problem(refused).startswith("文件内容不是")
    assert listed(office) == ["现场照片"]


def test_an_empty_file_is_refused(office: Office) -> None:
    assert problem(add(office, content=b"")) == "文件是空的，请检查后重新上传。"


def test_a_photograph_of_several_megabytes_is_taken(office: Office) -> None:
    assert add(office, "大照片.jpg", JPEG + bytes(6_000_000)).status == 302


def test_a_file_over_the_limit_is_refused_with_a_sentence(office: Office) -> None:
    refused = add(office, content=PDF + bytes(SIZE_LIMIT))

    assert refused.status == 422
    assert problem(refused) == "文件超过 50 MB，请压缩或分成几个。"


def test_what_is_far_over_the_limit_is_not_even_read(office: Office) -> None:
    refused = add(office, content=PDF + bytes(SIZE_LIMIT + 2_000_000))

    assert (refused.status, refused.said) == (413, "发来的内容太大：表单最多 2 MB，文件最多 50 MB。")


def test_a_refused_file_leaves_nothing_on_the_disk(office: Office) -> None:
    folder = office.town.settings.data_dir / "materials"
    before = sorted(path.name for path in folder.rglob("*"))

    add(office, "假.pdf", b"nothing of the kind")

    assert sorted(path.name for path in folder.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "C:\\Users\\沈禾\\照片.pdf", "/var/照片.pdf", "....//照片.pdf"]
)
def test_the_path_in_a_name_is_dropped(office: Office, name: str) -> None:
    add(office, name)

    shown = office.desk(OFFICER).get(office.task("prepare", "prepare_materials"))
    names = shown.texts("//a[starts-with(@href, '/materials/')]")
    assert not [found for found in names if "/" in found or "\\" in found]


def test_material_on_paper_needs_no_file(office: Office) -> None:
    path = f"{office.task('prepare', 'prepare_materials')}/material"

    added = office.desk(OFFICER).post(path, {**PHOTO, "title": "", "kind": "interview_record"})

    assert added.status == 302
    assert "询问笔录" in listed(office)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kind": ""}, "请选择材料的种类。"),
        ({"kind": "<b>"}, "请选择材料的种类。"),
        ({"copies": "0"}, "请填写 1 到 10000 的整数。"),
        ({"copies": "两份"}, "请填写 1 到 10000 的整数。"),
        ({"copies": "１"}, "请填写 1 到 10000 的整数。"),
        ({"pages": "-1"}, "请填写 1 到 10000 的整数。"),
        ({"pages": "1e9"}, "请填写 1 到 10000 的整数。"),
        ({"pages": "99999999999999999999"}, "请填写 1 到 10000 的整数。"),
        ({"title": "长" * 101}, "名称已写 101 字，最多 100 字。"),
    ],
)
def test_what_is_wrong_with_a_material_is_said_and_what_was_typed_stays(
    office: Office, changed: dict[str, str], sentence: str
) -> None:
    refused = add(office, **{"title": "留着的名称", **changed})

    assert refused.status == 422
    assert problem(refused) == sentence
    assert refused.every("//input[@id='m-title']/@value") == [changed.get("title", "留着的名称")]
    assert listed(office) == ["现场照片"]


def test_a_draft_survives_a_material_that_is_refused(office: Office) -> None:
    task = office.task("prepare", "prepare_materials")
    office.desk(OFFICER).post(f"{task}/draft", {"preparation_opinion": "已写的意见"})

    refused = add(office, "假.pdf", b"nothing of the kind")

    assert refused.words("//textarea[@id='field-preparation_opinion']") == "已写的意见"


def test_a_colleague_may_take_material_off_again(office: Office) -> None:
    path = f"{office.task('prepare', 'prepare_materials')}/material/{office.file.rsplit('/', 1)[1]}/remove"

    removed = office.desk(COLLEAGUE).post(path)

    assert removed.status == 302
    assert listed(office) == []


@pytest.mark.parametrize(
    ("login", "status"), [(LEADER, 403), (LIAISON, 403), (STRANGER, 404), (JUSTICE, 403), (SUPERVISION, 403)]
)
def test_nobody_else_takes_material_off(office: Office, login: str, status: int) -> None:
    path = f"{office.task('prepare', 'prepare_materials')}/material/{office.file.rsplit('/', 1)[1]}/remove"

    assert office.desk(login).post(path).status == status
    assert listed(office) == ["现场照片"]


def test_material_of_another_case_is_not_taken_off_by_way_of_ones_own(office: Office) -> None:
    mine = office.town.refer(case_title="另一件移送")
    path = f"/tasks/{mine.task('prepare_materials')}/material/{office.file.rsplit('/', 1)[1]}/remove"

    assert office.desk(OFFICER).post(path).status == 403
    assert listed(office) == ["现场照片"]


def test_material_stays_once_its_letter_is_sent(office: Office) -> None:
    file, task = office.file, office.task("prepare", "prepare_materials")
    office.case("prepare").deliver()

    refused = office.desk(OFFICER).post(f"{task}/material/{file.rsplit('/', 1)[1]}/remove")

    assert refused.status == 409
    assert office.desk(REVIEWER).get(file).status == 200


@pytest.mark.parametrize(
    ("login", "status"),
    [(NOBODY, 302), (OFFICER, 200), (LEADER, 200), (LIAISON, 200), (JUSTICE, 200), (SUPERVISION, 200), (STRANGER, 404)],
)
def test_only_those_who_may_see_the_case_open_its_files(office: Office, login: str, status: int) -> None:
    assert office.desk(login).get(office.file).status == status


def test_a_file_is_what_was_sent(office: Office) -> None:
    assert office.desk(OFFICER).get(office.file).content == PDF


def test_a_file_that_browsers_show_is_shown_in_a_sandbox(office: Office) -> None:
    headers = office.desk(OFFICER).get(office.file).headers

    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("inline;")
    assert headers["Content-Security-Policy"] == SANDBOX
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("name", "ending"), [("笔录.docx", "docx"), ("清单.xlsx", "xlsx")])
def test_a_file_that_browsers_do_not_show_is_handed_over_under_its_name(office: Office, name: str, ending: str) -> None:
    add(office, name, zipped())
    desk = office.desk(OFFICER)
    address = desk.get(office.task("prepare", "prepare_materials")).every(f"//a[contains(., '{name}')]/@href")[0]

    headers = desk.get(address).headers

    assert headers["Content-Disposition"].startswith("attachment;")
    assert f".{ending}" in headers["Content-Disposition"]
    assert headers["Content-Security-Policy"] == SANDBOX


def test_material_on_paper_has_no_file_to_open(office: Office) -> None:
    office.case("prepare").add_material("goods_list")
    shown = office.desk(OFFICER).get(office.task("prepare", "prepare_materials"))

    assert len(shown.every("//section[@id='materials']//a[starts-with(@href, '/materials/')]")) == 1
    assert len(listed(office)) == 2

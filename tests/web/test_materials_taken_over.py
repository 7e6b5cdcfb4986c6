"""Material of a linked case is not uploaded twice: it is chosen from there."""

from __future__ import annotations

from io import BytesIO

import pytest

from engine.documents.files import Upload
from tests.files import PDF
from tests.processes.assistance import Assistance, ask
from tests.processes.complaint import receive
from tests.processes.town import Instance
from tests.web.office import LEADER, OFFICER, ONE_PAGE, STRANGER, Office, Page

PHOTO, SAMPLE = "排口照片", "水样记录"
OFFERED = "//details[contains(@class, 'take-over')]"


def put(office: Office, case: Instance, task: str, title: str, content: bytes | None, by: str = OFFICER) -> None:
    values = {"kind": "site_photos", "title": title, **ONE_PAGE}
    files = [Upload("文件.pdf" if content == PDF else "文件.jpg", BytesIO(content))] if content else []
    person, task_id = office.town.person(by), case.task(task)
    office.town.act(lambda engine: engine.materials.add(person, task_id, values, files))


@pytest.fixture
def second(office: Office) -> Assistance:
    """A request that one department has refused and that goes to another: the first had a file and a paper."""
    first = ask(office.town, delivered=False)
    put(office, first, "prepare_request", PHOTO, PDF)
    put(office, first, "prepare_request", SAMPLE, None)
    first.prepare().approve().decline().answer_refusal("refuse").reply_to_refusal("agree", other="housing")
    return first.begun()


def page(office: Office, case: Instance, task: str = "prepare_request", login: str = OFFICER) -> Page:
    return office.desk(login).get(f"/tasks/{case.task(task)}")


def choose(office: Office, case: Instance, *chosen: str, login: str = OFFICER) -> Page:
    return office.desk(login).post(
        f"/tasks/{case.task('prepare_request')}/material/take-over", {"chosen": list(chosen)}
    )


def offered(shown: Page) -> dict[str, str]:
    """What may be chosen: id by name."""
    names = map(str.strip, map(str, shown.every(f"{OFFERED}//label/span/text()")))
    return dict(zip(names, map(str, shown.every(f"{OFFERED}//input[@name='chosen']/@value")), strict=True))


def listed(shown: Page) -> list[str]:
    return shown.texts("//section[@id='materials']//tbody//td[1]/span")


def test_a_request_to_another_department_takes_over_the_material_of_the_refused_one(
    office: Office, second: Assistance
) -> None:
    there = offered(page(office, second))
    assert set(there) == {PHOTO, SAMPLE}

    choose(office, second, *there.values())

    shown = page(office, second)
    assert set(listed(shown)) == {PHOTO, SAMPLE}
    assert offered(shown) == {}
    file = str(shown.every("//section[@id='materials']//a[starts-with(@href, '/materials/')]/@href")[0])
    assert office.desk(OFFICER).get(file.removesuffix("/preview")).content == PDF


def test_what_is_taken_over_is_of_the_case_and_goes_with_its_letter(office: Office, second: Assistance) -> None:
    choose(office, second, offered(page(office, second))[PHOTO])
    second.prepare().approve()

    receiver = office.desk(second.assisting.liaison)
    materials = receiver.get(f"/instances/{second.number}")
    assert PHOTO in materials.words("//section[@id='materials']")
    (file,) = set(materials.every("//section[@id='materials']//a[starts-with(@href, '/materials/')]/@href"))
    assert receiver.get(str(file).removesuffix("/preview")).content == PDF


def test_nothing_chosen_is_said_and_changes_nothing(office: Office, second: Assistance) -> None:
    answer = choose(office, second)

    assert answer.status == 422
    assert answer.words(f"{OFFERED}//p[contains(@class, 'problem')]") == "请先勾选要加入的材料。"
    assert listed(page(office, second)) == []


def test_what_was_taken_over_is_not_taken_over_twice(office: Office, second: Assistance) -> None:
    chosen = offered(page(office, second))[PHOTO]
    choose(office, second, chosen)

    answer = choose(office, second, chosen)

    assert answer.status == 422
    assert "请重新勾选" in answer.words(OFFERED)
    assert listed(page(office, second)) == [PHOTO]


def test_material_of_a_case_that_is_not_linked_is_not_taken_over(office: Office, second: Assistance) -> None:
    answer = choose(office, second, office.file.removeprefix("/materials/"))

    assert answer.status == 422
    assert listed(page(office, second)) == []


@pytest.mark.parametrize("login", [STRANGER, LEADER])
def test_only_those_who_work_on_the_task_take_material_over(office: Office, second: Assistance, login: str) -> None:
    chosen = offered(page(office, second))[PHOTO]

    assert choose(office, second, chosen, login=login).status in {403, 404}
    assert listed(page(office, second)) == []


def test_a_case_that_is_linked_with_none_offers_nothing(office: Office) -> None:
    assert offered(office.desk(OFFICER).get(office.task("prepare", "prepare_materials"))) == {}


def test_r66_material_that_may_name_the_informant_is_offered_with_a_warning(office: Office, second: Assistance) -> None:
    complaint = receive(office.town).register().judge()
    put(office, complaint, "check_complaint", PHOTO, PDF)
    referral = complaint.check("to_refer_violation").referral()

    assert "先遮盖再上传" in page(office, referral, "prepare_materials").words(OFFERED)
    assert "遮盖" not in page(office, second).words(OFFERED)

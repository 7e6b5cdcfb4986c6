"""Signing in and out: what the browser is given, what it may not keep, and who is let in."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.app import Engine
from engine.db.tables import person
from engine.settings import Settings
from tasks_ui import create_app
from tests.web.office import (
    COLLEAGUE,
    DEPUTY,
    LEADER,
    LIAISON,
    OFFICER,
    PASSWORD,
    PASSWORD_HASH,
    STRANGER,
    Desk,
    Office,
    Page,
)

WRONG = "账号或密码不对。"
HELD = "错误次数太多，请 15 分钟后再试，或请系统管理员重设密码。"


def cookie(page: Page, name: str = "lianban") -> str:
    (found,) = (line for line in page.headers.getlist("Set-Cookie") if line.startswith(f"{name}="))
    return found


def session_of(desk: Desk) -> str:
    found = desk.client.get_cookie("lianban")
    return found.value if found else ""


def refusal(page: Page) -> str:
    (field,) = page.every("//input[@id='password']")
    return page.words(f"//*[@id='{field.get('aria-describedby')}']")


def test_whoever_gives_login_and_password_comes_to_the_inbox(office: Office) -> None:
    desk = office.desk()

    signed_in = desk.sign_in(OFFICER)

    assert (signed_in.status, signed_in.location) == (302, "/inbox")
    assert desk.get("/inbox").texts("//header//summary//span")[0].startswith("青河镇")


def test_the_session_cookie_is_kept_from_scripts_and_from_other_sites(office: Office) -> None:
    given = cookie(office.desk().sign_in(OFFICER))

    assert "HttpOnly" in given
    assert "SameSite=Lax" in given
    assert "Path=/" in given
    assert "Max-Age=43200" in given
    assert "Secure" not in given


def test_behind_https_the_cookies_never_travel_without_it(office: Office) -> None:
    settings = Settings(data_dir=office.town.settings.data_dir, secret_key="of these tests", secure_cookies=True)
    engine = Engine(settings, office.town.clock)
    desk = Desk(create_app(engine), "127.0.0.1")

    shown = desk.get("/login", base_url="https://localhost")
    values = {"csrf_token": shown.token, "login": OFFICER, "password": PASSWORD}
    given = desk.send("/login", values, base_url="https://localhost")
    engine.close()

    assert "Secure" in cookie(shown, "lianban_form")
    assert "Secure" in cookie(given)


def test_the_cookie_of_the_form_is_kept_from_scripts(office: Office) -> None:
    given = cookie(office.desk().get("/login"), "lianban_form")

    assert "HttpOnly" in given
    assert "SameSite=Lax" in given


def test_signing_in_gives_a_session_that_nobody_could_have_planted(office: Office) -> None:
    desk = office.desk()
    desk.client.set_cookie("lianban", "planted")

    desk.sign_in(OFFICER)

    assert session_of(desk) not in ("", "planted")
    assert office.engine.accounts.visitor("planted") is None


def test_signing_in_again_gives_another_session_and_another_form_token(office: Office) -> None:
    desk = office.desk()
    desk.sign_in(OFFICER)
    first, token = session_of(desk), desk.token()

    desk.post("/logout")
    desk.sign_in(OFFICER)

    assert session_of(desk) != first
    assert desk.token() != token


def test_a_form_token_from_before_signing_in_is_no_good_afterwards(office: Office) -> None:
    desk = office.desk()
    before = desk.token()
    desk.sign_in(OFFICER)

    refused = desk.send("/logout", {"csrf_token": before})

    assert refused.status == 400
    assert desk.get("/inbox").status == 200


def test_signing_out_ends_the_session_on_the_server_too(office: Office) -> None:
    desk, stolen = office.desk(OFFICER), office.desk()
    stolen.client.set_cookie("lianban", session_of(desk))
    assert stolen.get("/inbox").status == 200

    signed_out = desk.post("/logout")

    assert (signed_out.status, signed_out.location) == (302, "/login")
    assert session_of(desk) == ""
    assert stolen.get("/inbox").location.startswith("/login")


def test_who_is_signed_in_is_not_asked_again(office: Office) -> None:
    assert office.desk(OFFICER).get("/login").location == "/inbox"


def test_a_page_that_asks_to_sign_in_is_shown_afterwards(office: Office) -> None:
    desk = office.desk()
    asked = desk.get("/instances?state=over")
    onward = desk.get(asked.location).every("//form[@action='/login']//input[@name='next']/@value")

    assert onward == ["/instances?state=over"]
    assert desk.sign_in(OFFICER, onward=onward[0]).location == "/instances?state=over"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/",
        "//example.org/",
        "/\\example.org",
        "\\\\example.org",
        "javascript:alert(1)",
        "inbox",
        "/inbox\r\nSet-Cookie: a=b",
        "http:inbox",
        "/\t/example.org",
        "/\n/example.org",
        "///example.org",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(office: Office, elsewhere: str) -> None:
    assert office.desk().sign_in(OFFICER, onward=elsewhere).location == "/inbox"


@pytest.mark.parametrize("login", [OFFICER, "nobody.at.all", "", "' OR 1=1 --", "沈禾", "a" * 5000, "nul\x00"])
def test_a_wrong_password_and_an_unknown_login_read_the_same(office: Office, login: str) -> None:
    refused = office.desk().sign_in(login, "wrong")

    assert refused.status == 422
    assert refusal(refused) == WRONG
    assert not [line for line in refused.headers.getlist("Set-Cookie") if line.startswith("lianban=")]


def test_the_login_stays_in_the_form_and_the_password_does_not(office: Office) -> None:
    refused = office.desk().sign_in(OFFICER, "wrong-password-typed")

    assert refused.every("//input[@id='login']/@value") == [OFFICER]
    assert "wrong-password-typed" not in refused.text


def test_the_tenth_wrong_try_holds_the_account_even_against_the_right_password(office: Office) -> None:
    desk = office.desk()
    told = [refusal(desk.sign_in(OFFICER, "wrong")) for _ in range(10)]

    held = desk.sign_in(OFFICER)

    assert told[5] == WRONG
    assert told[6] == f"{WRONG}再错 3 次，此账号将锁定 15 分钟。"
    assert told[9] == HELD
    assert (held.status, refusal(held)) == (422, HELD)


def test_a_held_account_holds_nobody_else(office: Office) -> None:
    desk = office.desk()
    for _ in range(10):
        desk.sign_in(OFFICER, "wrong")

    assert desk.sign_in(LIAISON).status == 302


def test_a_quarter_of_an_hour_later_the_account_is_open_again(office: Office) -> None:
    desk = office.desk()
    for _ in range(10):
        desk.sign_in(OFFICER, "wrong")

    office.town.later(minutes=15, seconds=1)

    assert desk.sign_in(OFFICER).status == 302


def test_fifty_wrong_tries_hold_an_address_and_no_other(office: Office) -> None:
    attacker, elsewhere = office.desk(address="203.0.113.7"), office.desk(address="203.0.113.8")
    token, five = attacker.token(), (COLLEAGUE, DEPUTY, LEADER, LIAISON, STRANGER)
    for login in five * 10:
        attacker.send("/login", {"csrf_token": token, "login": login, "password": "wrong"})

    assert refusal(attacker.sign_in(OFFICER)) == HELD
    assert elsewhere.sign_in(OFFICER).status == 302


def test_a_session_that_is_not_used_for_two_hours_is_over(office: Office) -> None:
    desk = office.desk(OFFICER)

    office.town.later(hours=2, seconds=1)

    assert desk.get("/inbox").location.startswith("/login")


def test_a_session_in_use_is_over_after_twelve_hours(office: Office) -> None:
    desk = office.desk(OFFICER)
    statuses = []
    for _ in range(13):
        statuses.append(desk.get("/inbox").status)
        office.town.later(hours=1)

    assert statuses == [200] * 13
    assert desk.get("/inbox").location.startswith("/login")


def test_a_script_is_told_that_the_session_is_over(office: Office) -> None:
    desk = office.desk(OFFICER)
    path, token = f"{office.task('prepare', 'prepare_materials')}/draft", desk.token()
    office.town.later(hours=3)

    answer = desk.send(path, {"csrf_token": token}, headers={"Accept": "application/json"})

    assert answer.status == 401
    assert answer.json == {"message": "登录已经过期，请重新登录；已保存的草稿都在。"}


def test_who_holds_posts_in_two_units_acts_for_one_at_a_time(office: Office) -> None:
    office.town.appoint(COLLEAGUE, "shiqiao", "liaison")
    desk = office.desk(COLLEAGUE)
    assert "青河镇" in desk.get("/inbox").words("//header//summary")
    assert desk.get(office.instance("review")).status == 200

    switched = desk.post("/acting", {"unit": "shiqiao"})

    assert (switched.status, switched.location) == (302, "/inbox")
    assert "石桥镇" in desk.get("/inbox").words("//header//summary")
    assert desk.get(office.instance("review")).status == 404


def test_who_has_one_unit_is_offered_no_other(office: Office) -> None:
    assert office.desk(OFFICER).get("/inbox").every("//form[@action='/acting']") == []


@pytest.mark.parametrize("unit", ["shiqiao", "justice_bureau", "", "nowhere"])
def test_nobody_acts_for_a_unit_without_a_post_there(office: Office, unit: str) -> None:
    desk = office.desk(OFFICER)

    refused = desk.post("/acting", {"unit": unit})

    assert (refused.status, refused.said) == (409, "你在这个单位没有在任的岗位。")
    assert "青河镇" in desk.get("/inbox").words("//header//summary")


def test_whoever_has_lost_the_post_is_out_at_once(office: Office) -> None:
    desk = office.desk(STRANGER)
    assert desk.get("/inbox").status == 200

    office.town.leave(STRANGER, "shiqiao", "case_officer")

    assert desk.get("/inbox").location.startswith("/login")


def test_whoever_has_lost_one_of_two_posts_goes_on_with_the_other(office: Office) -> None:
    office.town.appoint(COLLEAGUE, "shiqiao", "liaison")
    desk = office.desk(COLLEAGUE)
    desk.post("/acting", {"unit": "shiqiao"})

    office.town.leave(COLLEAGUE, "shiqiao", "liaison")

    assert "青河镇" in desk.get("/inbox").words("//header//summary")


def test_an_account_that_is_closed_is_out_at_once_and_stays_out(office: Office) -> None:
    desk = office.desk(OFFICER)
    office.town.write(lambda tx: tx.execute(update(person).where(person.c.login == OFFICER).values(active=False)))

    assert desk.get("/inbox").location.startswith("/login")
    assert refusal(desk.sign_in(OFFICER)) == WRONG


def test_a_new_post_counts_in_a_session_that_is_already_open(office: Office) -> None:
    desk = office.desk(OFFICER)
    office.town.appoint(OFFICER, "qinghe", "deputy_leader")

    assert "分管领导" in desk.get("/inbox").words("//header//summary")


def test_a_post_that_ends_at_a_certain_time_is_over_at_that_time(office: Office) -> None:
    office.town.newcomer("lin.sq", "shiqiao", "clerk")
    office.town.leave("lin.sq", "shiqiao", "clerk")
    office.town.appoint("lin.sq", "shiqiao", "clerk", until="2026-10-09T12:00")
    office.town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    desk = office.desk("lin.sq")

    office.town.at("2026-10-09T11:59:59")
    before = desk.get("/inbox").status
    office.town.at("2026-10-09T12:00")

    assert before == 200
    assert desk.get("/inbox").location.startswith("/login")

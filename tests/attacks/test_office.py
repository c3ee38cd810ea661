"""Pages and JSON of the office: other sites' requests, cookies, caches, other people's things, strange bodies."""

from __future__ import annotations

import json
import re
import socket as sockets
from typing import Any

import httpx
import pytest

from tests.attacks.outcome import refused
from tests.support.stack import PASSWORD, Browser, Opened, Stack

MUTATING = (
    "/people/add/",
    "/people/{person}/role/",
    "/people/{person}/disable/",
    "/people/{person}/one-time-login/",
    "/people/{person}/sessions/end/",
    "/appointments/{appointment}/end/",
    "/cameras/add/",
    "/cameras/{camera}/edit/",
    "/cameras/{camera}/retire/",
    "/holds/place/",
    "/requests/new/{site}/organ/",
    "/sign-out/",
    "/password/",
    "/account/sessions/end-others/",
    "/account/tokens/add/",
    "/language/",
    "/policies/",
    "/api/viewings",
    "/api/viewings/{grant}/close",
    "/api/viewings/{grant}/renew",
    "/api/viewings/{grant}/export",
    "/api/exports",
    "/api/cameras/test",
    "/api/v1/sites",
)


def _filled(stack: Stack, path: str, live: Opened) -> str:
    ids = stack.ids
    return path.format(
        person=ids["people"]["relief"],
        appointment=ids["appointments"]["relief"],
        camera=stack.camera,
        site=ids["sites"]["演示站点"],
        grant=live.grant,
    )


@pytest.mark.parametrize("path", MUTATING)
def test_a_form_of_another_site_changes_nothing(stack: Stack, manager: Browser, live: Opened, path: str) -> None:
    """The browser sends the cookies along; the token is missing, wrong, or the Origin is another's."""
    address = _filled(stack, path, live)
    token = {"x-csrftoken": manager.http.cookies["mingcha_csrf"]}
    tries: list[dict[str, str]] = [{}, {"x-csrftoken": "0" * 32}, {**token, "origin": "https://evil.example"}]
    for headers in tries:
        answer = manager.http.post(address, json={"a": 1}, headers=headers)
        assert answer.status_code in (403, 405), (address, headers, answer.status_code)


def test_json_dressed_as_a_form_of_another_site(stack: Stack, manager: Browser) -> None:
    """`text/plain` needs no preflight: a foreign page may send it."""
    body = json.dumps({"mode": "live", "cameras": [stack.camera], "reason": "routine", "note": ""})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        headers = {"content-type": kind, "origin": "https://evil.example"}
        refused(manager.http.post("/api/viewings", content=body, headers=headers))


def test_reading_by_another_site_gets_no_cors(manager: Browser) -> None:
    for path in ("/", "/api/v1/cameras", "/api/map/cameras"):
        answer = manager.http.get(path, headers={"origin": "https://evil.example"})
        assert not any(name.startswith("access-control") for name in answer.headers)


def test_no_page_lets_itself_be_framed_or_sniffed(stack: Stack, manager: Browser) -> None:
    for path in ("/", "/wall/", "/playback/", "/requests/", "/people/", "/nope/", "/sign-in/", "/api/v1/cameras"):
        headers = manager.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"


def test_nothing_signed_in_is_kept_by_browsers_or_proxies(stack: Stack, manager: Browser) -> None:
    """Shared caches, and the back button after signing out; error pages too."""
    paths = ("/", "/wall/", "/requests/", "/people/", "/cameras/cam_0000000000000000/", "/api/v1/cameras", "/nope/")
    for path in (*paths, f"/cameras/{stack.camera}/", "/permissions/", "/register/"):
        headers = manager.get(path).headers
        assert "no-store" in headers.get("cache-control", ""), path


def test_cookies_are_out_of_reach(stack: Stack, guard: Browser, live: Opened) -> None:
    browser = stack.browser()
    browser.get("/sign-in/")
    answer = browser.post("/sign-in/", username="guard", password=PASSWORD)
    for line in answer.headers.get_list("set-cookie"):
        if line.startswith(("mingcha_session", "mingcha_csrf", "mingcha_screen")):
            assert "HttpOnly" in line
            assert re.search(r"SameSite=(Lax|Strict)", line)


def test_a_session_planted_before_signing_in_is_not_adopted(stack: Stack) -> None:
    """Session fixation."""
    browser = stack.browser()
    browser.http.cookies.set("mingcha_session", "a" * 32, domain="127.0.0.1")
    browser.sign_in("guard")
    keys = {cookie.value for cookie in browser.http.cookies.jar if cookie.name == "mingcha_session"}
    attacker = stack.browser()
    attacker.http.cookies.set("mingcha_session", "a" * 32, domain="127.0.0.1")
    assert attacker.get("/").status_code == 302
    assert keys != {"a" * 32}


def test_a_session_kept_after_signing_out_opens_nothing(stack: Stack) -> None:
    browser = stack.browser().sign_in("relief")
    kept = browser.cookies()
    answer = browser.post("/sign-out/")
    assert '"cache"' in answer.headers["clear-site-data"]
    thief = stack.browser()
    for path in ("/", "/wall/", "/api/v1/cameras"):
        assert thief.get(path, headers={"cookie": kept}).status_code in (302, 401)


def test_after_signing_in_nobody_is_led_to_another_site(stack: Stack) -> None:
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "\thttps://e"):
        browser = stack.browser()
        browser.get("/sign-in/")
        answer = browser.post("/sign-in/", username="guard", password=PASSWORD, next=target)
        assert answer.headers["location"] == "/", target


def test_a_foreign_host_header(stack: Stack, manager: Browser) -> None:
    for headers in ({"host": "evil.example"}, {"host": f"127.0.0.1:{stack.product.web_port}@evil.example"}):
        assert manager.get("/", headers=headers).status_code == 400
    answer = manager.get("/wall/", headers={"x-forwarded-host": "evil.example"})
    assert "evil.example" not in answer.text + str(answer.headers)


def test_other_people_s_sessions_tokens_and_factors(stack: Stack, guard: Browser) -> None:
    """Ids of the own account's things are looked for among one's own only."""
    for path in (
        "/account/sessions/ses_0000000000000000/end/",
        "/account/tokens/tok_0000000000000000/revoke/",
        f"/people/{stack.ids['people']['manager']}/sessions/end/",
        f"/people/{stack.ids['people']['manager']}/disable/",
    ):
        assert guard.post(path).status_code in (403, 404), path


PUBLIC_IDS = {
    "cam": "/cameras/{}/",
    "req": "/requests/{}/",
    "hld": "/holds/{}/",
    "per": "/people/{}/",
    "vws": "/exports/{}/",
    "itm": "/copies/{}/",
    "fil": "/documents/{}/",
    "grt": "/api/viewings/{}/renew",
}


@pytest.mark.parametrize("kind", PUBLIC_IDS)
def test_ids_are_not_guessed_by_their_answers(manager: Browser, kind: str) -> None:
    """What one may not see does not exist; nonsense and a well-formed unknown id are answered alike."""
    method = manager.ask if kind == "grt" else manager.get
    answers = {
        method(PUBLIC_IDS[kind].format(wrong)).status_code
        for wrong in (f"{kind}_0000000000000000", "1", "0", "-1", "x" * 300, f"{kind}_0000000000000000%00", "..%2f..")
    }
    assert answers <= {404, 405}, answers


def test_the_photographs_at_a_request_belong_to_that_request(stack: Stack, guard: Browser) -> None:
    """Certificate photo, signature, scan: by number, under another request's id."""
    first = stack.granted(guard, None)
    second = stack.granted(guard, None)
    for path in ("officers/{}/photo/", "officers/{}/signature/", "officers/{}/number_sealed/", "papers/{}/scan/"):
        for number in range(6):
            answer = guard.get(f"/requests/{second}/{path.format(number)}")
            assert answer.status_code in (400, 403, 404), (path, number)
    for browser in (stack.who("officer"), stack.who("maintainer"), stack.who("data_office")):
        assert browser.get(f"/requests/{first}/").status_code == 403
        assert browser.get(f"/requests/{first}/paper/").status_code == 403


def test_a_token_for_programs_reads_and_nothing_else(stack: Stack, guard: Browser) -> None:
    answer = guard.post("/account/tokens/add/", name="robot", days="30")
    token = re.search(r"mct_[A-Za-z0-9_-]+", answer.text)[0]  # type: ignore[index]
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=stack.office, headers=headers, trust_env=False) as program:
        assert program.get("/api/v1/cameras").status_code == 200
        assert program.get("/api/v1/register/entries").status_code == 403  # wider than its person's role
        for path in ("/api/v1/sites", "/api/viewings", "/api/exports"):
            assert program.post(path, json={}).status_code in (401, 403), path
        assert program.get("/wall/").status_code == 302
        assert program.get("/", headers={"x-http-method-override": "POST"}).status_code == 302
    assert httpx.get(f"{stack.media}/status?camera={stack.camera}", headers=headers).status_code == 403


def test_bodies_of_the_wrong_kind_break_nothing(stack: Stack, guard: Browser) -> None:
    deep = "[" * 20_000 + "]" * 20_000
    bodies: list[Any] = [[], "x", 7, None, {"mode": ["live"]}, {"mode": {"$ne": 1}}, {"mode": "live", "cameras": {}}]
    token = {"x-csrftoken": guard.http.cookies["mingcha_csrf"], "content-type": "application/json"}
    for body in bodies:
        refused(guard.http.post("/api/viewings", content=json.dumps(body), headers=token))
    for raw in (deep, '{"mode": "live"', "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "NaN", "1e999"):
        refused(guard.http.post("/api/viewings", content=raw.encode("latin-1"), headers=token))


def test_bodies_far_too_large_are_refused(stack: Stack, guard: Browser, live: Opened) -> None:
    token = {"x-csrftoken": guard.http.cookies["mingcha_csrf"], "content-type": "application/json"}
    big = b'{"note": "' + b"x" * (3 << 20) + b'"}'
    refused(guard.http.post("/api/viewings", content=big, headers=token))
    answer = guard.media("/exports", stack.mint(modes=("export",)), method="POST", content=big)
    assert answer.status_code in (400, 413)


def test_fields_a_form_does_not_have_are_not_taken(stack: Stack, guard: Browser) -> None:
    """Mass assignment: role, state and approval come with the form of a request and of the own account."""
    request = stack.granted(guard, None)
    wishes = {"state": "granted", "until_at": "2099-01-01T00:00", "watermark": "", "masked": "", "consent_at": "2020"}
    named = {f"officer-{key}": value for key, value in {"name": "某", "organ": "某", "signed_name": "某"}.items()}
    guard.post(f"/requests/{request}/officers/", **wishes, **named)
    watermark = stack.open_granted(guard, request, "live", watermark="", until_us=1 << 60)
    assert watermark.status_code == 201
    page = guard.get(f"/requests/{request}/look/?watermark=&until=2099&masked=0").text
    assert json.dumps("陈警官").strip('"') in page
    guard.post("/language/", language="zh-hans", role="manager", is_active="1", next="/")
    assert guard.get("/people/add/").status_code == 403


def test_the_public_page_tells_nothing_of_cameras(stack: Stack) -> None:
    stranger = stack.browser()
    for token in ("x", "0" * 22, stack.camera, stack.ids["sites"]["演示站点"], "../cameras", "%2e%2e"):
        answer = stranger.get(f"/s/{token}/")
        assert answer.status_code in (302, 404)
        assert stack.camera not in answer.text
        assert "rtsp" not in answer.text


def test_positions_of_cameras_are_for_those_who_may_see_cameras(stack: Stack) -> None:
    paths = ("/api/map/cameras", "/api/map/states", f"/api/map/cameras/{stack.camera}", "/api/v1/cameras")
    for path in paths:
        assert stack.browser().get(path).status_code == 401, path
        assert stack.who("officer").get(path).status_code == 403, path


def raw(port: int, text: bytes) -> bytes:
    """What comes back for these very bytes."""
    with sockets.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(text)
        connection.settimeout(2)
        answer = b""
        try:
            while piece := connection.recv(65_536):
                answer += piece
        except TimeoutError:
            pass
        return answer


@pytest.mark.parametrize("server", ["office", "media"])
def test_a_request_hidden_in_another_is_not_answered(stack: Stack, server: str) -> None:
    """Two lengths, a length beside chunks, a chunked body that lies: at most one answer, and none of the inner one."""
    port = stack.product.web_port if server == "office" else stack.product.media_port
    inner = b"GET /control/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    for head in (
        b"Content-Length: 4\r\nContent-Length: 60\r\n",
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
    ):
        text = b"POST /api/viewings HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head + b"\r\n0\r\n\r\n" + inner
        answer = raw(port, text)
        assert b"200 OK" not in answer
        assert b'"cameras"' not in answer

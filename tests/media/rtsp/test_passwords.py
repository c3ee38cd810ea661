"""The passwords of a camera, where it sends us for its pictures, and who must never learn the one or the other."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging

import pytest

from mingcha.media.rtsp.messages import parameters
from mingcha.media.rtsp.source import Source, SourceError
from tests.media.rtsp.packets import SDP_AUDIO
from tests.media.rtsp.scripted import PASSWORD, USER, Asked, Camera, client, refused, reply, serving


class Guarded:
    """Digest as RFC 2617 and RFC 7616 have a server check it."""

    def __init__(self, *, algorithm: str = "", qop: str = "auth", lifetime: int = 1000) -> None:
        self.algorithm = algorithm
        self.qop = qop
        self.lifetime = lifetime  # requests one nonce is good for
        self.nonces = 0
        self.used = 0
        self.counts: list[str] = []
        self.say_stale = True

    def challenge(self, asked: Asked, *, stale: bool = False) -> bytes:
        self.nonces += 1
        self.used = 0
        text = f'Digest realm="Street, \\"North\\"", nonce="n{self.nonces}", opaque="o"'
        text += f", algorithm={self.algorithm}" if self.algorithm else ""
        text += f', qop="{self.qop}"' if self.qop else ""
        text += ", stale=TRUE" if stale and self.say_stale else ""
        return reply(asked, "401 Unauthorized", {"WWW-Authenticate": text})

    def check(self, asked: Asked) -> bytes | None:
        """The refusal, or None when the request may pass."""
        scheme, _, rest = asked.headers.get("authorization", "").partition(" ")
        if scheme != "Digest":
            return self.challenge(asked)
        given = parameters(rest, ",")
        if given["nonce"] != f"n{self.nonces}" or self.used >= self.lifetime:
            return self.challenge(asked, stale=True)
        self.used += 1
        if given["response"] != self.expected(given, asked) or given["uri"] != asked.url or given["opaque"] != "o":
            return self.challenge(asked)
        self.counts.append(given.get("nc", ""))
        return None

    def expected(self, given: dict[str, str], asked: Asked) -> str:
        kind = hashlib.sha256 if self.algorithm.upper().startswith("SHA-256") else hashlib.md5

        def digest(*texts: str) -> str:
            return kind(":".join(texts).encode()).hexdigest()

        secret = digest(USER, 'Street, "North"', PASSWORD)
        if self.algorithm.upper().endswith("-SESS"):
            secret = digest(secret, given["nonce"], given["cnonce"])
        subject = digest(asked.method, asked.url)
        if self.qop == "auth-int":
            subject = digest(asked.method, asked.url, digest(""))
        if self.qop:
            return digest(secret, given["nonce"], given["nc"], given["cnonce"], given["qop"], subject)
        return digest(secret, given["nonce"], subject)

    def guard(self, camera: Camera) -> Camera:
        """The same camera, behind this password."""
        usual = camera.answer
        camera.answer = lambda asked: self.check(asked) or usual(asked)  # type: ignore[method-assign]
        return camera


@pytest.mark.parametrize("algorithm", ["", "MD5", "md5", "SHA-256", "MD5-sess", "SHA-256-sess"])
@pytest.mark.parametrize("qop", ["", "auth", "auth-int"])
async def test_it_answers_digest(algorithm: str, qop: str) -> None:
    guarded = Guarded(algorithm=algorithm, qop=qop)
    async with serving(guarded.guard(Camera())) as camera:
        one = client(camera, username=USER, password=PASSWORD)
        await one.session.open()
        await one.session.close()
    assert guarded.nonces == 1
    if qop:
        assert guarded.counts == [f"{number:08x}" for number in range(1, 6)]


@pytest.mark.parametrize("say_stale", [True, False])
async def test_a_nonce_that_went_stale_is_replaced(say_stale: bool) -> None:
    guarded = Guarded(lifetime=2)
    guarded.say_stale = say_stale
    async with serving(guarded.guard(Camera(session="1;timeout=1"))) as camera:
        one = client(camera, username=USER, password=PASSWORD)
        await one.session.open()
        async with asyncio.timeout(5):
            while len(guarded.counts) < 8:
                await asyncio.sleep(0.01)
        await one.session.close()
    assert guarded.nonces >= 4


async def test_a_password_changed_on_the_camera_ends_the_session() -> None:
    guarded = Guarded()
    async with serving(guarded.guard(Camera(session="1;timeout=1"))) as camera:
        one = client(camera, username=USER, password=PASSWORD)
        await one.session.open()
        guarded.expected = lambda given, asked: "changed"  # type: ignore[method-assign]
        with pytest.raises(SourceError) as caught:
            async with asyncio.timeout(5):
                await one.session.run()
        assert caught.value.code == "camera.unauthorised"
        await one.session.close()


async def test_it_answers_basic() -> None:
    good = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def describe(camera: Camera, asked: Asked) -> bytes:
        if asked.headers.get("authorization") != good:
            return reply(asked, "401 Unauthorized", {"WWW-Authenticate": 'Basic realm="x"'})
        return reply(asked, body=camera.sdp)

    async with serving(Camera(answers={"DESCRIBE": describe})) as camera:
        one = client(camera, username=USER, password=PASSWORD)
        await one.session.open()
        await one.session.close()


async def test_the_strongest_offer_is_taken() -> None:
    guarded = Guarded(algorithm="SHA-256")
    weak = b'WWW-Authenticate: Basic realm="x", Digest realm="x", nonce="weak"\r\nWWW-Authenticate: Digest realm="Str'
    camera = guarded.guard(Camera())
    usual = camera.answer
    camera.answer = lambda asked: (usual(asked) or b"").replace(b'WWW-Authenticate: Digest realm="Str', weak)  # type: ignore[method-assign]
    async with serving(camera):
        one = client(camera, username=USER, password=PASSWORD)
        await one.session.open()
        await one.session.close()
    assert guarded.counts


async def test_a_wrong_password_is_told_after_two_tries() -> None:
    guarded = Guarded()
    async with serving(guarded.guard(Camera())) as camera:
        error = await refused(camera, username=USER, password="wrong")
    assert error.code == "camera.unauthorised"
    assert guarded.nonces == 2  # cameras lock out who tries too often


async def test_a_missing_password_is_told() -> None:
    async with serving(Guarded().guard(Camera())) as camera:
        error = await refused(camera)
    assert error.code == "camera.unauthorised"
    assert len(camera.asked) == 1


async def test_credentials_stand_in_no_log_and_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(Guarded().guard(Camera(sdp=Camera().sdp + SDP_AUDIO.replace("PCMA", "G726")))) as camera:
        one = client(camera, username=USER, password=PASSWORD, audio=True)
        await one.session.open()
        await one.session.close()
    assert PASSWORD not in caplog.text
    assert PASSWORD not in repr(Source("rtsp://x/", USER, PASSWORD))


# Redirects.


def elsewhere(url: str, status: str = "302 Found") -> Camera:
    return Camera(answers={"DESCRIBE": lambda camera, asked: reply(asked, status, {"Location": url})})


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found"])
async def test_it_follows_a_redirect(status: str) -> None:
    async with serving(Camera()) as target, serving(elsewhere(target.url, status)) as first:
        one = client(first)
        await one.session.open()
        await one.pictures(2)
        await one.session.close()
    assert first.methods == ["OPTIONS", "DESCRIBE"]
    assert target.methods[-1] == "TEARDOWN"


async def test_a_redirect_on_the_same_host_keeps_the_password() -> None:
    guarded = Guarded()
    async with serving(guarded.guard(Camera())) as target, serving(elsewhere(target.url)) as first:
        one = client(first, username=USER, password=PASSWORD)
        await one.session.open()
        await one.session.close()


async def test_another_host_does_not_learn_the_password() -> None:
    guarded = Guarded()
    async with serving(guarded.guard(Camera())) as target:
        other_name = f"rtsp://localhost:{target.port}/live"
        async with serving(Guarded().guard(elsewhere(other_name))) as first:
            error = await refused(first, username=USER, password=PASSWORD)
    assert error.code == "camera.unauthorised"
    assert [asked.headers.get("authorization") for asked in target.asked] == [None]


async def test_redirects_in_a_circle_end() -> None:
    camera = Camera()
    camera.answers["DESCRIBE"] = lambda camera, asked: reply(asked, "302 Found", {"Location": camera.url})
    async with serving(camera):
        error = await refused(camera)
    assert error.code == "camera.protocol"
    assert camera.connections == 6


async def test_a_redirect_to_another_protocol_is_refused() -> None:
    async with serving(elsewhere("http://127.0.0.1/")) as camera:
        assert (await refused(camera)).code == "camera.protocol"

"""Messages, descriptions, control addresses and challenges, as bytes and text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.media.rtsp import auth, locate, messages, rtcp, sdp
from mingcha.media.rtsp.auth import Authenticator
from tests.media.rtsp.packets import PPS, SPS

ANSWER = b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nPublic: A,\r\n B\r\nX: 1\r\nx: 2\r\nContent-Length: 4\r\n\r\nbodyREST"


def test_an_answer_is_read_with_its_body() -> None:
    found = messages.parse(ANSWER)
    assert found is not None
    message, size = found
    assert ANSWER[size:] == b"REST"
    assert (message.status, message.reason, message.sequence, message.body) == (200, "OK", 3, b"body")
    assert message.header("public") == "A, B"
    assert message.headers["x"] == ["1", "2"]


@pytest.mark.parametrize("size", range(len(ANSWER) - 4))
def test_an_answer_that_is_not_complete_waits(size: int) -> None:
    assert messages.parse(ANSWER[:size]) is None


def test_bare_line_feeds_are_taken() -> None:
    found = messages.parse(b"RTSP/1.0 404 Not Found\nCSeq: 1\n\nx")
    assert found is not None
    assert (found[0].status, found[0].reason, found[1]) == (404, "Not Found", 32)


def test_a_request_of_the_camera_is_read() -> None:
    found = messages.parse(b"OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n")
    assert found is not None
    assert (found[0].status, found[0].method, found[0].url, found[0].sequence) == (0, "OPTIONS", "*", 9)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"RTSP/1.0 2x0 OK\r\n\r\n",
        b"RTSP/1.0\r\n\r\n",
        b"\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: 70000\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: \xc2\xb2\r\n\r\n",
        b"A" * 70_000,
        b"RTSP/1.0 200 OK\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(messages.BadMessage):
        messages.parse(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_refused_or_wait(data: bytes) -> None:
    try:
        found = messages.parse(b"RTSP/1.0 200 OK\r\n" + data)
    except messages.BadMessage:
        return
    assert found is None or found[1] <= len(data) + 17


def test_parameters_know_quotes() -> None:
    text = 'realm="a, \\"b\\"=c", NONCE=x ,flag, empty=""'
    assert messages.parameters(text, ",") == {"realm": 'a, "b"=c', "nonce": "x", "flag": "", "empty": ""}


# Control addresses.


@pytest.mark.parametrize(
    ("base", "control", "expected"),
    [
        ("rtsp://h/live", "trackID=1", "rtsp://h/live/trackID=1"),
        ("rtsp://h/live/", "trackID=1", "rtsp://h/live/trackID=1"),
        ("rtsp://h/live", "*", "rtsp://h/live"),
        ("rtsp://h/live", "", "rtsp://h/live"),
        ("rtsp://h/live", "rtsp://10.0.0.1/other/track1", "rtsp://10.0.0.1/other/track1"),
        ("rtsp://h/live", "RTSP://g:secret@h/other", "RTSP://h/other"),
        ("rtsp://h/live?channel=1&sub=0", "trackID=1", "rtsp://h/live?channel=1&sub=0/trackID=1"),
        ("rtsp://h/live", "/live/trackID=1", "rtsp://h/live/trackID=1"),
        ("rtsp://h/live", "/trackID=1", "rtsp://h/live/trackID=1"),
        ("rtsp://h/live/", "?ctype=video", "rtsp://h/live/?ctype=video"),
    ],
)
def test_control_addresses(base: str, control: str, expected: str) -> None:
    assert locate.control_url(base, control) == expected


@pytest.mark.parametrize(
    ("content_base", "content_location", "expected"),
    [
        ("", "", "rtsp://h/live?x=1"),
        ("rtsp://10.1.1.1/live/", "", "rtsp://10.1.1.1/live/"),
        ("rtsp://g:secret@10.1.1.1/live/", "", "rtsp://10.1.1.1/live/"),
        ("", "rtsp://10.1.1.1/there", "rtsp://10.1.1.1/there"),
        ("/other/", "", "rtsp://h/other/"),
    ],
)
def test_what_control_addresses_are_relative_to(content_base: str, content_location: str, expected: str) -> None:
    assert locate.base_url("rtsp://h/live?x=1", content_base, content_location) == expected


# Descriptions.


def test_a_description_is_read() -> None:
    text = (
        "v=0\r\no=x\r\na=control:rtsp://h/all\r\nm=audio 0 RTP/AVP 97\r\na=rtpmap:97 mpeg4-generic/16000/2\r\n"
        "a=fmtp:97 streamtype=5; mode=AAC-hbr; config=1408;SizeLength=13\r\na=control:t2\r\n"
        "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=rtpmap:99 VP8/90000\r\n"
        "a=fmtp:96 sprop-parameter-sets=Z0LAHtkAoC/5YQAAAwPpAADqYA8WLkg=,aMuMsg==,***\r\n"
    )
    found = sdp.parse(text.encode())
    audio, video = found.media
    assert found.control == "rtsp://h/all"
    assert (audio.kind, audio.encoding, audio.clock_hz, audio.channels) == ("audio", "MPEG4-GENERIC", 16000, 2)
    assert audio.fmtp["sizelength"] == "13"
    assert (audio.control, video.control) == ("t2", "")
    assert (video.encoding, video.clock_hz) == ("H264", 90000)
    assert video.base64_list("sprop-parameter-sets") == [SPS, PPS]


def test_static_payload_types_need_no_map() -> None:
    media = sdp.parse(b"v=0\nm=audio 0 RTP/AVP 0\nm=audio 0 RTP/AVP 8\n").media
    assert [(item.encoding, item.clock_hz) for item in media] == [("PCMU", 8000), ("PCMA", 8000)]


@given(st.binary(max_size=400))
def test_any_bytes_are_a_description_or_refused(data: bytes) -> None:
    try:
        sdp.parse(b"v=0\r\nm=video 0 RTP/AVP 96\r\na=" + data)
    except ValueError:
        pytest.fail("a description with a v= line is always read")


# Challenges; the answers are checked by a server in test_passwords.


def test_digest_of_the_rfc() -> None:
    """RFC 2617 3.5."""
    one = Authenticator("Mufasa", "Circle Of Life", lambda: "0a4f113b")
    challenge = auth.choose(
        [
            'Digest realm="testrealm@host.com", qop="auth,auth-int", '
            'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
        ]
    )
    assert challenge is not None
    one.take(challenge)
    header = one.header("GET", "/dir/index.html")
    assert header is not None
    assert 'response="6629fae49393a05397450978507c4ef1"' in header
    assert "nc=00000001" in header


def test_digest_of_the_newer_rfc() -> None:
    """RFC 7616 3.9.1."""
    one = Authenticator("Mufasa", "Circle of Life", lambda: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    offer = (
        'realm="http-auth@example.org", qop="auth, auth-int", '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    challenge = auth.choose([f"Digest {offer}, algorithm=MD5", f"Digest {offer}, algorithm=SHA-256"])
    assert challenge is not None
    one.take(challenge)
    header = one.header("GET", "/dir/index.html")
    assert header is not None
    assert 'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"' in header


@pytest.mark.parametrize(
    "text", ["", "Negotiate abc", 'Digest realm="x"', 'Digest realm="x", nonce="y", algorithm=SHA-512']
)
def test_challenges_that_we_cannot_answer(text: str) -> None:
    assert auth.choose([text]) is None


@given(st.text(max_size=200))
def test_any_challenge_is_read_or_passed_over(text: str) -> None:
    challenge = auth.choose(["Digest " + text, text])
    if challenge is not None:
        one = Authenticator("u", "p")
        one.take(challenge)
        assert one.header("PLAY", "rtsp://h/")


# RTCP.


def test_a_receiver_report_has_its_form() -> None:
    report = rtcp.receiver_report(1, 2, lost_share=3, lost=-4, highest=0x10005, ntp_middle=6, since_report=7)
    assert report[:8] == b"\x81\xc9\0\7\0\0\0\1"
    assert report[8:32] == bytes.fromhex("00000002 03fffffc 00010005 00000000 00000006 00000007")
    assert len(report) == 32 + 4 * (1 + int.from_bytes(report[34:36], "big"))
    assert b"mingcha" in report


@given(st.binary(max_size=100))
def test_any_rtcp_is_read(data: bytes) -> None:
    rtcp.parse(data)
    assert rtcp.parse(b"\x81\xcb\0\1\0\0\0\7" + data).goodbye

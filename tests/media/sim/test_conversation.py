"""RTSP as the simulator speaks it: methods, description, transports, sign-in."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import socket
import time
from itertools import pairwise

import pytest

from mingcha.base.errors import Invalid
from mingcha.media.sim import SimServer, tiny_clip
from mingcha.media.sim.clip import hash_nals
from tests.media.sim.client import Client, Depacketiser, parse_rtp, sprop


async def test_it_names_its_methods_without_asking_who_you_are() -> None:
    async with SimServer([tiny_clip()], username="u", password="p") as sim, Client(sim.url("cam1")) as client:
        reply = await client.ask("OPTIONS")
        assert reply.status == 200
        assert {"DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER"} <= set(
            reply.headers["public"].split(", ")
        )


async def test_the_description_carries_the_parameter_sets_of_the_file() -> None:
    async with SimServer({"gate": {"main": tiny_clip(), "sub": tiny_clip("h265")}}) as sim:
        async with Client(sim.url("gate")) as client:
            reply = await client.ask("DESCRIBE")
            text = reply.body.decode()
            video = sim.clip("gate").video
            assert reply.headers["content-base"] == sim.url("gate") + "/"
            assert sprop(text, "sprop-parameter-sets") == [*video.sps, *video.pps]
            assert "packetization-mode=1" in text
            assert f"profile-level-id={video.sps[0][1:4].hex().upper()}" in text
            assert "a=control:trackID=0" in text
            assert "m=audio" not in text
        async with Client(sim.url("gate", "sub")) as client:
            text = (await client.ask("DESCRIBE")).body.decode()
            video = sim.clip("gate", "sub").video
            assert "H265/90000" in text
            assert sprop(text, "sprop-vps") == list(video.vps)
            assert sprop(text, "sprop-sps") == list(video.sps)
            assert sprop(text, "sprop-pps") == list(video.pps)


@pytest.mark.parametrize(
    ("audio", "line"), [("aac", "MPEG4-GENERIC/48000/1"), ("pcma", "PCMA/8000"), ("pcmu", "PCMU/8000")]
)
async def test_sound_is_a_second_track_that_keeps_time(audio: str, line: str) -> None:
    async with SimServer([tiny_clip(audio=audio)]) as sim, Client(sim.url("cam1")) as client:  # type: ignore[arg-type]
        assert line in (await client.ask("DESCRIBE")).body.decode()
        assert (await client.open(0, 1)).status == 200
        stamps = []
        while len(stamps) < 12:
            channel, data = await client.read_packet()
            if channel == 2:
                stamps.append(parse_rtp(data).stamp)
        steps = {(after - before) & 0xFFFFFFFF for before, after in pairwise(stamps)}
        assert steps == {1024 if audio == "aac" else 160}


@pytest.mark.parametrize(("codec", "bframes"), [("h264", 0), ("h264", 2), ("h265", 0)])
async def test_pictures_arrive_as_they_lie_in_the_file_and_go_round_without_a_seam(codec: str, bframes: int) -> None:
    path = tiny_clip(codec, seconds=1, gop=10, bframes=bframes)  # type: ignore[arg-type]
    async with SimServer([path]) as sim, Client(sim.url("cam1")) as client:
        await client.open()
        pictures = await client.pictures(40, codec)
        expected = sim.unit_hashes("cam1")
        got = [hash_nals(codec, picture.nals) for picture in pictures]  # type: ignore[arg-type]
        assert got == [expected[n % 25] for n in range(40)]
        assert len(set(expected)) == 25
        sequences = [number for picture in pictures for number in picture.sequences]
        assert all((b - a) & 0xFFFF == 1 for a, b in pairwise(sequences))
        # Presentation times, once in order, are a picture apart across the seam too.
        stamps = sorted((picture.stamp - pictures[0].stamp + 10**6) & 0xFFFFFFFF for picture in pictures[:36])
        assert {b - a for a, b in pairwise(stamps[:-3])} == {3600}


async def test_key_pictures_carry_parameter_sets_unless_told_otherwise() -> None:
    async with SimServer([tiny_clip()]) as sim:

        async def first(**faults: object) -> list[int]:
            async with Client(sim.url("cam1", **faults)) as client:
                await client.open()
                return [nal[0] & 0x1F for nal in (await client.pictures(1))[0].nals if nal[0] & 0x1F != 6]

        assert await first() == [7, 8, 5]
        assert await first(aggregate=1) == [7, 8, 5]
        assert await first(sets="sdp") == [5]
        async with Client(sim.url("cam1", sets="band")) as client:
            assert b"sprop" not in (await client.ask("DESCRIBE")).body


@pytest.mark.parametrize("auth", ["digest", "digest-sha256", "basic"])
@pytest.mark.parametrize("qop", [False, True])
async def test_it_asks_for_the_password_and_takes_only_the_right_one(auth: str, qop: bool) -> None:
    async with (
        SimServer([tiny_clip()], username="guard", password="s:e c", auth=auth, qop=qop) as sim,  # type: ignore[arg-type]
        Client(sim.url("cam1")) as client,
    ):
        refused = await client.ask("DESCRIBE")
        assert refused.status == 401
        challenge = refused.headers["www-authenticate"]
        for password, status in (("wrong", 401), ("s:e c", 200)):
            proof = _proof(challenge, "guard", password, "DESCRIBE", client.url)
            assert (await client.ask("DESCRIBE", Authorization=proof)).status == status


def _proof(challenge: str, user: str, password: str, method: str, uri: str) -> str:
    if challenge.startswith("Basic"):
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    realm, nonce = (re.search(rf'{name}="([^"]+)"', challenge).group(1) for name in ("realm", "nonce"))  # type: ignore[union-attr]
    name = "sha256" if "SHA-256" in challenge else "md5"

    def digest(text: str) -> str:
        return hashlib.new(name, text.encode()).hexdigest()

    first, second = digest(f"{user}:{realm}:{password}"), digest(f"{method}:{uri}")
    head = f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}"'
    if "qop" in challenge:
        response = digest(f"{first}:{nonce}:00000001:abc:auth:{second}")
        return f'{head}, qop=auth, nc=00000001, cnonce="abc", response="{response}"'
    return f'{head}, response="{digest(f"{first}:{nonce}:{second}")}"'


async def test_it_refuses_what_is_not_there_or_out_of_turn() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1")) as client:
        base = f"rtsp://127.0.0.1:{sim.port}"
        assert (await client.ask("DESCRIBE", f"{base}/nowhere/main")).status == 404
        assert (await client.ask("DESCRIBE", f"{base}/cam1/sub")).status == 404
        assert (await client.ask("DESCRIBE", f"{base}/cam1/main?bogus=1")).status == 400
        assert (await client.ask("RECORD")).status == 501
        assert (await client.ask("PLAY", Session="nonsense")).status == 454
        assert (
            await client.ask("SETUP", f"{client.url}/trackID=1", Transport="RTP/AVP/TCP;interleaved=0-1")
        ).status == 404
        assert (await client.ask("SETUP", f"{client.url}/trackID=0", Transport="RAW/RAW/UDP")).status == 461


async def test_pause_stops_and_play_begins_again() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1")) as client:
        await client.open()
        await client.pictures(3)
        assert (await client.ask("GET_PARAMETER", Session=client.session)).status == 200
        assert (await client.ask("PAUSE", Session=client.session)).status == 200
        channel, data = client.packets[-1]
        assert (channel, data[1]) == (1, 203), "a good-bye is the last that comes"
        client.packets.clear()
        with pytest.raises(TimeoutError):
            await client.read_packet(0.3)
        await client.ask("PLAY", Session=client.session)
        assert len(await client.pictures(2)) == 2
        assert (await client.ask("TEARDOWN", Session=client.session)).status == 200
        assert (await client.ask("PLAY", Session=client.session)).status == 454


async def test_udp_sends_the_same_pictures_to_the_ports_asked_for() -> None:
    async with SimServer([tiny_clip(seconds=1)]) as sim, Client(sim.url("cam1")) as client:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtcp,
        ):
            rtp.bind(("127.0.0.1", 0))
            rtcp.bind(("127.0.0.1", 0))
            rtp.setblocking(False)
            rtcp.setblocking(False)
            ports = f"{rtp.getsockname()[1]}-{rtcp.getsockname()[1]}"
            reply = await client.ask(
                "SETUP", f"{client.url}/trackID=0", Transport=f"RTP/AVP;unicast;client_port={ports}"
            )
            assert re.search(r"server_port=\d*[02468]-\d+", reply.headers["transport"])
            await client.ask("PLAY", Session=reply.headers["session"].partition(";")[0])
            loop = asyncio.get_running_loop()
            depacketiser = Depacketiser()
            while len(depacketiser.pictures) < 5:
                depacketiser.add(parse_rtp(await asyncio.wait_for(loop.sock_recv(rtp, 2000), 5)))
            got = [hash_nals("h264", picture.nals) for picture in depacketiser.pictures]
            assert tuple(got) == sim.unit_hashes("cam1")[:5]
            report = await asyncio.wait_for(loop.sock_recv(rtcp, 2000), 5)
            assert report[1] == 200


async def test_sender_reports_tie_time_stamps_to_the_wall_clock() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1")) as client:
        await client.open()
        report, first = None, None
        while report is None or first is None:
            channel, data = await client.read_packet()
            if channel == 1:
                report = data
            elif first is None:
                first = parse_rtp(data)
        assert report[4:8] == first.ssrc.to_bytes(4, "big")
        wall_s = int.from_bytes(report[8:16], "big") / 2**32 - 2_208_988_800
        assert abs(wall_s - time.time()) < 2
        ahead = (int.from_bytes(report[16:20], "big") - first.stamp + 2**31) % 2**32 - 2**31
        assert abs(ahead) < 90_000


def test_an_address_with_an_unknown_fault_is_refused_where_it_is_made() -> None:
    sim = SimServer([tiny_clip()])
    with pytest.raises(Invalid, match="explode"):
        sim.url("cam1", explode=1)
    with pytest.raises(Invalid, match="no stream"):
        sim.url("cam1", "sub")
    with pytest.raises(Invalid, match="number"):
        SimServer([tiny_clip()], faults={"stall": "soon"})

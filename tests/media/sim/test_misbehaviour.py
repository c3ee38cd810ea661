"""Every fault an address may ask for, seen from the client's side."""

from __future__ import annotations

import asyncio
import socket
import time
from itertools import pairwise

import pytest

from mingcha.media.sim import SimServer, tiny_clip
from mingcha.media.sim.clip import hash_nals
from tests.media.sim.client import Client, Depacketiser, Packet, parse_rtp


async def _until_end(client: Client, limit_s: float = 5) -> tuple[list[Packet], float, bool]:
    """Packets of the pictures until the connection ends; how long that took; whether it ended by a reset."""
    started = time.monotonic()
    packets = []
    try:
        while True:
            channel, data = await client.read_packet(limit_s)
            if channel == 0:
                packets.append(parse_rtp(data))
    except asyncio.IncompleteReadError:
        return packets, time.monotonic() - started, False
    except ConnectionResetError:
        return packets, time.monotonic() - started, True


async def _for(client: Client, seconds: float) -> list[Packet]:
    packets = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            channel, data = await client.read_packet(max(0.01, end - time.monotonic()))
        except TimeoutError:
            break
        if channel == 0:
            packets.append(parse_rtp(data))
    return packets


def _stamps(packets: list[Packet]) -> list[int]:
    return [packet.stamp for packet in packets if packet.marker]


def _steps(packets: list[Packet]) -> list[int]:
    stamps = _stamps(packets)
    return [(b - a + 2**31) % 2**32 - 2**31 for a, b in pairwise(stamps)]


@pytest.mark.parametrize(("fault", "is_reset"), [("drop", False), ("reset", True)])
async def test_drop_and_reset_end_the_connection_in_their_ways(fault: str, is_reset: bool) -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", **{fault: 0.4})) as client:
        await client.open()
        packets, took_s, was_reset = await _until_end(client)
        assert packets
        assert took_s >= 0.35
        assert was_reset is is_reset


async def test_stall_sends_no_more_but_answers_and_may_go_on_with_a_key_picture() -> None:
    clip = tiny_clip(gop=10)
    async with SimServer([clip]) as sim, Client(sim.url("cam1", stall=0.3, stall_s=0.6, pace=0)) as client:
        await client.open()
        before = await _for(client, 0.5)
        assert (await client.ask("GET_PARAMETER", Session=client.session)).status == 200
        after = await _for(client, 1.2)
        assert len(_stamps(before)) < 10
        gap = (after[0].stamp - _stamps(before)[-1]) & 0xFFFFFFFF
        assert gap > 0.5 * 90_000
        assert after[0].payload[0] & 0x1F == 7, "parameter sets, so a key picture"
        assert (after[0].sequence - before[-1].sequence) & 0xFFFF == 1


async def test_half_open_neither_sends_nor_answers_nor_closes() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", half_open=0.2)) as client:
        await client.open()
        await _for(client, 0.4)
        client.packets.clear()
        client.writer.write(f"OPTIONS {client.url} RTSP/1.0\r\nCSeq: 99\r\n\r\n".encode())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.read(1), 0.4)


async def test_silence_is_a_200_and_then_nothing() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", silence=1)) as client:
        assert (await client.open()).status == 200
        assert await _for(client, 0.3) == []
        assert (await client.ask("OPTIONS")).status == 200


async def test_slow_answers_come_late() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", slow=0.3)) as client:
        started = time.monotonic()
        await client.ask("OPTIONS")
        assert time.monotonic() - started >= 0.29


async def test_an_unattended_session_expires_and_an_attended_one_does_not() -> None:
    async with SimServer([tiny_clip()]) as sim:
        async with Client(sim.url("cam1", expire=0.5)) as client:
            await client.open()
            _, took_s, _ = await _until_end(client)
            assert took_s < 3
        async with Client(sim.url("cam1", expire=0.5)) as client:
            await client.open()
            for _ in range(4):
                await asyncio.sleep(0.25)
                assert (await client.ask("GET_PARAMETER", Session=client.session)).status == 200


async def test_a_camera_may_lock_out_everybody_after_a_while() -> None:
    async with SimServer([tiny_clip()]) as sim:
        async with Client(sim.url("cam1", unauthorised=0.3)) as client:
            await client.open()
            packets, _, _ = await _until_end(client)
            assert packets
        async with Client(sim.url("cam1")) as client:
            reply = await client.ask("DESCRIBE")
            assert reply.status == 401
            assert "www-authenticate" in reply.headers
        sim.set_locked("cam1", locked=False)
        async with Client(sim.url("cam1")) as client:
            assert (await client.ask("DESCRIBE")).status == 200


async def test_redirects_lead_to_the_stream_in_as_many_hops_as_asked_for() -> None:
    async with SimServer([tiny_clip()]) as sim:
        url, hops = sim.url("cam1", redirect=2), 0
        while True:
            async with Client(url) as client:
                reply = await client.ask("DESCRIBE")
            if reply.status == 200:
                break
            assert reply.status == 302
            url, hops = reply.headers["location"], hops + 1
        assert hops == 2


async def test_html_answers_as_a_web_server_would() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", html=1)) as client:
        client.writer.write(f"DESCRIBE {client.url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        assert (await client.reader.readline()).startswith(b"HTTP/1.1 200")


async def test_truncate_closes_in_the_middle_of_the_description() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", truncate=1)) as client:
        with pytest.raises(asyncio.IncompleteReadError):
            await client.ask("DESCRIBE")


async def test_codec_announces_what_nobody_knows() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", codec="X-SECRET")) as client:
        assert b"a=rtpmap:96 X-SECRET/90000" in (await client.ask("DESCRIBE")).body


@pytest.mark.parametrize("jump_s", [600, -600])
async def test_jump_moves_time_stamps_and_nothing_else(jump_s: int) -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", jump=0.3, jump_s=jump_s)) as client:
        await client.open()
        packets = await _for(client, 0.8)
        steps = _steps(packets)
        assert steps.count(3600 + jump_s * 90_000) == 1
        assert set(steps) == {3600, 3600 + jump_s * 90_000}
        assert {(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(packets)} == {1}


async def test_wrap_and_sequence_set_where_the_numbers_begin() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", wrap=0.4, sequence=65_534)) as client:
        await client.open()
        packets = await _for(client, 1.0)
        assert packets[0].stamp == 2**32 - 36_000
        assert packets[0].sequence == 65_534
        assert min(_stamps(packets)) < 90_000
        assert set(_steps(packets)) == {3600}


async def test_the_camera_clock_may_run_fast() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", drift=500_000, pace=0)) as client:
        await client.open()
        pictures = _stamps(await _for(client, 1.0))
        assert 33 <= len(pictures) <= 40, "half as many again as 25"


async def test_a_burst_loses_nothing() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", burst=0.2, burst_s=0.8)) as client:
        await client.open()
        early = await _for(client, 0.6)
        burst_at = time.monotonic()
        late = await _for(client, 0.6)
        assert len(_stamps(early)) < 9
        assert len(_stamps(late)) > 20, f"after {time.monotonic() - burst_at:.1f} s"
        assert set(_steps(early + late)) == {3600}


async def test_keyless_leaves_out_key_pictures_only() -> None:
    async with SimServer([tiny_clip(gop=5)]) as sim, Client(sim.url("cam1", keyless=0)) as client:
        await client.open()
        pictures = await client.pictures(12)
        assert all(nal[0] & 0x1F == 1 for picture in pictures for nal in picture.nals)
        assert pictures[4].stamp - pictures[3].stamp == 7200


async def test_switch_changes_size_in_band_with_a_key_picture_and_no_gap() -> None:
    clips = {"main": tiny_clip(gop=10), "sub": tiny_clip(gop=10, size=(640, 360))}
    async with SimServer({"gate": clips}) as sim, Client(sim.url("gate", switch=0.4)) as client:
        await client.open()
        packets = await _for(client, 1.2)
        depacketiser = Depacketiser()
        for packet in packets:
            depacketiser.add(packet)
        sub_sps = sim.clip("gate", "sub").video.sps[0]
        first = next(n for n, picture in enumerate(depacketiser.pictures) if sub_sps in picture.nals)
        assert first > 5
        after = [hash_nals("h264", picture.nals) for picture in depacketiser.pictures[first:]]
        assert tuple(after[:5]) == sim.unit_hashes("gate", "sub")[:5]
        assert {(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(packets)} == {1}
        assert all(0 < step < 90_000 for step in _steps(packets))


async def test_losses_and_wrong_bytes_are_the_same_each_time() -> None:
    async with SimServer([tiny_clip(noise=20)]) as sim:

        async def received(**faults: object) -> list[tuple[int, bytes]]:
            async with Client(sim.url("cam1", sequence=0, pace=0, **faults)) as client:
                sim._serial = 0  # the first session again
                await client.open()
                return [(packet.sequence, packet.payload) for packet in (await _for(client, 0.5))[:60]]

        clean = dict(await received())
        sim._serial = 0
        lost = await received(loss=0.2, seed=5)
        sim._serial = 0
        again = await received(loss=0.2, seed=5)
        assert lost[:30] == again[:30]
        present = {number for number, _ in lost}
        assert 0.6 < len(present) / (max(present) + 1) < 0.95
        sim._serial = 0
        corrupt = await received(corrupt=0.3, seed=5)
        changed = [number for number, payload in corrupt if number in clean and payload != clean[number]]
        assert 0.1 < len(changed) / len(corrupt) < 0.6


async def test_garbage_stands_between_packets() -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", garbage=0.2)) as client:
        await client.open()
        with pytest.raises(AssertionError):
            await _for(client, 2)


async def test_a_camera_may_know_one_transport_only() -> None:
    async with SimServer([tiny_clip()]) as sim:
        for url, offer in (
            (sim.url("cam1", transport="udp"), "RTP/AVP/TCP;unicast;interleaved=0-1"),
            (sim.url("cam1", transport="tcp"), "RTP/AVP;unicast;client_port=50000-50001"),
        ):
            async with Client(url) as client:
                assert (await client.ask("SETUP", f"{url}/trackID=0", Transport=offer)).status == 461


async def test_a_camera_may_go_away_and_come_back() -> None:
    async with SimServer([tiny_clip(), tiny_clip(fps=12.5)]) as sim:
        async with Client(sim.url("cam1")) as client, Client(sim.url("cam2")) as other:
            await client.open()
            await other.open()
            sim.set_away("cam1")
            await _until_end(client)
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                async with Client(sim.url("cam1")) as again:
                    await again.ask("DESCRIBE")
            assert len(await other.pictures(2)) == 2, "the other camera goes on"
        sim.set_away("cam1", away=False)
        async with Client(sim.url("cam1")) as client:
            assert (await client.ask("DESCRIBE")).status == 200


async def test_refuse_and_listen_keep_the_port() -> None:
    async with SimServer([tiny_clip()]) as sim:
        port = sim.port
        sim.refuse()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        sim.listen()
        async with Client(sim.url("cam1")) as client:
            assert (await client.ask("OPTIONS")).status == 200
        assert sim.port == port


async def test_a_client_that_does_not_read_gets_whole_pictures_again_later() -> None:
    """What it missed is left out from key picture to key picture, as a camera's full buffer does it."""
    clip = tiny_clip(size=(640, 360), seconds=2, noise=60, gop=5)
    async with SimServer([clip]) as sim, Client(sim.url("cam1", drift=20_000_000)) as client:
        sock = client.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
        await client.open()
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        player = sim.sessions("cam1")[0].players[0]
        async with asyncio.timeout(10):
            while player.units_left_out < 10:
                await asyncio.sleep(0.05)
        client.writer.transport.resume_reading()  # type: ignore[attr-defined]
        known = set(sim.unit_hashes("cam1"))
        pictures = await client.pictures(150)
        assert all(hash_nals("h264", picture.nals) in known for picture in pictures)
        sequences = [number for picture in pictures for number in picture.sequences]
        assert all((b - a) & 0xFFFF == 1 for a, b in pairwise(sequences))

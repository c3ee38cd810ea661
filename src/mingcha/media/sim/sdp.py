"""The description of a stream (SDP, RFC 4566) with the parameters receivers need (RFC 6184, 7798, 3640)."""

from __future__ import annotations

import base64

from mingcha.media.sim.clip import Clip, audio_payload_type
from mingcha.media.sim.faults import Faults
from mingcha.media.sim.rtp import VIDEO_PAYLOAD_TYPE
from mingcha.media.units import VIDEO_CLOCK_HZ, AudioFormat


def _base64(nals: tuple[bytes, ...]) -> str:
    return ",".join(base64.b64encode(nal).decode("ascii") for nal in nals)


def _h264_parameters(clip: Clip, *, with_sets: bool) -> str:
    video = clip.video
    text = f"packetization-mode=1;profile-level-id={video.sps[0][1:4].hex().upper()}"
    if with_sets:
        text += f";sprop-parameter-sets={_base64((*video.sps, *video.pps))}"
    return text


def _h265_parameters(clip: Clip, *, with_sets: bool) -> str:
    video = clip.video
    if not with_sets:
        return ""
    return f"sprop-vps={_base64(video.vps)};sprop-sps={_base64(video.sps)};sprop-pps={_base64(video.pps)}"


def _audio_lines(audio: AudioFormat) -> list[str]:
    number = audio_payload_type(audio)
    lines = [f"m=audio 0 RTP/AVP {number}"]
    if audio.codec == "aac":
        lines.append(f"a=rtpmap:{number} MPEG4-GENERIC/{audio.sample_rate_hz}/{audio.channels}")
        lines.append(
            f"a=fmtp:{number} streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;"
            f"indexdeltalength=3;config={audio.config[:2].hex().upper()}"
        )
    else:
        name = "PCMA" if audio.codec == "pcma" else "PCMU"
        lines.append(f"a=rtpmap:{number} {name}/{audio.sample_rate_hz}")
    return lines


def control_url(base: str, track: int, form: str) -> str:
    """The control attribute of a track: relative to Content-Base, absolute, or absolute inside the query."""
    if form == "relative":
        return f"trackID={track}"
    if form == "query":
        return f"{base}{'&' if '?' in base else '?'}trackID={track}"
    return f"{base}/trackID={track}"


def describe(clip: Clip, base: str, faults: Faults, *, session_id: int, host: str) -> bytes:
    """SDP of a stream; `base`: its address as the client wrote it."""
    video = clip.video
    is_h264 = clip.codec == "h264"
    with_sets = faults.sets != "band"
    name = faults.codec or ("H264" if is_h264 else "H265")
    parameters = (_h264_parameters if is_h264 else _h265_parameters)(clip, with_sets=with_sets)
    lines = [
        "v=0",
        f"o=- {session_id} 1 IN IP4 {host}",
        "s=Mingcha simulated camera",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=range:npt=now-",
        f"a=control:{'*' if faults.control == 'relative' else base}",
        f"m=video 0 RTP/AVP {VIDEO_PAYLOAD_TYPE}",
        f"a=rtpmap:{VIDEO_PAYLOAD_TYPE} {name}/{VIDEO_CLOCK_HZ}",
        f"a=framerate:{float(video.fps):g}",
        f"a=framesize:{VIDEO_PAYLOAD_TYPE} {video.width}-{video.height}",
        f"a=control:{control_url(base, 0, faults.control)}",
    ]
    if parameters and not faults.codec:
        lines.insert(-3, f"a=fmtp:{VIDEO_PAYLOAD_TYPE} {parameters}")
    if clip.audio is not None:
        lines += [*_audio_lines(clip.audio.format), f"a=control:{control_url(base, 1, faults.control)}"]
    return ("\r\n".join(lines) + "\r\n").encode("ascii")

"""Waiting for the gateway to carry out a connection test, and putting its answer into words."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.utils.translation import gettext

from mingcha.records.inventory.models import Probe
from mingcha.records.inventory.states import ProbeState
from mingcha.records.wording import explain_code

PROBE_WAIT_S = 25.0
"""Longer than the recorder looks at a camera (12 s) and the gateway waits for it (22 s)."""
PROBE_STEP_S = 0.1
LOOKED_S = 12
"""How long the recorder looks at a camera."""
CODEC_NAMES = {"h264": "H.264", "h265": "H.265", "avc1": "H.264", "avc3": "H.264", "hvc1": "H.265", "hev1": "H.265"}


def wait_for_probe(asked: Probe, sleep: Callable[[float], None] = time.sleep) -> Probe:
    """The probe once the gateway has answered, or still waiting after `PROBE_WAIT_S`."""
    for _ in range(int(PROBE_WAIT_S / PROBE_STEP_S)):
        asked.refresh_from_db()
        if asked.state != ProbeState.WAITING:
            break
        sleep(PROBE_STEP_S)
    return asked


def probe_answer(asked: Probe) -> dict[str, object]:
    """What the page shows: a sentence, and codec, size and rate in small print."""
    result = asked.result
    if asked.state == ProbeState.WAITING:
        return {"ok": False, "message": explain_code("probe.waiting"), "detail": ""}
    if asked.state == ProbeState.FAILED:
        code = str(result.get("code", ""))
        return {"ok": False, "message": explain_code(code, result, str(result.get("message", ""))), "detail": code}
    codec = str(result.get("codec", ""))
    parts = [CODEC_NAMES.get(codec, codec)]
    if result.get("width"):
        parts.append(f"{result['width']}×{result['height']}")
    if result.get("fps"):
        parts.append(gettext("%(fps)s pictures per second") % {"fps": f"{float(result['fps']):g}"})
    message = gettext("The camera answers and sends pictures.")
    if result.get("has_key_frame") is False:
        said = gettext(
            "The camera answers, but sent no key frame within %(seconds)s s. Recording begins at a key frame: set a "
            "shorter interval in the camera."
        )
        message = said % {"seconds": LOOKED_S}
    detail = " · ".join(part for part in parts if part)
    return {"ok": True, "message": message, "detail": detail, "picture": result.get("picture", "")}

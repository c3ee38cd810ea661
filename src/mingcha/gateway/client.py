"""The recorder's control API (docs/design/recorder.md, "Media server") by the standard library's HTTP client."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mingcha.base.errors import Invalid, MingchaError, Unavailable
from mingcha.wire.facts import Fact
from mingcha.wire.facts import load as load_fact
from mingcha.wire.holds import Hold, Known, Standing, load_known, load_standing
from mingcha.wire.holds import dump as dump_holds
from mingcha.wire.plan import Plan
from mingcha.wire.plan import dump as dump_plan

TIMEOUT_S = 5.0
PROBE_TIMEOUT_S = 22.0
MAX_ANSWER_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class ControlClient:
    """One recorder. `token` is read anew for each request, since the file may be made after us."""

    host: str
    port: int
    token: Callable[[], str]

    def put_plan(self, plan: Plan) -> None:
        """Hand over the whole plan. Raises Unavailable, or what the recorder refuses it with."""
        self._ask("PUT", "/control/plan", dump_plan(plan))

    def confirm_clock(self) -> None:
        """A person says that the recorder's clock is right."""
        self._ask("POST", "/control/clock/confirm")

    def revoke(self, grants: Iterable[str]) -> None:
        """End everything that flows under these grants."""
        self._ask("POST", "/control/revocations", _dump({"grants": list(grants)}))

    def put_holds(self, holds: Sequence[Hold]) -> tuple[Known, ...]:
        """Tell of holds, those it knows already change nothing; what it has kept of them."""
        known = self._ask("POST", "/control/holds", dump_holds(holds)).get("known")
        return load_known(known) if isinstance(known, list) else ()

    def standing_holds(self, after: str = "") -> tuple[Standing, ...]:
        """Holds the recorder keeps, those of an id above `after`, some at a time; none when there are no more."""
        standing = self._ask("GET", f"/control/holds?after={quote(after, safe='')}").get("standing")
        return load_standing(standing) if isinstance(standing, list) else ()

    def delete_copy(self, export: str, reason: str) -> None:
        """Have a copy deleted; the fact ``copy.deleted`` tells when it is. Raises Invalid (``export.unknown``)."""
        self._ask("POST", f"/control/copies/{quote(export, safe='')}/delete", _dump({"reason": reason}))

    def put_papers(self, export: str, files: Mapping[str, bytes], stretches: Sequence[int]) -> None:
        """Have papers enclosed with a copy; the fact ``copy.papers`` tells when they are. `stretches`: indexes in the
        ledger. Raises Invalid (``export.unknown``, ``export.unproven``)."""
        told = {name: base64.b64encode(data).decode("ascii") for name, data in files.items()}
        body = _dump({"files": told, "stretches": list(stretches)})
        self._ask("POST", f"/control/copies/{quote(export, safe='')}/papers", body)

    def put_anchor(self, first: int, last: int, root: str) -> None:
        """Have a stretch of the register put into the ledger; the fact ``ledger.anchored`` tells when and where."""
        self._ask("POST", "/control/anchors", _dump({"first": first, "last": last, "root": root}))

    def facts(self, after: int = 0) -> tuple[list[Fact], int]:
        """Facts the recorder still keeps, with a number above `after`, and the highest number read.

        A fact this version does not understand is left out, not a reason to stop taking the others.
        """
        raw = self._ask("GET", f"/control/facts?after={after}").get("facts", [])
        found, highest = [], after
        for item in raw:
            highest = max(highest, int(item.get("sequence", 0)))
            try:
                found.append(load_fact(json.dumps(item)))
            except Invalid:
                continue
        return found, highest

    def confirm(self, through: int) -> None:
        """The recorder may forget facts up to and with this number."""
        self._ask("POST", "/control/facts/confirm", _dump({"through": through}))

    def status(self) -> dict[str, Any]:
        """States of cameras and store, as `/status` has them."""
        return self._ask("GET", "/control/status")

    def storage(self) -> dict[str, Any]:
        """What disks and cameras hold (``/control/storage``). Raises Unavailable."""
        return self._ask("GET", "/control/storage")

    def probe(
        self, *, url: str, username: str, password: str, transport: str = "tcp", engine: str = "native"
    ) -> dict[str, Any]:
        """Open a camera once and describe it: codec, width, height, fps, bits_per_s. Raises Unavailable or Invalid with
        the recorder's code (``camera.*``) and English sentence."""
        asked = {"url": url, "username": username, "password": password, "transport": transport, "engine": engine}
        answer = self._ask("POST", "/control/probe", _dump(asked), timeout_s=PROBE_TIMEOUT_S)
        if not answer.get("ok"):
            raise Unavailable(str(answer.get("code", "camera.protocol")), str(answer.get("message", "It failed.")))
        return answer

    def _ask(self, method: str, path: str, body: bytes = b"", timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout_s)
        headers = {"Authorization": f"Bearer {self.token()}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            text = response.read(MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable("control.unavailable", f"The recorder does not answer: {error}.") from error
        finally:
            connection.close()
        answer = _object(text)
        if response.status >= 300:
            raise _error(response.status, answer)
        return answer


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _object(text: bytes) -> dict[str, Any]:
    if not text:
        return {}
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Unavailable("control.unavailable", "The recorder's answer is not JSON.") from error
    return value if isinstance(value, dict) else {}


def _error(status: int, answer: dict[str, Any]) -> MingchaError:
    said = answer.get("error")
    code, message = "control.unavailable", f"The recorder answered {status}."
    if isinstance(said, dict):
        code, message = str(said.get("code", code)), str(said.get("message", message))
    return (Unavailable if status >= 500 else Invalid)(code, message)

"""The office's door to the media plane: orders in, facts out. Nothing here is for browsers.

Each request carries the control token (docs/design/recorder.md, "Media server"); it is compared in constant time.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mingcha.base.errors import Invalid, NotAllowed
from mingcha.media.gate.admission import Gate
from mingcha.media.gate.http import Endpoint, answers_errors, integer
from mingcha.wire import facts, holds, plan

FACTS_PER_ANSWER = 500
HOLDS_PER_ANSWER = 2000
MAX_BODY_BYTES = 16 << 20
_ROOT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ControlServices:
    """What the control routes call. `take_plan` stores and applies; `take_holds` returns when every later deletion
    knows them; `anchor` puts a stretch of the register down (first and last entry, root); `probe` opens a camera once
    and describes it."""

    token: str
    gate: Gate
    take_plan: Callable[[plan.Plan, bytes], Awaitable[None]]
    take_holds: Callable[[Sequence[holds.Hold]], Awaitable[int]]
    known_holds: Callable[[Sequence[str]], Awaitable[list[holds.Known]]]
    standing_holds: Callable[[str, int], Awaitable[list[holds.Standing]]]
    confirm_clock: Callable[[], Awaitable[None]]
    anchor: Callable[[int, int, str], Awaitable[None]]
    facts_after: Callable[[int, int], Awaitable[list[facts.Fact]]]
    confirm_facts: Callable[[int], Awaitable[None]]
    probe: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
    status: Callable[[], dict[str, Any]]
    take_stock: Callable[[], Awaitable[dict[str, Any]]]


def routes(services: ControlServices) -> list[Route]:
    """The `/control/…` routes."""
    control = _Control(services)

    def guarded(endpoint: Endpoint) -> Endpoint:
        return guard(services.token, endpoint)

    return [
        Route("/control/plan", guarded(control.put_plan), methods=["PUT"]),
        Route("/control/holds", guarded(control.post_holds), methods=["POST"]),
        Route("/control/holds", guarded(control.get_holds), methods=["GET"]),
        Route("/control/anchors", guarded(control.post_anchor), methods=["POST"]),
        Route("/control/clock/confirm", guarded(control.confirm_clock), methods=["POST"]),
        Route("/control/facts", guarded(control.get_facts), methods=["GET"]),
        Route("/control/facts/confirm", guarded(control.confirm), methods=["POST"]),
        Route("/control/revocations", guarded(control.revoke), methods=["POST"]),
        Route("/control/probe", guarded(control.probe), methods=["POST"]),
        Route("/control/status", guarded(control.status), methods=["GET"]),
        Route("/control/storage", guarded(control.storage), methods=["GET"]),
    ]


def guard(token: str, endpoint: Endpoint) -> Endpoint:
    """The endpoint, for whoever shows the control token."""

    async def checked(request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise NotAllowed("control.token", "The control token is wrong; it is in the file secrets/control.token.")
        return await endpoint(request)

    return answers_errors(checked)


class _Control:
    def __init__(self, services: ControlServices) -> None:
        self._services = services

    async def put_plan(self, request: Request) -> Response:
        body = await _body(request)
        await self._services.take_plan(plan.load(body), body)
        return Response(status_code=204)

    async def post_holds(self, request: Request) -> Response:
        told = holds.load(await _body(request))
        changed = await self._services.take_holds(told)
        known = await self._services.known_holds([hold.hold for hold in told])
        return JSONResponse({"changed": changed, "known": [asdict(one) for one in known]})

    async def get_holds(self, request: Request) -> Response:
        found = await self._services.standing_holds(request.query_params.get("after", ""), HOLDS_PER_ANSWER)
        return JSONResponse({"standing": [asdict(one) for one in found]})

    async def post_anchor(self, request: Request) -> Response:
        body = await json_object(request)
        first, last, root = body.get("first"), body.get("last"), body.get("root")
        if type(first) is not int or type(last) is not int or not 0 < first <= last:
            raise Invalid("control.anchor", "'first' and 'last' must be numbers of entries, in order.")
        if not isinstance(root, str) or not _ROOT.fullmatch(root):
            raise Invalid("control.anchor", "'root' must be 64 hexadecimal digits.")
        await self._services.anchor(first, last, root)
        return Response(status_code=202)

    async def confirm_clock(self, request: Request) -> Response:
        await self._services.confirm_clock()
        return Response(status_code=204)

    async def get_facts(self, request: Request) -> Response:
        found = await self._services.facts_after(integer(request, "after", 0), FACTS_PER_ANSWER)
        return JSONResponse({"facts": [json.loads(facts.dump(fact)) for fact in found]})

    async def confirm(self, request: Request) -> Response:
        through = (await json_object(request)).get("through")
        if not isinstance(through, int):
            raise Invalid("control.through", "'through' must be a whole number.")
        await self._services.confirm_facts(through)
        return Response(status_code=204)

    async def revoke(self, request: Request) -> Response:
        grants = (await json_object(request)).get("grants")
        if not isinstance(grants, list) or not all(isinstance(grant, str) for grant in grants):
            raise Invalid("control.grants", "'grants' must be a list of grant ids.")
        await self._services.gate.revoke(grants)
        return Response(status_code=204)

    async def probe(self, request: Request) -> Response:
        return JSONResponse(await self._services.probe(await json_object(request)))

    async def status(self, request: Request) -> Response:
        return JSONResponse(self._services.status())

    async def storage(self, request: Request) -> Response:
        return JSONResponse(await self._services.take_stock())


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Invalid("control.size", "The message is too large.")
    return body


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object sent. Raises Invalid."""
    try:
        value = json.loads(await _body(request))
    except (ValueError, RecursionError) as error:
        raise Invalid("control.json", "The message is not JSON.") from error
    if not isinstance(value, dict):
        raise Invalid("control.json", "The message is not a JSON object.")
    return value

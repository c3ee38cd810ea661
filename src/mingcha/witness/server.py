"""``POST /add-checkpoint`` of C2SP tlog-witness, and the keys and latest checkpoints for people to look at.

The answers: 200 with cosignature lines; 400 malformed; 403 not signed by the log; 404 unknown log; 409 with the size to
start from (``text/x.tlog.size``), or a fork; 413 too large; 422 the proof is wrong.
"""

from __future__ import annotations

import asyncio
import logging

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mingcha.base.clock import Clock
from mingcha.base.errors import Conflict, Corrupt, Invalid, MingchaError, NotAllowed
from mingcha.ledger.asking import MAX_REQUEST_BYTES, decode
from mingcha.ledger.witness import Witness

log = logging.getLogger(__name__)

SIZE_TYPE = "text/x.tlog.size"


def application(witness: Witness, clock: Clock, key_text: str) -> Starlette:
    """The ASGI application. `key_text`: the witness's own public key, shown at ``/key``."""
    serving = _Serving(witness, clock)

    async def key(request: HttpRequest) -> Response:
        return PlainTextResponse(key_text + "\n")

    return Starlette(routes=[Route("/add-checkpoint", serving.add_checkpoint, methods=["POST"]), Route("/key", key)])


class _Serving:
    """One request at a time: looking and remembering must not be interleaved."""

    def __init__(self, witness: Witness, clock: Clock) -> None:
        self._witness = witness
        self._clock = clock
        self._turn = asyncio.Lock()

    async def add_checkpoint(self, request: HttpRequest) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_REQUEST_BYTES:
                return PlainTextResponse("The request is too large.\n", 413)
        try:
            asked = decode(body)
            async with self._turn:
                signature = await asyncio.to_thread(self._witness.add_checkpoint, asked, self._clock.wall_us())
        except MingchaError as error:
            return _refusal(error)
        log.info("cosigned a checkpoint after size %d", asked.old_size)
        return PlainTextResponse(signature.line + "\n")


def _refusal(error: MingchaError) -> Response:
    """The status tlog-witness asks for. A fork is worth shouting about: a log signed two histories."""
    if error.code == "witness.stale":
        return Response(f"{error.params['size']}\n", 409, media_type=SIZE_TYPE)
    if error.code == "witness.fork" or error.code == "ledger.proof":
        log.critical("a log showed another history than before: %s", error.code)
    status = {"witness.unknown_log": 404, "witness.unsigned": 403, "ledger.proof": 422}.get(error.code)
    if status is None:
        kinds: tuple[tuple[type[MingchaError], int], ...] = (
            (Conflict, 409),
            (NotAllowed, 403),
            (Invalid, 400),
            (Corrupt, 500),
        )
        status = next((code for kind, code in kinds if isinstance(error, kind)), 503)
    return PlainTextResponse(f"{error.message}\n", status)

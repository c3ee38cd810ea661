"""``POST /add-checkpoint`` of C2SP tlog-witness, our ``POST /change-key``, and the key for people to look at.

The answers: 200 with cosignature lines; 400 malformed; 403 not signed by the log, or a key it did not hand over to;
404 unknown log; 409 with the size to start from (``text/x.tlog.size``), or a fork; 413 too large; 422 the proof is
wrong; 429 too often; 500 the witness's memory is damaged; 503 its clock is behind its last cosignature, or its disk
fails.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mingcha.base.clock import Clock
from mingcha.base.errors import Conflict, Corrupt, Invalid, MingchaError, NotAllowed
from mingcha.ledger.asking import MAX_REQUEST_BYTES, decode, decode_key_request
from mingcha.ledger.notes import Signature
from mingcha.ledger.witness import Witness
from mingcha.witness.rate import Rate

log = logging.getLogger(__name__)

SIZE_TYPE = "text/x.tlog.size"
BODY_S = 10.0
"""How long a request's body may take to arrive."""

Asked = TypeVar("Asked")


def application(witness: Witness, clock: Clock, key_text: str) -> Starlette:
    """The ASGI application. `key_text`: the witness's own public key, shown at ``/key``."""
    serving = _Serving(witness, clock)

    async def key(request: HttpRequest) -> Response:
        return PlainTextResponse(key_text + "\n")

    async def add_checkpoint(request: HttpRequest) -> Response:
        return await serving.answer(request, decode, witness.add_checkpoint)

    async def change_key(request: HttpRequest) -> Response:
        return await serving.answer(request, decode_key_request, witness.change_key)

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/change-key", change_key, methods=["POST"]),
            Route("/key", key),
        ]
    )


class _Serving:
    """One request at a time: looking and remembering must not be interleaved."""

    def __init__(self, witness: Witness, clock: Clock) -> None:
        self._witness = witness
        self._clock = clock
        self._turn = asyncio.Lock()
        self._rate = Rate()

    async def answer(
        self, request: HttpRequest, read: Callable[[bytes], Asked], act: Callable[[Asked, int], Signature]
    ) -> Response:
        if not self._rate.allows(request.client.host if request.client else "", self._clock.mono_us()):
            return PlainTextResponse("Too many requests.\n", 429)
        try:
            async with asyncio.timeout(BODY_S):
                body = await _body(request)
        except TimeoutError:
            return PlainTextResponse("The request took too long.\n", 408)
        if body is None:
            return PlainTextResponse("The request is too large.\n", 413)
        try:
            asked = read(body)
            async with self._turn:
                signature = await asyncio.to_thread(act, asked, self._clock.wall_us())
        except MingchaError as error:
            return _refusal(error)
        except OSError as error:
            log.critical("the witness cannot remember: %s", error.strerror)
            return PlainTextResponse("The disk of this witness fails.\n", 503)
        log.info("cosigned a checkpoint")
        return PlainTextResponse(signature.line)


async def _body(request: HttpRequest) -> bytes | None:
    """The whole body, None when it is too large."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_REQUEST_BYTES:
            return None
    return body


def _refusal(error: MingchaError) -> Response:
    """The status tlog-witness asks for. A fork is worth shouting about: a log signed two histories."""
    if error.code == "witness.stale":
        return Response(f"{error.params['size']}\n", 409, media_type=SIZE_TYPE)
    if error.code in ("witness.fork", "ledger.proof"):
        log.critical("a log showed another history than before: %s", error.code)
    elif error.code == "witness.key_change":
        log.critical("somebody asks for a key the log did not hand over to")
    # A change of key that is not genuine is the asker's fault, and no damage here.
    status = {"witness.unknown_log": 404, "ledger.proof": 422, "ledger.key_change": 403, "ledger.signature": 403}
    found = status.get(error.code)
    if found is None:
        kinds: tuple[tuple[type[MingchaError], int], ...] = (
            (Conflict, 409),
            (NotAllowed, 403),
            (Invalid, 400),
            (Corrupt, 500),
        )
        found = next((code for kind, code in kinds if isinstance(error, kind)), 503)
    return PlainTextResponse(f"{error.message}\n", found)

"""Turning cameras in the running recorder: which camera, by which service, and what the office is told of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from mingcha.base.errors import Unavailable
from mingcha.media.live.origins import Origins
from mingcha.media.onvif.http import read_endpoint
from mingcha.media.onvif.ptz import Mount, OnvifMount
from mingcha.media.ptz.hand import Hands, Movement
from mingcha.media.ptz.socket import PtzServices, PtzSocket
from mingcha.media.run.node import Node
from mingcha.wire.ticket import Ticket


def route(node: Node, origins: Origins) -> WebSocketRoute:
    """``/ptz``; one list of who holds which camera for the whole node."""

    def moved(ticket: Ticket, movement: Movement) -> None:
        node.tell("ptz.moved", movement.camera, **detail_of(ticket, movement))

    services = PtzServices(node.gate, origins, node.clock, Hands(), lambda camera: mount_of(node, camera), moved)

    async def turn(socket: WebSocket) -> None:
        await PtzSocket(socket, services).serve()

    return WebSocketRoute("/ptz", turn)


def mount_of(node: Node, camera: str) -> Mount:
    """The camera, to be turned. Raises Unavailable (``ptz.none``) for one that cannot be."""
    order = next((one for one in node.recorder.plan.cameras if one.camera == camera), None)
    if order is None or not order.control_url:
        raise Unavailable("ptz.none", "This camera cannot be turned.")
    main = next((stream for stream in order.streams if stream.role == "main"), order.streams[0])
    endpoint, path = read_endpoint(order.control_url), urlsplit(main.url).path
    return OnvifMount(endpoint, *node.login_of(order), node.clock, stream_path=path)


def detail_of(ticket: Ticket, movement: Movement) -> dict[str, object]:
    """What the fact ``ptz.moved`` says; speeds in percent of the fastest."""
    velocity, preset = movement.velocity, movement.preset
    return {
        "grant": ticket.grant,
        "person": ticket.person,
        "command": "preset" if preset else "move",
        "preset": (preset.name or preset.token) if preset else "",
        "pan": round(100 * velocity.pan) if velocity else 0,
        "tilt": round(100 * velocity.tilt) if velocity else 0,
        "zoom": round(100 * velocity.zoom) if velocity else 0,
        "from_us": movement.from_us,
        "to_us": movement.to_us,
        "end": movement.end,
        "code": movement.code,
    }

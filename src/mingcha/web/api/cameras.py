"""Operations on cameras. Where one stands, what it is and how it is reached are changed apart, since the law looks at
the first alone. Changes are the acts of the pages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from mingcha.records.accounts.gate import PersonRequest
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory import queries
from mingcha.records.inventory.actions import alterations, cameras
from mingcha.records.inventory.models import Camera
from mingcha.records.inventory.queries.cameras import LAWFULNESS, CameraFilter, camera_list
from mingcha.records.inventory.states import CameraLife, CameraState
from mingcha.web.api import schemas
from mingcha.web.api.access import signed_in
from mingcha.web.api.answers import answers
from mingcha.web.api.paging import Paging, PublicId, paged

router = Router(tags=["cameras"])
SEE, MANAGE = signed_in(Permission.SEE_CAMERAS), signed_in(Permission.MANAGE_CAMERAS)
MANAGE_AGAIN = signed_in(Permission.MANAGE_CAMERAS, asks_again=True)
Id = Annotated[PublicId, Path()]
STATES: Any = Literal[tuple(dict.fromkeys(["", *CameraLife.values, *CameraState.values]))]
LAWFUL: Any = Literal[tuple(["", *LAWFULNESS])]


class CamerasAsked(Schema):
    """What a list of cameras is narrowed to."""

    site: Annotated[str, Field(max_length=20)] = ""
    area: Annotated[str, Field(max_length=20)] = ""
    state: STATES = ""
    lawfulness: LAWFUL = ""
    text: Annotated[str, Field(max_length=100)] = ""


@router.get("/cameras", auth=SEE, response=answers(schemas.page_of(schemas.CameraOut)))
def list_cameras(request: PersonRequest, asked: Query[CamerasAsked], paging: Query[Paging]) -> Any:
    """Cameras, the oldest first; retired ones with `state=retired`."""
    wanted = CameraFilter(**asked.dict())
    found = camera_list(viewer=request.user, wanted=wanted).select_related(*_WITH)
    page = paged(found, paging)
    return {**page, "items": [_out(camera, request.user) for camera in page["items"]]}


@router.get("/cameras/{camera_id}", auth=SEE, response=answers(schemas.CameraOut))
def read_camera(request: PersonRequest, camera_id: Id) -> Any:
    """One camera."""
    return _out(_camera(request, camera_id), request.user)


@router.post("/cameras", auth=MANAGE, response=answers(schemas.CameraOut, 201))
def add_camera(request: PersonRequest, body: schemas.CameraIn) -> Any:
    """Add a camera. It is refused, with the articles, where the law forbids it; it waits where something is owed."""
    site = queries.site_for(viewer=request.user, public_id=body.site)
    draft = cameras.CameraDraft(
        **_connection(body),
        siting=_siting(body.siting, request.user),
        position=_position(body.position),
        particulars=_particulars(body.particulars, request.user),
    )
    made = cameras.add_camera(site=site, draft=draft, actor=request.user, at=request.at)
    return Status(201, _out(made, request.user))


@router.put("/cameras/{camera_id}/connection", auth=MANAGE, response=answers(schemas.CameraOut))
def change_connection(request: PersonRequest, camera_id: Id, body: schemas.Connection) -> Any:
    """Change name, streams and sound."""
    camera, draft = _camera(request, camera_id), cameras.CameraDraft(**_connection(body))
    cameras.change_camera(camera=camera, draft=draft, actor=request.user, at=request.at)
    return _out(camera, request.user)


@router.put("/cameras/{camera_id}/particulars", auth=MANAGE, response=answers(schemas.CameraOut))
def describe_camera(request: PersonRequest, camera_id: Id, body: schemas.Particulars) -> Any:
    """Say what device it is, its code, its system and who looks after it."""
    camera, told = _camera(request, camera_id), _particulars(body, request.user)
    cameras.describe_camera(camera=camera, particulars=told, actor=request.user, at=request.at)
    return _out(camera, request.user)


@router.put("/cameras/{camera_id}/placing", auth=MANAGE, response=answers(schemas.CameraOut))
def place_camera(request: PersonRequest, camera_id: Id, body: schemas.Placing) -> Any:
    """Say where it stands, where it looks and what it is for; judged by the law first."""
    camera = _camera(request, camera_id)
    alterations.alter_camera(
        camera=camera,
        siting=_siting(body.siting, request.user),
        position=_position(body.position),
        before=_before(body),
        actor=request.user,
        at=request.at,
    )
    return _out(camera, request.user)


@router.post("/cameras/{camera_id}/retire", auth=MANAGE_AGAIN, response=answers(schemas.CameraOut))
def retire_camera(request: PersonRequest, camera_id: Id, body: schemas.Retirement) -> Any:
    """Retire a camera; its recordings keep their own rule."""
    camera = _camera(request, camera_id)
    alterations.remove_camera(camera=camera, before=_before(body), actor=request.user, at=request.at)
    return _out(camera, request.user)


_WITH = ("site", "area", "system", "device_model", "operator", "status")


def _camera(request: PersonRequest, camera_id: str) -> Camera:
    return queries.camera_for(viewer=request.user, public_id=camera_id)


def _connection(body: schemas.Connection) -> dict[str, Any]:
    names = ("name", "main_url", "sub_url", "username", "password", "transport", "engine", "audio_reason")
    return {name: getattr(body, name) for name in names}


def _siting(body: schemas.Siting, viewer: Person) -> cameras.Siting:
    area = queries.area_for(viewer=viewer, public_id=body.area) if body.area else None
    return cameras.Siting(**{**body.dict(), "area": area})


def _position(body: schemas.Position) -> cameras.Position:
    return cameras.Position(**{**body.dict(), "datum_given": str(body.datum_given or "")})


def _particulars(body: schemas.Particulars, viewer: Person) -> cameras.Particulars:
    return cameras.Particulars(
        system=queries.system_for(viewer=viewer, public_id=body.system) if body.system else None,
        device_model=queries.device_model_for(viewer=viewer, public_id=body.device_model)
        if body.device_model
        else None,
        serial=body.serial,
        gb_code=body.gb_code,
        kind=str(body.kind or ""),
        operator=queries.contractor_for(viewer=viewer, public_id=body.operator) if body.operator else None,
    )


def _before(body: schemas.Placing | schemas.Retirement) -> alterations.Before:
    return alterations.Before(**body.dict(include={"reason", "replacement_plan", "notified_on"}))


def _out(camera: Camera, viewer: Person) -> dict[str, Any]:
    told = viewer.may(Permission.MANAGE_CAMERAS)
    answer = camera.verdict_answer
    plain = (
        "public_id", "site", "area", "system", "operator", "name", "state", "kind", "gb_code", "serial", "transport",
        "engine", "purpose", "necessity", "captures_passwords", "sign_required", "added_at", "retired_at",
    )  # fmt: skip
    return {
        **{name: getattr(camera, name) for name in plain},
        "device_model": str(camera.device_model) if camera.device_model else None,
        "recording": str(queries.state_of(camera)),
        "main_url": camera.main_url if told else None,
        "sub_url": camera.sub_url if told else None,
        "sound": bool(camera.audio_reason),
        "verdict": {
            "code": camera.verdict,
            "reasons": answer.get("reasons", []),
            "conditions": answer.get("conditions", []),
            "citations": answer.get("citations", []),
            "law_version": camera.verdict_law_version,
            "at": camera.verdict_at,
        },
        "position": {
            name: getattr(camera, name) or None if name == "datum_given" else getattr(camera, name)
            for name in schemas.Position.model_fields
        },
    }

"""Forms of cameras: connection, place, device, retiring."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingcha.base.position_text import read_pair, write_degrees
from mingcha.base.positions import E7, to_stored
from mingcha.base.positions import Datum as GivenDatum
from mingcha.records.files.states import PAPERS, accept_of
from mingcha.records.inventory.actions import Before, CameraDraft, Particulars, Position, Siting
from mingcha.records.inventory.actions.cameras import BUDGET_GB
from mingcha.records.inventory.addresses import read_address, read_control_address
from mingcha.records.inventory.forms.fields import NONE, OFF, Day, Measure, Text, choose, offer, readable
from mingcha.records.inventory.gb_code import read_gb_code
from mingcha.records.inventory.models import Area, Camera, Contractor, DeviceModel, Site, System
from mingcha.records.inventory.names import read_name
from mingcha.records.inventory.states import (
    NAME_LIMIT,
    TEXT_LIMIT,
    CameraKind,
    Datum,
    Engine,
    Purpose,
    Transport,
)

NECESSITY_HINT = _("The law lets a camera stand for public security alone: say in a sentence what it guards here.")


class ConnectionForm(forms.Form):
    """Name, address, password and sound. `stored_username`: an empty password keeps the stored one."""

    name = Text(label=_("Name"), help_text=_("As the guards call it, for example “East gate”."))
    main_url = Text(
        label=_("Address of the main stream"),
        help_text=_("rtsp://host:port/path, as in the camera's manual. This stream is recorded."),
        widget=forms.TextInput(attrs={**OFF, "inputmode": "url"}),
    )
    sub_url = Text(
        label=_("Address of the sub stream"),
        required=False,
        help_text=_("Optional: a smaller stream for the video wall."),
        widget=forms.TextInput(attrs={**OFF, "inputmode": "url"}),
    )
    control_url = Text(
        label=_("Address for turning the camera"),
        required=False,
        help_text=_(
            "Optional, for cameras that pan, tilt or zoom: the ONVIF service, such as 192.168.1.64 or http://…."
        ),
        widget=forms.TextInput(attrs={**OFF, "inputmode": "url"}),
    )
    budget_gb = forms.IntegerField(
        label=_("Budget in GB"),
        required=False,
        min_value=BUDGET_GB[0],
        max_value=BUDGET_GB[1],
        help_text=_(
            "Optional: above it the oldest footage whose time is over makes room. What law or house keeps stays."
        ),
    )
    username = Text(
        label=_("User name of the camera"), max_length=200, required=False, widget=forms.TextInput(attrs=OFF)
    )
    password = Text(
        label=_("Password of the camera"),
        max_length=200,
        required=False,
        strip=False,
        help_text=_("Kept encrypted; never shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    transport = forms.ChoiceField(label=_("Transport"), choices=Transport.choices, initial=Transport.TCP)
    engine = forms.ChoiceField(label=_("Client"), choices=Engine.choices, initial=Engine.NATIVE)
    audio = forms.BooleanField(label=_("Record sound"), required=False)
    audio_reason = Text(
        label=_("Reason for recording sound"),
        max_length=300,
        required=False,
        help_text=_("Sound stays off unless there is a reason; the reason goes into the register."),
    )

    def __init__(self, *args: Any, stored_username: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored_username = stored_username
        if stored_username is not None:
            self.fields["password"].help_text = _("Leave empty to keep the stored one.")

    def clean_name(self) -> str:
        return readable(self.cleaned_data["name"], read_name)

    def clean_main_url(self) -> str:
        return readable(self.cleaned_data["main_url"], read_address)

    def clean_sub_url(self) -> str:
        text: str = self.cleaned_data["sub_url"]
        return readable(text, read_address) if text.strip() else ""

    def clean_control_url(self) -> str:
        return readable(self.cleaned_data["control_url"], read_control_address)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("audio") and not cleaned.get("audio_reason", "").strip():
            self.add_error("audio_reason", _("State the reason to switch sound on."))
        return cleaned

    def draft(self, siting: Siting | None = None) -> CameraDraft:
        """What was typed. With stored credentials, an unchanged user name and no password leave them as they are."""
        data = self.cleaned_data
        keep = self.stored_username is not None and data["username"] == self.stored_username and not data["password"]
        return CameraDraft(
            name=data["name"],
            main_url=data["main_url"],
            control_url=data["control_url"],
            budget_gb=data["budget_gb"] or 0,
            sub_url=data["sub_url"],
            username=None if keep else data["username"],
            password=None if keep else data["password"],
            transport=data["transport"],
            engine=data["engine"],
            audio_reason=data["audio_reason"] if data["audio"] else "",
            siting=siting or Siting(),
        )


class SitingFields(forms.Form):
    """What the law looks at in a camera."""

    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none(), required=False, empty_label="—")
    necessity = Text(
        label=_("Why it is needed"),
        max_length=TEXT_LIMIT,
        required=False,
        help_text=NECESSITY_HINT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    purpose = forms.ChoiceField(
        label=_("Purpose"), choices=Purpose.choices, initial=Purpose.PUBLIC_SECURITY, required=False
    )
    captures_passwords = forms.BooleanField(label=_("It could capture customers' passwords"), required=False)

    def siting(self) -> Siting:
        """What was typed."""
        data = self.cleaned_data
        purpose = data["purpose"] or Purpose.PUBLIC_SECURITY
        return Siting(data["area"], purpose, data["necessity"], data["captures_passwords"])


class AddForm(SitingFields, ConnectionForm):
    """A new camera. `sites`: where it may stand; without any, a first site is named in the same form."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=None)
    site_name = Text(label=_("Name of the site"), max_length=NAME_LIMIT, required=False)
    keep_refused = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sites: Any, areas: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "site", sites)
        offer(self, "area", areas)
        self.fields["area"].label_from_instance = _area_with_site  # type: ignore[attr-defined]
        has_sites = sites.exists()
        self.fields["site" if has_sites else "site_name"].required = True
        del self.fields["site_name" if has_sites else "site"]
        if not has_sites:
            del self.fields["area"]

    def clean_site_name(self) -> str:
        return readable(self.cleaned_data["site_name"], read_name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        site, area = cleaned.get("site"), cleaned.get("area")
        if site is not None and area is not None and area.site_id != site.pk:
            self.add_error("area", _("This area belongs to another site."))
        return cleaned

    def siting(self) -> Siting:
        self.cleaned_data.setdefault("area", None)
        return super().siting()


def _area_with_site(area: Area) -> str:
    return f"{area.site.name} · {area.name}"


class PlaceForm(SitingFields):
    """Where a camera stands, where it looks, and what it is for; what came before moving it. `asks`: what the law wants
    first when it is moved (replacement plan, notice)."""

    position = Text(
        label=_("Latitude and longitude"),
        required=False,
        help_text=_("As 30.5867, 114.2871 or N30°35'12\" E114°17'13\"; latitude first."),
        widget=forms.TextInput(attrs=OFF),
    )
    datum = forms.ChoiceField(label=_("Coordinates from"), choices=Datum.choices, initial=Datum.CGCS2000)
    plan_x_permille = Measure(label=_("On the plan, from the left (%)"), parts=10, least=0, most=100, required=False)
    plan_y_permille = Measure(label=_("On the plan, from the top (%)"), parts=10, least=0, most=100, required=False)
    height_cm = Measure(label=_("Height (m)"), parts=100, least=-100, most=1000, required=False)
    bearing_cdeg = Measure(
        label=_("Looks towards (°)"),
        parts=100,
        least=0,
        most=360,
        required=False,
        help_text=_("Clockwise from north: east is 90."),
    )
    fov_cdeg = Measure(label=_("Field of view (°)"), parts=100, least=1, most=360, required=False)
    range_m = Measure(label=_("Reach (m)"), parts=1, least=1, most=20000, required=False)
    reason = Text(label=_("Why it is changed"), max_length=TEXT_LIMIT, required=False)
    replacement_plan = Text(label=_("Plan for rebuilding or replacing"), max_length=TEXT_LIMIT, required=False)
    replacement_file = forms.FileField(label=_("The plan as a file"), max_length=255, required=False)
    notified_on = Day(label=_("Public security organ told on"), required=False)

    def __init__(self, *args: Any, camera: Camera, areas: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {**_placed(camera), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.camera = camera
        offer(self, "area", areas)
        self.fields["replacement_file"].widget.attrs["accept"] = accept_of(PAPERS)

    def clean_position(self) -> str:
        text: str = self.cleaned_data["position"]
        return readable(text, read_pair) if text.strip() else ""

    def given(self) -> Position:
        """What was typed. An untouched text of coordinates keeps what is stored, to the last digit."""
        data = self.cleaned_data
        names = ("plan_x_permille", "plan_y_permille", "height_cm", "fov_cdeg", "range_m")
        measures = {name: data[name] for name in names}
        bearing = data["bearing_cdeg"]
        measures["bearing_cdeg"] = None if bearing is None else bearing % 36_000
        if not data["position"]:
            return Position(**measures)
        camera = self.camera
        if "position" not in self.changed_data and "datum" not in self.changed_data and camera.lat_e7 is not None:
            kept = (camera.lat_e7, camera.lon_e7, camera.datum_given, camera.position_error_cm)
            return Position(*kept, **measures)
        place, error_cm = to_stored(read_pair(data["position"]), GivenDatum(data["datum"]))
        return Position(place.lat_e7, place.lon_e7, data["datum"], error_cm, **measures)

    def before(self) -> Before:
        """What came first."""
        return _before(self.cleaned_data)


class DeviceForm(forms.Form):
    """What device it is and who looks after it."""

    system = forms.ModelChoiceField(label=_("System"), queryset=System.objects.none(), required=False, empty_label="—")
    kind = forms.ChoiceField(label=_("Kind of device"), choices=[NONE, *CameraKind.choices], required=False)
    device_model = forms.ModelChoiceField(
        label=_("Model"), queryset=DeviceModel.objects.none(), required=False, empty_label="—"
    )
    serial = Text(label=_("Serial number"), max_length=NAME_LIMIT, required=False)
    gb_code = Text(
        label=_("GB/T 28181 code"),
        required=False,
        help_text=_("20 digits. Blanks and hyphens do not matter."),
        widget=forms.TextInput(attrs={**OFF, "inputmode": "numeric"}),
    )
    operator = forms.ModelChoiceField(
        label=_("Operated by"), queryset=Contractor.objects.none(), required=False, empty_label="—"
    )

    def __init__(self, *args: Any, systems: Any, device_models: Any, contractors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "system", systems)
        offer(self, "device_model", device_models)
        offer(self, "operator", contractors)

    def clean_gb_code(self) -> str:
        text: str = self.cleaned_data["gb_code"]
        return readable(text, read_gb_code) if text.strip() else ""

    def particulars(self) -> Particulars:
        return Particulars(**self.cleaned_data)


class RetireForm(forms.Form):
    """Retiring a camera, with what came before."""

    reason = Text(label=_("Why it is retired"), max_length=TEXT_LIMIT, required=False)
    replacement_plan = Text(label=_("Plan for rebuilding or replacing"), max_length=TEXT_LIMIT, required=False)
    replacement_file = forms.FileField(label=_("The plan as a file"), max_length=255, required=False)
    notified_on = Day(label=_("Public security organ told on"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["replacement_file"].widget.attrs["accept"] = accept_of(PAPERS)

    def before(self) -> Before:
        return _before(self.cleaned_data)


class FilterForm(forms.Form):
    """Filters of the list of cameras; a GET form that forgives everything."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    site = forms.ChoiceField(label=_("Site"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    lawfulness = forms.ChoiceField(label=_("By law"), required=False)

    def __init__(self, *args: Any, sites: list[tuple[str, str]], areas: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("All"))
        choose(self, "site", [everything, *sites])
        choose(self, "area", [everything, *areas])
        choose(self, "state", [everything, *STATES.items()])
        choose(self, "lawfulness", [everything, *LAWFULNESS.items()])
        if not areas:
            del self.fields["area"]


STATES: dict[str, str | Promise] = {
    "live": _("Recording"),
    "unkept": _("Not recorded"),
    "connecting": _("Connecting"),
    "stalled": _("Stalled"),
    "lost": _("Lost"),
    "draft": _("Draft"),
    "retired": _("Retired"),
}
LAWFULNESS: dict[str, str | Promise] = {
    "lawful": _("Lawful"),
    "unlawful": _("Refused by law"),
    "waiting": _("Waiting for what the law asks"),
    "not_judged": _("Not judged"),
    "no_necessity": _("Without a statement of need"),
}


def _placed(camera: Camera) -> dict[str, Any]:
    names = ("area", "necessity", "purpose", "captures_passwords")
    measures = ("plan_x_permille", "plan_y_permille", "height_cm", "bearing_cdeg", "fov_cdeg", "range_m")
    found = {name: getattr(camera, name) for name in (*names, *measures)}
    if camera.lat_e7 is not None and camera.lon_e7 is not None:
        # Shown as stored; what was typed once, and in which datum, is in the register.
        found["position"] = f"{write_degrees(camera.lat_e7 / E7)}, {write_degrees(camera.lon_e7 / E7)}"
        found["datum"] = Datum.CGCS2000
    return found


def _before(data: dict[str, Any]) -> Before:
    names = ("reason", "replacement_plan", "replacement_file", "notified_on")
    return Before(**{name: data[name] for name in names})

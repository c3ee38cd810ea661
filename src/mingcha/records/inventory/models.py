"""Units, contractors, sites, systems, areas, cameras; what the recorder last said; the plan; connection tests.

Codes of places, areas and installers are the law's. Positions are CGCS2000 in whole 1e-7 degrees.
"""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q

from mingcha.base.ids import new_id
from mingcha.records.accounts.models import Person
from mingcha.records.files.models import StoredFile
from mingcha.records.inventory.holdings import CameraHolding, DiskStatus, StoreStatus  # noqa: F401  (the same)
from mingcha.records.inventory.jobs import CameraSearch, ParkedImport  # noqa: F401  (Django finds models here)
from mingcha.records.inventory.states import (
    CODE_LIMIT,
    NAME_LIMIT,
    TEXT_LIMIT,
    AlterationKind,
    BuilderKind,
    CameraKind,
    CameraLife,
    CameraState,
    Datum,
    Engine,
    ProbeState,
    Purpose,
    SystemState,
    Transport,
)

_code = partial(models.CharField, max_length=CODE_LIMIT, blank=True)
_text = partial(models.CharField, max_length=NAME_LIMIT, blank=True)
_sentence = partial(models.CharField, max_length=TEXT_LIMIT, blank=True)


def new_unit_id() -> str:
    return new_id("unt")


def new_contractor_id() -> str:
    return new_id("ctr")


def new_site_id() -> str:
    return new_id("sit")


def new_system_id() -> str:
    return new_id("sys")


def new_area_id() -> str:
    return new_id("are")


def new_device_model_id() -> str:
    return new_id("dvm")


def new_camera_id() -> str:
    return new_id("cam")


def new_alteration_id() -> str:
    return new_id("alt")


class Unit(models.Model):
    """The managing unit of a public place: who answers for its cameras. The first row is the installation's own."""

    public_id = models.CharField(max_length=20, unique=True, default=new_unit_id, editable=False)
    name = models.CharField(max_length=NAME_LIMIT)
    credit_code = models.CharField(max_length=18, blank=True, help_text="GB 32100 unified social credit code.")
    address = models.CharField(max_length=300, blank=True)
    responsible_name = _text()
    phone = models.CharField(max_length=40, blank=True)
    complaints_contact = models.CharField(max_length=300, blank=True, help_text="Printed on notices.")
    kind_of_builder = _code(choices=BuilderKind.choices)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Contractor(models.Model):
    """A firm that operates, maintains, designs, builds or tests for the unit. `services`: codes of `Service`."""

    public_id = models.CharField(max_length=20, unique=True, default=new_contractor_id, editable=False)
    name = models.CharField(max_length=NAME_LIMIT, unique=True)
    credit_code = models.CharField(max_length=18, blank=True)
    services = models.JSONField(default=list, blank=True)
    contact = models.CharField(max_length=300, blank=True)
    agreement = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agreement_from = models.DateField(null=True, blank=True)
    agreement_until = models.DateField(null=True, blank=True)
    confidentiality_undertaken_on = models.DateField(null=True, blank=True)
    licence_scope = _text()
    licence_until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    ended_on = models.DateField(null=True, blank=True, help_text="Since when nothing is entrusted to it any more.")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """One public place of a unit. `region` and `place` are empty until somebody says them; then the law can be asked.
    What class of public place it is follows from them (`lawfulness.public_class`) and is stored nowhere."""

    public_id = models.CharField(max_length=20, unique=True, default=new_site_id, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(max_length=NAME_LIMIT)
    address = models.CharField(max_length=300, blank=True)
    region = models.CharField(max_length=6, blank=True, help_text="GB/T 2260.")
    place = _code()
    installer = _code(default="managing_unit")
    key_antiterror = models.BooleanField(default=False)
    near_confidential_unit = models.BooleanField(default=False)
    confidential_unit = _text()
    confidential_consent_on = models.DateField(null=True, blank=True)
    confidential_consent_file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    has_monitoring_room = models.BooleanField(default=False)
    operator = models.ForeignKey(Contractor, on_delete=models.PROTECT, null=True, blank=True, related_name="sites")
    police_organ = _text(help_text="Where it is filed and reported to.")
    secret_related = models.BooleanField(default=False)
    built_on = models.DateField(null=True, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    in_use_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    lat_e7 = models.IntegerField(null=True, blank=True)
    lon_e7 = models.IntegerField(null=True, blank=True)
    drafts = models.BooleanField(default=False, help_text="Ask draft texts too.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("unit", "name"), name="site_name_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def outsourced(self) -> bool:
        """Whether somebody else operates it."""
        return self.operator_id is not None

    @property
    def is_told(self) -> bool:
        """Whether the law can be asked about it."""
        return bool(self.region and self.place)


class System(models.Model):
    """A video system of a site, with the stages of its life."""

    public_id = models.CharField(max_length=20, unique=True, default=new_system_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="systems")
    name = models.CharField(max_length=NAME_LIMIT)
    state = models.CharField(max_length=16, choices=SystemState.choices, default=SystemState.PLANNED)
    designed_on = models.DateField(null=True, blank=True)
    built_on = models.DateField(null=True, blank=True)
    inspected_on = models.DateField(null=True, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    in_use_on = models.DateField(null=True, blank=True)
    stopped_on = models.DateField(null=True, blank=True)
    removed_on = models.DateField(null=True, blank=True)
    security_grade = _text(help_text="Grade of network security protection, as filed.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("site_id", "id")
        constraints = (models.UniqueConstraint(fields=("site", "name"), name="system_name_once"),)

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """A part of a site, as the law names parts, with its plan; north is up. `plan_mm_per_px`: how much ground one
    picture element of the plan covers."""

    public_id = models.CharField(max_length=20, unique=True, default=new_area_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="areas")
    system = models.ForeignKey(System, on_delete=models.PROTECT, null=True, blank=True, related_name="areas")
    name = models.CharField(max_length=NAME_LIMIT)
    kind = _code(default="general")
    floor = models.CharField(max_length=40, blank=True)
    plan = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    plan_width_px = models.IntegerField(null=True, blank=True)
    plan_height_px = models.IntegerField(null=True, blank=True)
    plan_mm_per_px = models.IntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("site_id", "id")
        constraints = (
            models.UniqueConstraint(fields=("site", "name"), condition=Q(removed_at__isnull=True), name="area_once"),
        )

    def __str__(self) -> str:
        return self.name


class DeviceModel(models.Model):
    """A type of camera with its product certificate."""

    public_id = models.CharField(max_length=20, unique=True, default=new_device_model_id, editable=False)
    vendor = models.CharField(max_length=NAME_LIMIT)
    model = models.CharField(max_length=NAME_LIMIT)
    certificate_number = _text()
    certificate_until = models.DateField(null=True, blank=True)
    quality_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("vendor", "model")
        constraints = (models.UniqueConstraint(fields=("vendor", "model"), name="device_model_once"),)

    def __str__(self) -> str:
        return f"{self.vendor} {self.model}"


class Camera(models.Model):
    """One camera. `main_url`, `sub_url` and `control_url` never hold credentials; these are sealed in `credentials` by
    the node key, bound to the camera's id. Sound is recorded when, and only when, `audio_reason` is not empty.

    `verdict` is what the law said last (empty: it could not be asked), by the facts and the law data beside it. Only a
    camera in use is recorded.
    """

    public_id = models.CharField(max_length=20, unique=True, default=new_camera_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="cameras")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="cameras")
    system = models.ForeignKey(System, on_delete=models.PROTECT, null=True, blank=True, related_name="cameras")
    name = models.CharField(max_length=NAME_LIMIT)
    main_url = models.CharField(max_length=1000)
    sub_url = models.CharField(max_length=1000, blank=True)
    budget_gb = models.PositiveIntegerField(null=True, blank=True, help_text="Above it footage past its floor goes.")
    control_url = models.CharField(
        max_length=1000, blank=True, help_text="ONVIF service by which it is turned; empty: it cannot be."
    )
    credentials = models.TextField(blank=True, help_text="Sealed 'user:password', or empty.")
    transport = models.CharField(max_length=8, choices=Transport.choices, default=Transport.TCP)
    engine = models.CharField(max_length=8, choices=Engine.choices, default=Engine.NATIVE)
    audio_reason = models.CharField(max_length=300, blank=True)

    device_model = models.ForeignKey(
        DeviceModel, on_delete=models.PROTECT, null=True, blank=True, related_name="cameras"
    )
    serial = _text()
    gb_code = models.CharField(max_length=20, blank=True, help_text="GB/T 28181 device code, 20 digits.")
    kind = _code(choices=CameraKind.choices)
    operator = models.ForeignKey(Contractor, on_delete=models.PROTECT, null=True, blank=True, related_name="cameras")

    lat_e7 = models.IntegerField(null=True, blank=True)
    lon_e7 = models.IntegerField(null=True, blank=True)
    datum_given = _code(choices=Datum.choices, help_text="In which datum the position was given.")
    position_error_cm = models.IntegerField(null=True, blank=True)
    plan_x_permille = models.IntegerField(
        null=True, blank=True, help_text="0 left .. 1000 right on the plan of its area."
    )
    plan_y_permille = models.IntegerField(null=True, blank=True, help_text="0 top .. 1000 bottom.")
    height_cm = models.IntegerField(null=True, blank=True)
    bearing_cdeg = models.IntegerField(
        null=True, blank=True, help_text="Hundredths of a degree clockwise from north, 0..35999."
    )
    fov_cdeg = models.IntegerField(
        null=True, blank=True, help_text="Horizontal field of view in hundredths of a degree."
    )
    range_m = models.IntegerField(null=True, blank=True)

    purpose = _code(choices=Purpose.choices, default=Purpose.PUBLIC_SECURITY)
    necessity = _sentence(help_text="Why public security needs this camera here.")
    captures_passwords = models.BooleanField(default=False)
    sign_required = models.BooleanField(default=False, help_text="Whether the law asks for a notice; set by judging.")

    state = models.CharField(max_length=16, choices=CameraLife.choices, default=CameraLife.DRAFT)
    verdict = _code(help_text="The law's verdict on its place, or empty.")
    verdict_facts = models.JSONField(default=dict, blank=True)
    verdict_answer = models.JSONField(default=dict, blank=True, help_text="Reasons, conditions, citations.")
    verdict_law_version = models.CharField(max_length=80, blank=True)
    verdict_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("site_id", "id")
        indexes = (
            models.Index(fields=("site", "name"), name="camera_by_site_name"),
            models.Index(fields=("state", "id"), name="camera_by_state"),
            models.Index(fields=("verdict", "id"), name="camera_by_verdict"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("site", "name"), condition=Q(retired_at__isnull=True), name="camera_name_once"
            ),
            models.UniqueConstraint(fields=("gb_code",), condition=~Q(gb_code=""), name="camera_gb_code_once"),
            models.CheckConstraint(condition=~Q(main_url__contains="@"), name="camera_main_url_plain"),
            models.CheckConstraint(condition=~Q(sub_url__contains="@"), name="camera_sub_url_plain"),
            models.CheckConstraint(condition=~Q(control_url__contains="@"), name="camera_control_url_plain"),
            models.CheckConstraint(
                condition=Q(state=CameraLife.RETIRED, retired_at__isnull=False)
                | (~Q(state=CameraLife.RETIRED) & Q(retired_at__isnull=True)),
                name="camera_retired_or_not",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Alteration(models.Model):
    """A camera moved, aimed elsewhere, given another purpose or retired: what the law asked for before it, what it asks
    for after it, and how the camera stood before and after. `asked`: the law's answer."""

    public_id = models.CharField(max_length=20, unique=True, default=new_alteration_id, editable=False)
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="alterations")
    kind = models.CharField(max_length=16, choices=AlterationKind.choices)
    done_at = models.DateTimeField()
    by = models.CharField(max_length=32)
    by_name = _text()
    reason = _sentence()
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    replacement_plan = _sentence(help_text="Name or number of the plan for rebuilding or replacing.")
    replacement_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    notified_on = models.DateField(null=True, blank=True, help_text="When the police were told.")
    asked = models.JSONField(default=dict, blank=True)
    law_version = models.CharField(max_length=80, blank=True)
    filing_owed = models.BooleanField(default=False, help_text="Whether the filed facts changed with it.")
    filed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("filing_owed", "filed_on"), name="alteration_by_filing"),)

    def __str__(self) -> str:
        return f"{self.public_id} {self.kind}"


class CameraStatus(models.Model):
    """What the recorder last said about a camera; overwritten, not history (the register holds that)."""

    camera = models.OneToOneField(Camera, on_delete=models.CASCADE, related_name="status", primary_key=True)
    state = models.CharField(max_length=16, choices=CameraState.choices, default=CameraState.WAITING)
    reason = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField(null=True, blank=True)
    codec = models.CharField(max_length=32, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    fps_milli = models.PositiveIntegerField(null=True, blank=True, help_text="Pictures in 1000 s.")
    bits_per_s = models.PositiveBigIntegerField(null=True, blank=True)
    seen_at = models.DateTimeField(help_text="When the gateway last heard from the recorder.")

    def __str__(self) -> str:
        return f"{self.camera_id} {self.state}"


class PlanCounter(models.Model):
    """One row: the version of the recording plan, raised by every change of what is to be recorded."""

    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.version)


class Probe(models.Model):
    """A connection test. The page writes it, the gateway carries it out and writes the result."""

    public_id = models.CharField(max_length=40, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=1000)
    credentials = models.TextField(blank=True, help_text="Sealed, bound to this probe's id.")
    transport = models.CharField(max_length=8, choices=Transport.choices, default=Transport.TCP)
    engine = models.CharField(max_length=8, choices=Engine.choices, default=Engine.NATIVE)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ProbeState.choices, default=ProbeState.WAITING)
    result = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = (models.Index(fields=("state", "asked_at"), name="probe_by_state"),)

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

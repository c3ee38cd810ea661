"""Addresses of units, sites, systems, areas and cameras."""

from __future__ import annotations

from django.urls import path

from mingcha.records.inventory.views import alterations, cameras, exchange, search, sites, systems, units

urlpatterns = [
    path("cameras/", cameras.cameras, name="cameras"),
    path("cameras/add/", cameras.add_camera, name="add-camera"),
    path("cameras/find/", search.find_cameras, name="find-cameras"),
    path("cameras/import/", exchange.import_site, name="import-site"),
    path("cameras/import/template.<str:form>", exchange.import_template, name="import-template"),
    path("cameras/import/<str:public_id>/", exchange.import_preview, name="import-preview"),
    path("api/cameras/test", cameras.probe, name="probe"),
    path("api/cameras/<str:public_id>/place", alterations.arrange_camera, name="arrange-camera"),
    path("cameras/<str:public_id>/", cameras.camera, name="camera"),
    path("cameras/<str:public_id>/edit/", cameras.edit_camera, name="edit-camera"),
    path("cameras/<str:public_id>/place/", alterations.place_camera, name="place-camera"),
    path("cameras/<str:public_id>/device/", alterations.describe_camera, name="describe-camera"),
    path("cameras/<str:public_id>/retire/", alterations.retire_camera, name="retire-camera"),
    path("alterations/<str:public_id>/filed/", alterations.note_filed, name="note-change-filed"),
    path("alterations/<str:public_id>/plan", alterations.replacement_file, name="replacement-file"),
    path("places/", sites.places, name="places"),
    path("unit/", units.unit, name="unit"),
    path("sites/add/", sites.add_site, name="add-site"),
    path("sites/<str:public_id>/", sites.site, name="site"),
    path("sites/<str:public_id>/edit/", sites.edit_site, name="edit-site"),
    path("sites/<str:public_id>/export/", exchange.export_inventory, name="export-inventory"),
    path("sites/<str:public_id>/consent/", sites.record_consent, name="record-consent"),
    path("sites/<str:public_id>/consent/letter", sites.consent_file, name="consent-file"),
    path("sites/<str:public_id>/systems/add/", systems.add_system, name="add-system"),
    path("sites/<str:public_id>/areas/add/", systems.add_area, name="add-area"),
    path("systems/<str:public_id>/", systems.system, name="system"),
    path("systems/<str:public_id>/edit/", systems.edit_system, name="edit-system"),
    path("systems/<str:public_id>/advance/", systems.advance_system, name="advance-system"),
    path("areas/<str:public_id>/edit/", systems.edit_area, name="edit-area"),
    path("areas/<str:public_id>/remove/", systems.remove_area, name="remove-area"),
    path("areas/<str:public_id>/plan", systems.area_plan, name="area-plan"),
    path("contractors/", units.contractors, name="contractors"),
    path("contractors/add/", units.add_contractor, name="add-contractor"),
    path("contractors/<str:public_id>/", units.contractor, name="contractor"),
    path("contractors/<str:public_id>/end/", units.end_contractor, name="end-contractor"),
    path("contractors/<str:public_id>/agreement", units.agreement, name="agreement"),
    path("device-models/", units.device_models, name="device-models"),
    path("device-models/add/", units.add_device_model, name="add-device-model"),
    path("device-models/<str:public_id>/", units.device_model, name="device-model"),
    path("device-models/<str:public_id>/certificate", units.quality_file, name="quality-file"),
]

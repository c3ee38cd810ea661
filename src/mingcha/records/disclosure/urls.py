"""Addresses of requests from outside."""

from __future__ import annotations

from django.urls import path

from mingcha.records.disclosure.views import control, desk, following, leases, looking, pages, receiving

urlpatterns = [
    path("requests/", pages.requests, name="access-requests"),
    path("requests/owed/", pages.debts, name="access-debts"),
    path("requests/new/", receiving.begin, name="begin-access-request"),
    path("requests/new/<str:site_id>/organ/", receiving.receive_organ, name="receive-organ"),
    path("requests/new/<str:site_id>/person/", receiving.receive_person, name="receive-person"),
    path("requests/<str:public_id>/", pages.access_request, name="access-request"),
    path("requests/<str:public_id>/officers/", desk.add_officer, name="add-access-officer"),
    path("requests/<str:public_id>/papers/", desk.add_paper, name="add-access-paper"),
    path("requests/<str:public_id>/consent/", desk.consent, name="consent-access"),
    path("requests/<str:public_id>/grant/", desk.grant, name="grant-access"),
    path("requests/<str:public_id>/refuse/", desk.refuse, name="refuse-access"),
    path("requests/<str:public_id>/end/", desk.end_grant, name="end-access"),
    path("requests/<str:public_id>/narrow/", following.narrow, name="narrow-access"),
    path("requests/<str:public_id>/debts/<int:debt>/close/", following.close_debt, name="close-access-debt"),
    path("requests/<str:public_id>/number/", following.reveal, name="reveal-applicant-number"),
    path("requests/<str:public_id>/officers/<int:officer>/number/", following.reveal, name="reveal-officer-number"),
    path("requests/<str:public_id>/takeover/longer/", leases.extend, name="extend-takeover"),
    path("requests/<str:public_id>/takeover/back/", leases.hand_back, name="hand-back-takeover"),
    path("requests/<str:public_id>/takeover/back/signature/", leases.signature, name="takeover-signature"),
    path("requests/<str:public_id>/takeover/end/", leases.end_lease, name="end-takeover"),
    path("requests/<str:public_id>/takeover/costs/", leases.add_cost, name="add-takeover-cost"),
    path("requests/<str:public_id>/paper/", pages.paper, name="access-paper"),
    path("requests/<str:public_id>/look/", looking.look, name="look-access"),
    path(
        "requests/<str:public_id>/officers/<int:officer>/<str:which>/",
        pages.officer_picture,
        name="access-officer-file",
    ),
    path("requests/<str:public_id>/papers/<int:paper>/scan/", pages.paper_scan, name="access-paper-scan"),
    path("api/control", control.take_in_hand, name="take-in-hand"),
    path("api/control/taken", control.taken_over, name="taken-over"),
    path("api/requests/<str:public_id>/viewings", looking.open_viewing, name="access-viewings"),
    path("api/requests/<str:public_id>/viewings/<str:grant>/area", looking.show_area, name="access-area"),
    path("api/requests/<str:public_id>/exports", looking.order_copy, name="access-copies"),
]

"""Addresses of holds and copies."""

from __future__ import annotations

from django.urls import path

from mingcha.records.custody.views import acts, copies, holds, kept

urlpatterns = [
    path("holds/", holds.holds, name="holds"),
    path("holds/place/", holds.place_hold, name="place-hold"),
    path("holds/found/<str:public_id>/", kept.adopt, name="adopt-hold"),
    path("holds/<str:public_id>/", holds.hold, name="hold"),
    path("holds/<str:public_id>/review/", holds.review_hold, name="review-hold"),
    path("holds/<str:public_id>/ask-release/", holds.ask_release, name="ask-release"),
    path("holds/<str:public_id>/refuse-release/", holds.refuse_release, name="refuse-release"),
    path("holds/<str:public_id>/release/", holds.release_hold, name="release-hold"),
    path("copies/", copies.copies, name="copies"),
    path("copies/check/", copies.check, name="check-copy"),
    path("copies/<str:public_id>/", copies.item, name="item"),
    path("copies/<str:public_id>/download/", copies.download, name="download-item"),
    path("copies/<str:public_id>/seal/", acts.seal, name="seal-item"),
    path("copies/<str:public_id>/unseal/", acts.unseal, name="unseal-item"),
    path("copies/<str:public_id>/keep/", acts.keep, name="keep-item"),
    path("copies/<str:public_id>/ask-approval/", acts.ask_approval, name="ask-item-approval"),
    path("copies/<str:public_id>/hand-over/", acts.hand_over, name="hand-over-item"),
    path("copies/<str:public_id>/hand-on/", acts.hand_on, name="hand-on-item"),
    path("copies/<str:public_id>/take-back/", acts.take_back, name="take-back-item"),
    path("copies/<str:public_id>/destroy/", acts.destroy, name="destroy-item"),
    path("copies/<str:public_id>/attest/", acts.attest, name="attest-item"),
    path("copies/<str:public_id>/receipt/", copies.receipt, name="item-receipt"),
    path("copies/<str:public_id>/certificate/", copies.certificate, name="item-certificate"),
    path("copies/<str:public_id>/steps/<int:step>/signature/", copies.step_signature, name="item-signature"),
    path("copies/<str:public_id>/steps/<int:step>/evidence/", copies.step_evidence, name="item-evidence"),
    path("api/exports/<str:grant>/download", copies.download_json, name="download-export"),
]

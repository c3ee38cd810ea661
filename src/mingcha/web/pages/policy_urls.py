"""Addresses of policies and approvals."""

from __future__ import annotations

from django.urls import path

from mingcha.web.pages import approvals, looks, policies

urlpatterns = [
    path("policies/", policies.policies, name="policies"),
    path("policies/<str:key>/", policies.policy, name="policy"),
    path("policies/changes/<str:public_id>/agree/", policies.agree, name="agree-policy"),
    path("policies/changes/<str:public_id>/withdraw/", policies.withdraw, name="withdraw-policy"),
    path("policies/keep_log_days/thin/", policies.thin, name="thin-log"),
    path("looks/", looks.looks, name="looks"),
    path("looks/findings/", looks.findings, name="write-findings"),
    path("looks/<str:public_id>/", looks.look, name="look"),
    path("looks/<str:public_id>/acquaintance/", looks.acquaintance, name="mark-acquaintance"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<str:public_id>/", approvals.approval, name="approval"),
    path("approvals/<str:public_id>/approve/", approvals.give, name="approve"),
    path("approvals/<str:public_id>/refuse/", approvals.refuse, name="refuse-approval"),
    path("approvals/<str:public_id>/withdraw/", approvals.withdraw, name="withdraw-approval"),
    path("approvals/<str:public_id>/confirm/", approvals.confirm_here, name="confirm-approval"),
    path("api/approvals/<str:public_id>", approvals.state_json, name="approval-state"),
    path("api/approvals/<str:public_id>/confirm", approvals.confirm_json, name="approval-confirm"),
]

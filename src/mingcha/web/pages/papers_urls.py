"""Addresses of what is made of the records: papers, notices, the public page of a site."""

from __future__ import annotations

from django.urls import path

from mingcha.web.pages import access_papers, archive_papers, copy_papers, notices, public_site, staff_list, storage

urlpatterns = [
    path("staff-list/", staff_list.staff_list, name="staff-list"),
    path("documents/handovers/<str:public_id>/paper/", archive_papers.handover_paper, name="handover-paper"),
    path("signs/notices/<str:site_id>/<str:sheet>.pdf", notices.sheet_pdf, name="notice-pdf"),
    path("requests/<str:public_id>/paper.pdf", access_papers.access_paper_pdf, name="access-paper-pdf"),
    path("copies/<str:public_id>/receipt.pdf", copy_papers.item_receipt_pdf, name="item-receipt-pdf"),
    path("copies/<str:public_id>/certificate.pdf", copy_papers.item_certificate_pdf, name="item-certificate-pdf"),
    path("storage/", storage.storage, name="storage"),
    path("s/<str:token>/", public_site.public_site, name="public-site"),
]

"""Addresses of the register."""

from __future__ import annotations

from django.urls import path

from mingcha.web.pages import book, book_ledger, book_print, ledger_record, looks, retrievals, seen

urlpatterns = [
    path("", book.book, name="register"),
    path("<int:number>/", book.entry, name="register-entry"),
    path("<int:number>/record/", ledger_record.take_record, name="ledger-record"),
    path("retrievals/", retrievals.retrievals, name="retrievals"),
    path("seen/", seen.of_camera, name="seen"),
    path("seen/people/", seen.of_person, name="seen-people"),
    path("seen/noticed/", seen.noticeable, name="seen-noticed"),
    path("seen/noticed/<str:key>/", looks.noticed_line, name="noticed"),
    path("print/", book_print.choose, name="print-register"),
    path("take/", book_print.take, name="take-register"),
    path("ledger/", book_ledger.check_register, name="register-check"),
    path("check/", book_print.check, name="check-sheet"),
]

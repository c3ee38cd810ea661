"""Errors of acts at the fields they are about."""

from __future__ import annotations

from django import forms

from mingcha.base.errors import MingchaError
from mingcha.records.wording import explain

FIELD_OF = {
    "identity.shape": "id_number",
    "identity.check_digit": "id_number",
    "identity.birthday": "id_number",
    "identity.document": "id_number",
    "identity.phone": "phone",
}


def put_error(form: forms.Form, error: MingchaError) -> None:
    """The sentence at the field the error names; a file that is not taken at the file field; else above the form."""
    field = str(error.params.get("field") or FIELD_OF.get(error.code, ""))
    if not field and error.code.startswith("file."):
        field = "evidence"
    form.add_error(field if field in form.fields else None, explain(error))

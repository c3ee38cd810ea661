"""Forms of the archive."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mingcha.records.documents import queries
from mingcha.records.documents.actions import DocumentDraft
from mingcha.records.documents.queries import Search
from mingcha.records.documents.states import REASON_LIMIT, TAG_LIMIT, TAGS_LIMIT, TITLE_LIMIT
from mingcha.records.files.states import PAPERS, accept_of
from mingcha.records.wording.law import choices

NONE = ("", "—")
_DAY = {"type": "date"}


def file_field() -> forms.FileField:
    """A file of any kind the archive takes. What it is, its content says later."""
    return forms.FileField(
        label=_("File"),
        max_length=255,
        help_text=_("PDF, PNG, JPEG, WebP, DOCX, XLSX or plain text. Without macros, scripts and passwords."),
        error_messages={"empty": _("The file is empty."), "required": _("Choose a file.")},
        widget=forms.FileInput(attrs={"accept": accept_of(PAPERS)}),
    )


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(label=_("Type"))
    subject = forms.ChoiceField(label=_("About"))
    title = forms.CharField(label=_("Title"), max_length=TITLE_LIMIT)
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    number = forms.CharField(label=_("Number"), max_length=100, required=False)
    issuer = forms.CharField(label=_("Issued by"), max_length=TITLE_LIMIT, required=False)
    dated_on = forms.DateField(label=_("Dated"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    valid_until = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    tags = forms.CharField(
        label=_("Keywords"),
        max_length=TAGS_LIMIT * (TAG_LIMIT + 1),
        required=False,
        help_text=_("Separated by commas."),
    )
    is_confidential = forms.BooleanField(
        label=_("Confidential"),
        required=False,
        help_text=_("Seen only by those who may read confidential documents."),
    )
    file = file_field()

    def __init__(self, *args: Any, subject: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: list[Any] = list(queries.choices())
        if subject and not any(subject == value for _group, things in groups for value, _name in things):
            groups.insert(0, (subject, queries.names_of([subject]).get(subject, subject)))
        _choose(self, "subject", groups)
        _choose(self, "kind", choices("document_type"))
        _choose(self, "stage", [NONE, *choices("archive_stage")])

    def draft(self) -> DocumentDraft:
        data = {key: value for key, value in self.cleaned_data.items() if key != "file"}
        data["tags"] = data["tags"].replace("，", ",").replace("、", ",").split(",")
        return DocumentDraft(**data)


class VersionForm(forms.Form):
    file = file_field()
    reason = forms.CharField(label=_("Why a new version"), max_length=REASON_LIMIT)


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=REASON_LIMIT)


class SearchForm(forms.Form):
    """Filters of the archive; a GET form."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(label=_("Type"), required=False)
    site = forms.ChoiceField(label=_("Site"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=(("", _("Current")), ("expired", _("Expired")), ("withdrawn", _("Withdrawn")), ("all", _("All"))),
    )
    subject = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=1, max_value=1 << 62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("All"))
        _choose(self, "kind", [everything, *choices("document_type")])
        _choose(self, "site", [everything, *((site.public_id, site.name) for site in sites)])

    def search(self) -> Search:
        data = self.cleaned_data
        return Search(
            text=data["q"],
            kind=data["kind"],
            site=data["site"],
            state=data["state"],
            subject=data["subject"],
            before_id=data["before"],
        )


class HandOverForm(forms.Form):
    title = forms.CharField(label=_("Title of the list"), max_length=TITLE_LIMIT)
    receiver = forms.CharField(label=_("Received by"), max_length=TITLE_LIMIT)
    receiver_unit = forms.CharField(label=_("Unit of the receiver"), max_length=TITLE_LIMIT, required=False)
    handed_on = forms.DateField(label=_("Handed over on"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    note = forms.CharField(
        label=_("Note"), max_length=REASON_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


def _choose(form: forms.Form, name: str, found: list[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = found

"""The form of the condition page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from mingcha.records.condition.states import NOTE_LIMIT


class NoteForm(forms.Form):
    """What was done about it."""

    note = forms.CharField(
        label=_("What was done"),
        max_length=NOTE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: put back from the copy on the second disk; disk replaced; reported to the manager."),
    )

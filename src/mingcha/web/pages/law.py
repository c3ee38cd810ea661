"""The law reader: articles by text, subject and screen, search, one article, and what binds a site on a day and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mingcha import law as rules
from mingcha.law import FactError
from mingcha.law.explain import LANGUAGES
from mingcha.law.model import Article, Instrument
from mingcha.law.regions import name_of
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.web.pages.law_form import SiteForm
from mingcha.web.pages.law_screens import SCREENS, screen_named, screens_of
from mingcha.web.pages.law_site import Answer, answer, reasoning
from mingcha.web.pages.law_words import Row, article_label, codes, instruments, label, language, reader, short, title

QUERY_LIMIT = 100
COLUMNS = 3


class ArticlesForm(forms.Form):
    """Search and filters of the article table; a GET form."""

    q = forms.CharField(label=_("Words"), max_length=QUERY_LIMIT, required=False)
    instrument = forms.ChoiceField(label=_("Text"), required=False)
    kind = forms.ChoiceField(label=_("Subject"), required=False)
    part = forms.ChoiceField(label=_("Part of the product"), required=False)
    screen = forms.ChoiceField(label=_("Screen"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
        self._choose("instrument", [(one.id, short(one)) for one in instruments().values()])
        self._choose("kind", [(code, label("kind", code)) for code in codes("kind")])
        self._choose("part", [(code, label("feature", code)) for code in codes("feature")])
        self._choose("screen", [(screen.name, screen.label) for screen in SCREENS])

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *choices]

    def rows(self) -> list[Row]:
        """What the filters leave, in the order of the texts."""
        given = self.cleaned_data
        found: tuple[Article, ...] = reader().articles(given["instrument"] or None, given["kind"] or None)
        if given["q"].strip():
            hits = set(reader().search(given["q"]))
            found = tuple(row for row in found if row in hits)
        parts = set(screen_named(given["screen"]).parts) if given["screen"] else set(codes("feature"))
        if given["part"]:
            parts &= {given["part"]}
        if given["screen"] or given["part"]:
            found = tuple(row for row in found if row.feature in parts)
        return [Row(row) for row in found]


@dataclass(frozen=True, slots=True)
class Text:
    """An instrument on the first page."""

    instrument: Instrument
    title: str
    short: str
    territory: str
    level: str
    count: int


LEVELS = {1: _("administrative regulation"), 2: _("provincial rule"), 3: _("city rule")}


def text_of(instrument: Instrument) -> Text:
    territory = instrument.territory.ljust(6, "0")
    return Text(
        instrument=instrument,
        title=title(instrument),
        short=short(instrument),
        territory=name_of(territory, language()) if instrument.territory else "",
        level=str(LEVELS.get(instrument.rank, "")),
        count=len(reader().articles(instrument.id)),
    )


def columns_of(items: list[Any]) -> list[list[Any]]:
    """The items in `COLUMNS` columns, to be read downward."""
    height = -(-len(items) // COLUMNS)
    return [items[at : at + height] for at in range(0, len(items), height)]


@permission(Permission.READ_LAW)
@require_http_methods(["GET"])
def articles(request: PersonRequest) -> HttpResponse:
    """The article table: an overview, or what search and filters leave."""
    form = ArticlesForm(request.GET)
    is_filtered = any(request.GET.get(name, "").strip() for name in form.fields)
    rows = form.rows() if form.is_valid() and is_filtered else []
    context: dict[str, Any] = {
        "here": "law",
        "form": form,
        "is_filtered": is_filtered,
        "rows": rows,
        "hide_law_link": True,
    }
    if not is_filtered:
        context["texts"] = [text_of(one) for one in instruments().values()]
        kinds = [(code, label("kind", code), len(found)) for code, found in reader().by_kind().items()]
        context["kinds"] = columns_of(kinds)
        context["parts"] = [
            (code, label("feature", code), len(reader().articles_of(code)), screens_of(code))
            for code in codes("feature")
            if reader().articles_of(code)
        ]
    return render(request, "law/articles.html", context)


@permission(Permission.READ_LAW)
@require_http_methods(["GET"])
def article(request: PersonRequest, instrument: str, number: int) -> HttpResponse:
    """One article with all its items, what answers them, and the readings they rest on."""
    text = instruments().get(instrument)
    of_text = reader().articles(instrument)
    rows = [Row(row) for row in of_text if row.cite.article == number]
    if text is None or not rows:
        raise Http404
    numbers = sorted({row.cite.article for row in of_text})
    at = numbers.index(number)
    neighbours = (numbers[at - 1] if at else None, numbers[at + 1] if at + 1 < len(numbers) else None)
    before, after = ((one, article_label(one)) if one is not None else None for one in neighbours)
    context = {
        "here": "law",
        "text": text_of(text),
        "name": article_label(number),
        "rows": rows,
        "before": before,
        "after": after,
    }
    return render(request, "law/article.html", context)


@permission(Permission.READ_LAW)
@require_http_methods(["GET"])
def site(request: PersonRequest) -> HttpResponse:
    """What binds a site on a day, and why. Without facts the form alone, for today."""
    is_asked = "region" in request.GET
    today = request.at.astimezone(timezone.get_current_timezone()).date().isoformat()
    form = SiteForm(request.GET) if is_asked else SiteForm(initial={"on": today, "area": "general"})
    words = request.GET.get("words", "")
    words = words if words in LANGUAGES else language()
    found: Answer | None = None
    texts: list[tuple[str, str]] = []
    if is_asked and form.is_valid():
        try:
            found, texts = answer(form), reasoning(form, words)
        except FactError as error:
            form.refuse(error)
    kept = {key: value for key, value in request.GET.items() if key in form.fields and value}
    context = {
        "here": "law",
        "form": form,
        "answer": found,
        "in_force": [text_of(one) for one in found.instruments] if found else [],
        "place": label("place", form.cleaned_data["place"]) if found else "",
        "told": form.told() if found else [],
        "reasoning": texts,
        "words": words,
        "words_links": [(code, urlencode({**kept, "words": code})) for code in LANGUAGES],
        "law_version": rules.version(),
    }
    return render(request, "law/site.html", context)

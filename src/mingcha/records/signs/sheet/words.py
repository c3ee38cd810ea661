"""The words of the notice in each language, and the sheets it is printed on. Printed matter is not translated with the
pages: a sheet carries both languages whatever the reader of the page speaks."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGE_SETS = {"both": ("zh", "en"), "zh": ("zh",), "en": ("en",)}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A size in millimetres. `name`: also its part of the file name."""

    name: str
    width_mm: float
    height_mm: float


SHEETS = {sheet.name: sheet for sheet in (Sheet("a4", 210, 297), Sheet("a3", 297, 420), Sheet("sticker", 200, 300))}


@dataclass(frozen=True, slots=True)
class Words:
    """One language of a notice. `headline`: its lines; `facts`: label and text; `foot`: on what ground it hangs."""

    language: str
    headline: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    foot: str
    scan: str


_HEADLINE = {
    "zh": ("您已进入公共安全", "视频图像采集区域"),
    "en": ("You are in the range of", "public-security video"),
}
_LABELS = {
    "unit": {"zh": "管理单位", "en": "Managed by"},
    "purpose": {"zh": "采集目的", "en": "Purpose"},
    "kept": {"zh": "保存期限", "en": "Kept for"},
    "contact": {"zh": "咨询投诉", "en": "Contact"},
}
_AT_LEAST = {"zh": "不少于{days}日（{grounds}）", "en": "at least {days} days ({grounds})"}
_BY_RULE = {"zh": "按法律法规规定的期限", "en": "as long as the rules in force ask"}
_FOOT = {"zh": "依据{grounds}设置本提示标识", "en": "Posted under {grounds}"}
_SCAN = {"zh": "扫码了解详情和您的权利", "en": "Scan for details"}
_JOIN = {"zh": "、", "en": "; "}


def words_for(
    language: str,
    *,
    unit: str,
    purpose: str,
    contact: str,
    kept_days: int | None,
    kept_by: tuple[str, ...],
    posted_by: tuple[str, ...],
) -> Words:
    """The notice in one language, ``zh`` or ``en``."""
    join = _JOIN[language]
    kept = _BY_RULE[language]
    if kept_days is not None:
        kept = _AT_LEAST[language].format(days=kept_days, grounds=join.join(kept_by[:1]))
    texts = {"unit": unit, "purpose": purpose, "kept": kept, "contact": contact}
    facts = tuple((_LABELS[name][language], text) for name, text in texts.items() if text)
    foot = _FOOT[language].format(grounds=join.join(posted_by)) if posted_by else ""
    return Words(language, _HEADLINE[language], facts, foot, _SCAN[language])

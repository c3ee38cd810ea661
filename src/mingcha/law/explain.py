"""The reasoning of a decision as short text in Chinese or English, with citations and the readings it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mingcha.law.engine import Law
from mingcha.law.model import Article, Citation
from mingcha.law.regime import Regime

# Which vocabulary group names the codes of an answer's key.
_GROUPS = {
    "verdict": "verdict",
    "reasons": "reason",
    "conditions": "condition",
    "kind": "filing_kind",
    "deletion": "deletion",
    "missing": "missing",
    "measures": "measure",
    "papers": "document_type",
    "stage": "archive_stage",
    "per": "archive_per",
    "fields": "record_field",
    "of": "requester",
}
# Names of the answers' keys. Codes are named by the vocabulary of the data.
_KEYS = {
    "verdict": ("结论", "Verdict"),
    "reasons": ("理由", "Reasons"),
    "conditions": ("要求", "Conditions"),
    "duties": ("义务", "Duties"),
    "exempt": ("豁免", "Exempt"),
    "earliest": ("最早期限", "Earliest due date"),
    "overdue": ("已逾期", "Overdue"),
    "days": ("天数", "Days"),
    "keep_until": ("保存至", "Keep until"),
    "deletion": ("删除", "Deletion"),
    "allowed": ("允许", "Allowed"),
    "missing": ("缺少", "Missing"),
    "mandated": ("属于应建场所", "Must have a system"),
    "replacement_plan": ("须有替代方案", "Replacement plan"),
    "notice_by": ("最迟报备日", "Notice by"),
    "change_filing": ("须备案变更", "Change of the filing"),
    "sanctions": ("法律责任", "Sanctions"),
    "measures": ("措施", "measures"),
    "fine": ("罚款", "fine"),
    "due": ("期限", "due"),
    "period_days": ("天数", "days"),
    "papers": ("应存文件", "Papers"),
    "stage": ("阶段", "stage"),
    "per": ("归属", "of"),
    "fields": ("登记事项", "to be written down"),
    "records": ("登记依据", "Said by"),
    "of": ("限于", "only for"),
}
_WORDS = {True: ("是", "yes"), False: ("否", "no"), None: ("无", "none")}
LANGUAGES = ("zh", "en")


def explain(law: Law, question: str, facts: Mapping[str, object], language: str = "zh") -> str:
    """The answer in words, its grounds and its readings. Raises FactError, and KeyError for another language."""
    return "\n".join(_Explanation(law, language).lines(question, facts))


class _Explanation:
    def __init__(self, law: Law, language: str) -> None:
        self._law = law
        self._column = {"zh": 0, "en": 1}[language]
        self._rows: dict[Citation, Article] = {row.cite: row for row in law.data.articles}

    def lines(self, question: str, facts: Mapping[str, object]) -> Iterator[str]:
        regime, made = self._law.consider(question, facts)
        yield self._label("question", question)
        for key, value in made.answer.items():
            yield from self._statement(regime, key, value)
        citations = regime.in_order((*(entry.cite for entry in made.grounds), *made.further))
        yield self._either("依据：", "Grounds:") if citations else self._either("无依据条款。", "No provision applies.")
        for cite in citations:
            yield f"  {self._ground(regime, cite)}"
        used = {entry.reading for entry in made.grounds}
        readings = [reading for reading in self._law.data.readings if reading.id in used]
        if readings:
            yield self._either("解读（文本有疑义，见 docs/law/readings.md）：", "Readings (docs/law/readings.md):")
        for reading in readings:
            yield f"  {reading.id}: {self._either(reading.zh, reading.en)}"
        yield self._either("法规数据版本：", "Law version: ") + self._law.version[:16]

    def _statement(self, regime: Regime, key: str, value: object) -> Iterator[str]:
        name = self._either(*_KEYS[key])
        colon = self._either("：", ": ")
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{name}{colon}"
            for item in value:
                yield f"  {self._item(regime, item)}"
        else:
            yield f"{name}{colon}{self._value(key, value)}"

    def _item(self, regime: Regime, item: Mapping[str, object]) -> str:
        """One duty, filing or sanction on one line."""
        parts = [self._ground(regime, _cite(item))] if "code" in item else [self._place(regime, _cite(item))]
        for key in ("kind", "stage", "per", "papers", "fields", "of", "due", "measures", "fine", "period_days"):
            if key in item:
                label = "" if key == "kind" else f"{self._either(*_KEYS[key])} "
                parts.append(f"{label}{self._value(key, item[key])}")
        return self._either("；", "; ").join(parts)

    def _value(self, key: str, value: object) -> str:
        if isinstance(value, dict):
            return f"{value['min']}–{value['max']} {self._either('元', 'RMB')}"
        if isinstance(value, list):
            return self._either("、", ", ").join(self._value(key, item) for item in value) or self._either(
                *_WORDS[None]
            )
        if value is None or isinstance(value, bool):
            return self._either(*_WORDS[value])
        group = _GROUPS.get(key)
        return self._label(group, str(value)) if group else str(value)

    def _ground(self, regime: Regime, cite: Citation) -> str:
        row = self._rows.get(cite)
        said = self._either("：", ": ") + self._either(row.zh, row.en) if row else ""
        return self._place(regime, cite) + said

    def _place(self, regime: Regime, cite: Citation) -> str:
        """An article named by its instrument's short title."""
        instrument = next(found for found in regime.instruments if found.id == cite.instrument)
        short = self._either(instrument.short_zh, instrument.short_en)
        item = f" {cite.item}" if cite.item else ""
        return self._either(f"{short}第{cite.article}条{item}", f"{short} art. {cite.article}{item}")

    def _label(self, group: str, code: str) -> str:
        return self._law.data.vocabulary[group][code][self._column]

    def _either(self, zh: str, en: str) -> str:
        return (zh, en)[self._column]


def _cite(item: Mapping[str, object]) -> Citation:
    return Citation(str(item["instrument"]), int(str(item["article"])), str(item.get("item", "")))

"""The printed notice as SVG: words, lines, pictogram, QR code. Pure: plain values in, text out."""

from mingcha.records.signs.sheet.draw import draw
from mingcha.records.signs.sheet.words import SHEETS, Sheet, Words, words_for

__all__ = ["SHEETS", "Sheet", "Words", "draw", "words_for"]

"""Which segments exist, which stretches are missing and why, and what the office has still to be told (SQLite)."""

from mingcha.media.catalog.reader import CatalogReader
from mingcha.media.catalog.writer import Catalog

__all__ = ["Catalog", "CatalogReader"]

"""Copies of exact ranges: plain MP4 files around the untouched stored parts, and a manifest that explains them."""

"""Mingcha (明察): a video system for public places that keeps the law by construction."""

__version__ = "0.1.0"

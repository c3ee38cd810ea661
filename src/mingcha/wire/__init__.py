"""Versioned, idempotent messages between the office and the recorder: orders, facts and tickets."""

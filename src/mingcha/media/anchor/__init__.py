"""Feeds the ledger with what the catalog has put down for it."""

"""Carries out what the rules order: deletes what is due, never before, and says so when it cannot."""

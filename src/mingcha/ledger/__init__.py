"""Append-only Merkle log and the RFC 6962 tree arithmetic it stands on. Pure: no Django, no media."""

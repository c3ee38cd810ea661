"""Viewings: who looked at which cameras, when and why; the tickets that let pictures flow. Serves no bytes itself."""

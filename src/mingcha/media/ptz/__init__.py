"""Turning cameras: moves from a browser under a ticket, to the camera, and back to the office as facts."""

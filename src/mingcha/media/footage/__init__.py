"""Stored footage as playback and copying want it: segments with their parts, sealed or still being written."""

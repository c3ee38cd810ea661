"""Uploaded files, kept by their hash: the lowest app that holds bytes, so that every other may point at one."""

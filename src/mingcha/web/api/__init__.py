"""The JSON interface, /api/v1/: inventory and register for other programs. Its acts are those of the pages."""

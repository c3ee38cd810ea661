"""WSGI entry, for those who have such a server already."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingcha.web.settings")

application = get_wsgi_application()

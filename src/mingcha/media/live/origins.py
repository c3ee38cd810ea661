"""Which pages may talk to the video server (CORS and the WebSocket Origin check, TRAPS L4)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Origins:
    """`listed`: origins named by the operator. Besides, pages of the same host name on `web_port` are ours."""

    web_port: int
    listed: frozenset[str] = frozenset()

    def allows(self, origin: str | None, host: str | None) -> bool:
        """`origin` and `host` are the request's headers. Programs that send no Origin still need a ticket."""
        if origin is None:
            return True
        if origin in self.listed:
            return True
        try:
            page, own = urlsplit(origin), urlsplit(f"//{host or ''}")
            same_host = page.hostname is not None and page.hostname == own.hostname
            return same_host and page.scheme in ("http", "https") and page.port == self.web_port
        except ValueError:
            return False

"""Which pages may talk to the video server (CORS and the WebSocket Origin check, TRAPS L4)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Origins:
    """`listed`: origins named by the operator. Besides, pages of the same host name on `web_port` are ours. `hosts`:
    names that the server itself answers to, as Django's ALLOWED_HOSTS; empty for any (tests)."""

    web_port: int
    listed: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    def is_ours(self, host: str | None) -> bool:
        """Whether a request's Host is a name of ours, on whatever port."""
        if not self.hosts or "*" in self.hosts:
            return True
        try:
            name = urlsplit(f"//{host or ''}").hostname or ""
        except ValueError:
            return False
        wild = (known for known in self.hosts if known.startswith("."))
        return name in self.hosts or any(name.endswith(known) or name == known[1:] for known in wild)

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

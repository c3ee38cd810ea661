"""How often one address may ask a witness."""

from __future__ import annotations

from collections import OrderedDict

from mingcha.base.clock import US_PER_S

BURST = 30
EACH_US = US_PER_S // 2
"""A node asks once a minute, and once more for every copy that is made."""
REMEMBERED = 1_000


class Rate:
    """A bucket of `BURST` requests an address, filled again by one each `EACH_US`; forgets whom it saw longest ago."""

    def __init__(self) -> None:
        self._full_at_us: OrderedDict[str, int] = OrderedDict()

    def allows(self, address: str, mono_us: int) -> bool:
        """Whether it may ask now; counts the request if so."""
        full_at_us = max(self._full_at_us.pop(address, mono_us), mono_us)
        is_allowed = full_at_us - mono_us <= (BURST - 1) * EACH_US
        self._full_at_us[address] = full_at_us + EACH_US if is_allowed else full_at_us
        if len(self._full_at_us) > REMEMBERED:
            self._full_at_us.popitem(last=False)
        return is_allowed

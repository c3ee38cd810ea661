"""Reading bits and Exp-Golomb numbers of parameter sets (ITU-T H.264 7.2, 9.1)."""

from __future__ import annotations


class BitReader:
    """Bits of a NAL unit, most significant first. Emulation prevention bytes are taken out. Reading past the end
    raises ValueError."""

    def __init__(self, nal: bytes) -> None:
        raw = bytearray()
        at = 0
        while (found := nal.find(b"\0\0\3", at)) >= 0:
            raw += nal[at : found + 2]
            at = found + 3
        raw += nal[at:]
        self._value = int.from_bytes(raw, "big")
        self._left = len(raw) * 8

    @property
    def left(self) -> int:
        """Bits not read yet."""
        return self._left

    def u(self, bits: int) -> int:
        """Unsigned number of that many bits."""
        if bits > self._left:
            raise ValueError("the parameter set ends too early")
        self._left -= bits
        return self._value >> self._left & ((1 << bits) - 1)

    def flag(self) -> bool:
        return self.u(1) == 1

    def ue(self) -> int:
        """Unsigned Exp-Golomb number, at most 32 bits."""
        zeros = 0
        while self.u(1) == 0:
            zeros += 1
            if zeros > 32:
                raise ValueError("a number in the parameter set is too long")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        """Signed Exp-Golomb number."""
        number = self.ue()
        return (number + 1) // 2 if number & 1 else -(number // 2)

    def skip(self, bits: int) -> None:
        self.u(bits)

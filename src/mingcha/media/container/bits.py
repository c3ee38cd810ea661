"""Reading bits of H.264 and H.265 parameter sets (Exp-Golomb codes, emulation prevention)."""

from __future__ import annotations


def unescape(nal: bytes) -> bytes:
    """The raw byte sequence payload: 00 00 03 becomes 00 00 (ITU-T H.264 section 7.4.1)."""
    return nal.replace(b"\x00\x00\x03", b"\x00\x00")


class BitReader:
    """Big-endian bits; reading past the end raises ValueError."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def bits(self, count: int) -> int:
        """The next `count` bits as an unsigned number: u(n)."""
        if count > self._left:
            raise ValueError("the parameter set ends too early")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def golomb(self) -> int:
        """An unsigned Exp-Golomb code: ue(v) (ITU-T H.264 section 9.1)."""
        zeros = 0
        while not self.bits(1):
            zeros += 1
            if zeros > 32:
                raise ValueError("the parameter set holds a code that is too long")
        return (1 << zeros) - 1 + self.bits(zeros)

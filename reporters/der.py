"""DER, as far as a time stamp needs it: to write a question, and to see in an answer what no library shows.

Source: ITU-T X.690 (02/2021), section 8: identifier, length, contents.
"""

from dataclasses import dataclass
from typing import Self

BOOLEAN, INTEGER, OCTETS, NULL, OID, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x05, 0x06, 0x30, 0x31
FIRST_OWN, SECOND_OWN = 0xA0, 0xA1  # [0] and [1], which mean what the place says
LONG_TAG, LONG_LENGTH = 0x1F, 0x80
LENGTH_BYTES = 4


class NotDer(ValueError):
    """These bytes are not what they should be; the text says nothing of them."""


@dataclass(frozen=True)
class Item:
    """One element: its tag byte, and its contents."""

    tag: int
    body: bytes

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Read the one element that all of the bytes are.

        Raises:
            NotDer: they are something else, or more than one.
        """
        tag, body, rest = _first(data)
        if rest:
            raise NotDer
        return cls(tag, body)

    @property
    def whole(self) -> bytes:
        """Give it with tag and length."""
        return written(self.tag, self.body)

    def parts(self, tag: int = SEQUENCE) -> list["Item"]:
        """Give the elements inside, which must stand in one of this tag.

        Raises:
            NotDer: it has another tag, or holds something else.
        """
        if self.tag != tag:
            raise NotDer
        found, rest = [], self.body
        while rest:
            kind, body, rest = _first(rest)
            found.append(Item(kind, body))
        return found


def written(tag: int, *parts: bytes) -> bytes:
    """Write one element."""
    body = b"".join(parts)
    if len(body) < LONG_LENGTH:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, LONG_LENGTH | len(length)]) + length + body


def whole_number(value: int) -> bytes:
    """Write a number that is not negative."""
    return written(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _first(data: bytes) -> tuple[int, bytes, bytes]:
    """Take the first element off; lengths of no certain end are no DER."""
    if len(data) < 2 or data[0] & LONG_TAG == LONG_TAG:  # a tag and a length
        raise NotDer
    length, start = data[1], 2
    if length & LONG_LENGTH:
        many = length & ~LONG_LENGTH
        length, start = int.from_bytes(data[2 : 2 + many], "big"), 2 + many
        if not 0 < many <= LENGTH_BYTES or length < LONG_LENGTH:
            raise NotDer
    if len(data) < start + length:
        raise NotDer
    return data[0], data[start : start + length], data[start + length :]

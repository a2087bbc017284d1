"""Unpacks an answer's body within bounds: a bomb costs what its limit allows and no more."""

import zlib

CODINGS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
ACCEPTED = "gzip, deflate"


class Undecodable(ValueError):
    """The body is not what its headers say it is."""


def unpack(body: bytes, coding: str, most: int) -> tuple[bytes, bool]:
    """Undo a content coding.

    Args:
        body: as received, perhaps cut.
        coding: the Content-Encoding header, "" where there is none.
        most: bytes after which unpacking stops.

    Returns:
        The bytes, and whether there would have been more.

    Raises:
        Undecodable: an unknown coding, or bytes that are not of it.
    """
    names = [name for name in coding.lower().replace(" ", "").split(",") if name not in ("", "identity")]
    if len(names) > 1 or any(name not in CODINGS for name in names):
        raise Undecodable("a coding that was not asked for")
    if not names or not body:
        return body[:most], len(body) > most
    for window in (CODINGS[names[0]], -15) if names[0] == "deflate" else (CODINGS[names[0]],):
        unpacker = zlib.decompressobj(window)
        try:
            data = unpacker.decompress(body, most)
        except zlib.error:
            continue
        return data, bool(unpacker.unconsumed_tail)
    raise Undecodable("not what its coding says")

"""How many frames a GIF has, from its blocks alone.

Its header does not say, and to decode it all only to find out is what a bomb is made for.

Source: CompuServe, "Graphics Interchange Format, Version 89a" (1990).
"""

HEADER, SCREEN = 6, 7  # bytes
EXTENSION, IMAGE = 0x21, 0x2C
TABLE_FLAG, TABLE_SIZE = 0x80, 0x07


def frames_in(data: bytes, most: int) -> int:
    """Count the images among the blocks, up to `most`; at least 1, and what was counted where the blocks end badly."""
    at = HEADER + SCREEN + _table(data, HEADER + 4)
    count = 0
    while at < len(data) and count < most:
        if data[at] == IMAGE:
            count += 1
            at = _past_blocks(data, at + 11 + _table(data, at + 9))
        elif data[at] == EXTENSION:
            at = _past_blocks(data, at + 2)
        else:
            break
    return max(count, 1)


def _table(data: bytes, at: int) -> int:
    """Give the bytes of the colour table that these flags announce."""
    flags = data[at] if at < len(data) else 0
    return 3 << ((flags & TABLE_SIZE) + 1) if flags & TABLE_FLAG else 0


def _past_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1

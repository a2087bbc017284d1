"""What one picture may cost."""

from dataclasses import dataclass

WORKING_SIZE = 512  # pixels of the longer side, of everything that is compared
LEAST_SIDE = 32  # pixels of the shorter side of a picture, below which it is an icon or a tracking dot


@dataclass(frozen=True)
class Limits:
    """What one picture may cost; bytes are of 8 bits, pixels those the file declares, times are in seconds.

    `frames` is how many an animated picture may have, `frames_read` how many of them are looked at, evenly spread.
    `cpu_s` and `memory_bytes` hold where a child process decodes (see `matchers.decoding`), `time_s` everywhere.
    """

    bytes: int = 64_000_000
    pixels: int = 80_000_000
    frames: int = 5_000
    frames_read: int = 16
    time_s: float = 30.0
    cpu_s: int = 15
    memory_bytes: int = 1_600_000_000

"""What one picture may cost."""

from dataclasses import dataclass, replace

WORKING_SIZE = 512  # pixels of the longer side, of everything that is compared
LEAST_SIDE = 32  # pixels of the shorter side of a picture, below which it is an icon or a tracking dot


@dataclass(frozen=True)
class Limits:
    """What one picture may cost; bytes are of 8 bits, pixels those the file declares, times are in seconds.

    `frames` is how many an animated picture may have, `frames_read` how many of them are looked at, evenly spread.
    `cpu_s` and `memory_bytes` hold where a child process decodes (see `matchers.decoding`), `time_s` everywhere.
    Those that begin with `film_` hold for films; a frame of a film may have as many pixels as a picture.
    """

    bytes: int = 64_000_000
    pixels: int = 80_000_000
    frames: int = 5_000
    frames_read: int = 16
    time_s: float = 30.0
    cpu_s: int = 15
    memory_bytes: int = 1_600_000_000
    film_bytes: int = 512_000_000
    film_s: float = 4 * 3600.0
    film_frames: int = 1_000_000
    film_time_s: float = 1800.0
    film_cpu_s: int = 1200
    film_memory_bytes: int = 3_000_000_000

    def for_film(self) -> "Limits":
        """Give the limits as a process has them that reads a film."""
        return replace(
            self,
            bytes=self.film_bytes,
            time_s=self.film_time_s,
            cpu_s=self.film_cpu_s,
            memory_bytes=self.film_memory_bytes,
        )

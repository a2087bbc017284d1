"""Parts opened for a bundle: never one that is not what its record names, and never one that only begins well."""

from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, cast

from casebook.errors import CasebookError, Unavailable
from reporters.bundle.contents import PartView, RecordView
from reporters.bundle.indexing import Indexed
from reporters.bundle.packing import Hashed, Nowhere, Writes

NOWHERE = Nowhere()
HELD_BYTES = 48_000_000  # a part up to this size is opened once and held; a larger one is opened twice


@dataclass(frozen=True)
class Archived:
    """The web archive of a record, and its index."""

    record: RecordView
    part: PartView
    index: tuple[Indexed, ...]

    @property
    def file(self) -> str:
        """Its name in the WACZ."""
        return f"{self.record.number:04}.warc.gz"

    def read(self) -> bytes:
        """Open it.

        Raises:
            Unavailable: it changed since it was indexed.
        """
        return held(self.part)


def require(part: PartView, into: Writes = NOWHERE) -> None:
    """Open a part to its end.

    Raises:
        Unavailable: it does not open, or is not what its record names; what was written is not to be believed.
    """
    wrong = part.gone or fault(part, into)
    if wrong is not None:
        raise Unavailable(f"{part.name}: {wrong}")


def fault(part: PartView, into: Writes = NOWHERE) -> str | None:
    """Open a part to its end, and say what is wrong with it; None where nothing is."""
    out = Hashed(into)
    try:
        part.copy(cast("BinaryIO", out))
    except CasebookError as error:
        return str(error)
    if (out.bytes, out.sha256) != (part.bytes, part.sha256):
        return "what was opened is not what the record names: its hash is another"
    return None


def held(part: PartView) -> bytes:
    """Open a part into memory.

    Raises:
        Unavailable: it does not open, or is not what its record names.
    """
    into = BytesIO()
    require(part, into)
    return into.getvalue()

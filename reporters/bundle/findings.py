"""What a check of a bundle found."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: in which file, and what."""

    where: str
    says: str


@dataclass
class Findings:
    """All that a check found. `notes` are what a reader should know, and are nobody's fault."""

    about: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    counted: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.faults

    def wrong(self, where: str, says: str) -> None:
        """Note a fault, once."""
        fault = Fault(where, says)
        if fault not in self.faults:
            self.faults.append(fault)

    def note(self, says: str) -> None:
        """Note what a reader should know, once."""
        if says not in self.notes:
            self.notes.append(says)

    def count(self, what: str) -> None:
        """Count something that was checked."""
        self.counted[what] = self.counted.get(what, 0) + 1

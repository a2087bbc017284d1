"""How a complainant may be reached without harm: every message that would go to them asks here first."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from casebook import casefile, journal
from casebook.access import Actor, Right, admit, key_of, require
from casebook.errors import Refused
from casebook.store import Casebook
from casebook.vocabulary import EntryKind


@dataclass(frozen=True)
class SafeContact:
    """The newest safe-contact rules of a case, as the complainant gave them; a rule that was not given is None.

    `never` names what must never be done, such as a number that somebody else answers. `neutral_text` is all that a
    message may say: a phone may be shared, and a screen lit up on a table is read by whoever sits there.
    """

    channel: str | None = None
    hours: str | None = None
    never: str | None = None
    neutral_text: str | None = None
    words: str | None = None

    @classmethod
    def of(cls, words: dict[str, Any]) -> Self:
        """Read them from an opened entry."""
        return cls(**{name: words.get(name) for name in cls.__dataclass_fields__})

    def entry(self) -> dict[str, Any]:
        """Give what an entry keeps: the rules that were given.

        Raises:
            Refused: none was.
        """
        given = {name: value for name, value in asdict(self).items() if value}
        if not given:
            raise Refused("say how they may be reached: --channel, --hours, --never, --neutral-text, or in words")
        return given


def how_to_reach(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> SafeContact | None:
    """Give the newest safe-contact rules of a case; None where nothing is known, and no message may go out."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        rules = casefile.opened(session, case.id, key_of(session, actor, case.id, at), EntryKind.SAFE_CONTACT)
        journal.append(session, book.vault, actor, "file.how to reach", case.ref, at)
        return SafeContact.of(rules[-1].words) if rules else None


def safe_way(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> SafeContact:
    """Give the rules that a message to the complainant has to keep.

    Raises:
        Refused: nothing is known of how to reach them, so the message must not go out.
    """
    rules = how_to_reach(book, ref, actor=actor, at=at)
    if rules is None:
        ref = ref.strip().upper()
        raise Refused(
            f"nobody noted how {ref} may be reached safely, so no message goes out; ask, then: "
            f"pehra file add {ref} safe-contact"
        )
    return rules

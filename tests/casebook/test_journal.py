"""Who reads the journal, and what proves it whole: the chain, and anchors given away before."""

import json
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert, select, text, update

from casebook import anchors, assignments, cases, journal
from casebook.access import MONITOR, Actor, Role
from casebook.anchors import Anchor
from casebook.errors import NotFound, Refused
from casebook.store import Casebook
from casebook.tables import Book, JournalEntry
from tests.casebook.conftest import START, hired
from tests.casebook.test_visits import later, open_case


def listed(book: Casebook, actor: Actor, case: str | None = None, last: int = 100) -> list[tuple[str, str, str]]:
    found = journal.entries(book, actor=actor, at=START, case=case, last=last)
    return [(one.actor, one.act, one.subject) for one in found]


def test_an_auditor_reads_all_of_it_newest_last(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    auditor = hired(book, officer, "auditor", Role.AUDITOR)
    assert listed(book, auditor) == [
        ("officer-1", "officer.add", "officer-1"),
        ("officer-1", "case.open", ref),
        ("officer-1", "officer.add auditor", "officer-2"),
    ]
    assert listed(book, auditor, last=1) == [("officer-2", "journal.list", "all")]
    assert listed(book, auditor, ref.lower()) == [("officer-1", "case.open", ref)]
    assert listed(book, auditor, last=1) == [("officer-2", "journal.list", ref)]


def test_an_officer_reads_their_own_acts_and_their_cases(book: Casebook, officer: Actor) -> None:
    other = hired(book, officer, "other")
    mine, shared = (open_case(book, officer, seed) for seed in (1, 2))
    theirs = open_case(book, other, 3)
    assignments.assign(book, shared, "other", actor=officer, at=START)
    assert listed(book, other) == [
        ("officer-1", "case.open", shared),
        ("officer-2", "case.open", theirs),
        ("officer-1", "case.assign", f"{shared}/officer-2"),
    ]
    assert listed(book, other, shared)[0] == ("officer-1", "case.open", shared)
    assignments.unassign(book, shared, "other", actor=officer, at=START)
    assert {subject for _, _, subject in listed(book, other)} == {theirs, "all", shared}  # shared: their own look
    said = set()
    for case in (mine, shared, "C-222222", "%"):
        with pytest.raises(NotFound) as refused:
            listed(book, other, case)
        said.add(str(refused.value))
    assert len(said) == 1


def test_others_read_no_journal_and_an_auditor_names_cases_that_are_in_it(book: Casebook, officer: Actor) -> None:
    for actor in (MONITOR, *(hired(book, officer, one, one) for one in (Role.SUPERVISOR, Role.STATISTICIAN))):
        with pytest.raises(Refused, match="may not read the journal"):
            listed(book, actor)
    with pytest.raises(NotFound, match="the journal has no case"):
        listed(book, hired(book, officer, "auditor", Role.AUDITOR), "somebody by name")


def disarm(book: Casebook, connection: Connection) -> None:
    """Take away the triggers that refuse changes, as who owns the database can."""
    if book.engine.dialect.name == "postgresql":
        connection.execute(text("DROP TRIGGER journal_append_only ON journal"))
    else:
        for trigger in ("journal_no_update", "journal_no_delete"):
            connection.execute(text(f"DROP TRIGGER {trigger}"))


@dataclass(frozen=True)
class Thief:
    """Somebody who holds the database and the monitor's key, and can therefore seal a chain as well as we can."""

    book: Casebook

    def rewrite(self, tampered: Callable[[list[JournalEntry]], list[JournalEntry]]) -> None:
        """Write the journal anew, every seal right."""
        with self.book.writing() as session:
            disarm(self.book, session.connection())
            row = session.scalars(select(Book)).one()
            kept = tampered(list(session.scalars(select(JournalEntry).order_by(JournalEntry.seq))))
            session.expunge_all()
            session.execute(text("DELETE FROM journal"))
            key, head = journal._key(row, self.book.vault), journal.START
            for seq, one in enumerate(kept, 1):
                head = journal._seal(key, head, seq, one.at, one.actor, one.act, one.subject)
                values = {"seq": seq, "at": one.at, "actor": one.actor, "act": one.act, "subject": one.subject}
                session.execute(insert(JournalEntry).values(**values, seal=head))
            session.execute(update(Book).values(journal_length=len(kept), journal_head=head))


def but_changed(entries: list[JournalEntry]) -> list[JournalEntry]:
    entries[1].subject = "C-222222"
    return entries


def fault(book: Casebook, officer: Actor, *held: Anchor) -> list[str | None]:
    return anchors.prove(book, held, actor=officer).anchors


def test_anchors_hold_while_the_journal_grows(book: Casebook, officer: Actor) -> None:
    made = []
    for seed in range(3):
        open_case(book, officer, seed)
        made.append(Anchor.of(anchors.make(book, actor=officer, at=later(seed)).to_text()))
    assert [one.length for one in made] == [3, 5, 7]
    assert len({one.key for one in made}) == 1
    proved = anchors.prove(book, made, actor=officer)
    assert (proved.whole, proved.anchors, proved.chain.entries) == (True, [None, None, None], 7)


def test_an_anchor_is_signed_and_says_nothing_of_anybody(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    said = json.loads(anchors.make(book, actor=officer, at=START).to_text())
    assert set(said) == {"anchor", "length", "head", "at", "key", "signature"}
    assert ref not in str(said)
    with book.reading() as session:
        sealed = session.scalars(select(Book.signing_key)).one()
    assert sealed is not None
    assert len(bytes.fromhex(book.vault.unseal("book.signing_key", sealed))) == 32


@pytest.mark.parametrize(
    ("tampered", "says"),
    [
        pytest.param(but_changed, "was rewritten", id="an altered entry, and every seal after it made anew"),
        pytest.param(lambda entries: entries[:3], "was cut: it had 4 entries then and has 3 now", id="a cut end"),
        pytest.param(lambda entries: entries[1:] + entries[:1], "was rewritten", id="another order"),
    ],
)
def test_a_stolen_key_makes_a_whole_chain_that_an_anchor_gives_away(
    book: Casebook, officer: Actor, tampered: Callable[[list[JournalEntry]], list[JournalEntry]], says: str
) -> None:
    for seed in (1, 2):
        open_case(book, officer, seed)
    before = anchors.make(book, actor=officer, at=START)
    assert fault(book, officer, before) == [None]
    Thief(book).rewrite(tampered)
    proved = anchors.prove(book, [before], actor=officer)
    assert proved.chain.first_bad is None
    assert not proved.whole
    assert says in str(proved.anchors[0])


def test_a_forged_anchor_is_named(book: Casebook, officer: Actor) -> None:
    open_case(book, officer)
    true = anchors.make(book, actor=officer, at=START)
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw().hex()
    signature = key.sign(anchors.message(true.length, true.head, true.at, public)).hex()
    forged = [
        true.model_copy(update={"head": "00" * 32}),
        true.model_copy(update={"length": true.length - 1}),
        true.model_copy(update={"at": "2020-01-01"}),
        true.model_copy(update={"key": public}),
        true.model_copy(update={"key": public, "signature": signature}),
    ]
    found = fault(book, officer, *forged)
    assert [("forged" in str(one), "another key" in str(one)) for one in found] == [(True, False)] * 4 + [(False, True)]


def test_an_anchor_past_a_bad_entry_cannot_be_followed(book: Casebook, officer: Actor) -> None:
    open_case(book, officer)
    held = anchors.make(book, actor=officer, at=START)
    with book.engine.begin() as connection:
        disarm(book, connection)
        connection.execute(text("UPDATE journal SET act = 'nothing' WHERE seq = 2"))
    proved = anchors.prove(book, [held], actor=officer)
    assert (proved.chain.first_bad, proved.anchors) == (2, ["the journal cannot be followed to its length of 3"])


GOOD = {"anchor": "pehra journal anchor 1", "length": 1, "head": "0" * 64, "at": "2026-03-01", "key": "0" * 64}


@pytest.mark.parametrize(
    "said",
    [
        "",
        "[]",
        "null",
        "{" * 5000,
        json.dumps(GOOD),
        json.dumps({**GOOD, "signature": "0" * 127}),
        json.dumps({**GOOD, "signature": "0" * 128, "length": 0}),
        json.dumps({**GOOD, "signature": "0" * 128, "length": "1"}),
        json.dumps({**GOOD, "signature": "0" * 128, "length": True}),
        json.dumps({**GOOD, "signature": "0" * 128, "anchor": "another 1"}),
        json.dumps({**GOOD, "signature": "0" * 128, "more": 1}),
    ],
)
def test_what_is_no_anchor_is_refused_in_words(said: str) -> None:
    with pytest.raises(Refused, match="no anchor of a journal"):
        Anchor.of(said)


def test_an_anchor_of_the_smallest_form_is_read() -> None:
    assert Anchor.of(json.dumps({**GOOD, "signature": "0" * 128})).length == 1


def test_only_who_may_verify_anchors(book: Casebook, officer: Actor) -> None:
    for actor in (MONITOR, hired(book, officer, "lead", Role.SUPERVISOR)):
        with pytest.raises(Refused, match="may not verify"):
            anchors.make(book, actor=actor, at=START)
        with pytest.raises(Refused, match="may not verify"):
            anchors.prove(book, [], actor=actor)


def test_a_long_journal_is_not_loaded_whole(book: Casebook, officer: Actor) -> None:
    with book.writing() as session:
        row = session.scalars(select(Book)).one()
        key, head, rows = journal._key(row, book.vault), row.journal_head, []
        for seq in range(2, 20_002):
            at = START + timedelta(seconds=seq)
            head = journal._seal(key, head, seq, at, "officer-1", "case.list", "all")
            rows.append(
                {"seq": seq, "at": at, "actor": "officer-1", "act": "case.list", "subject": "all", "seal": head}
            )
        session.execute(insert(JournalEntry), rows)
        row.journal_length, row.journal_head = 20_001, head
    anchors.prove(book, [], actor=officer)  # what is loaded once, for any length
    tracemalloc.start()
    try:
        proved = anchors.prove(book, [], actor=officer)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (proved.whole, proved.chain.entries) == (True, 20_001)
    assert peak_bytes < 3_000_000  # all rows at once take some 15 MB


def test_a_closed_case_stays_in_the_journal(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    cases.close(book, ref, actor=officer, at=START)
    assert [act for _, act, _ in listed(book, officer, ref)] == ["case.open", "case.close"]

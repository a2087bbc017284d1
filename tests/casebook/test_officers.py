from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from casebook import assignments, casefile, credentials, keys, officers
from casebook.access import Actor, Role
from casebook.errors import NotFound, Refused, Unavailable
from casebook.keys import Identity
from casebook.store import Casebook
from casebook.tables import OfficerKey
from casebook.vocabulary import EntryKind
from tests.casebook.conftest import START, hired
from tests.casebook.test_visits import open_case

WORDS = "four plain words together"


def guarded(book: Casebook, by: Actor, name: str) -> officers.Claim:
    officers.add(book, name, Role.OFFICER, actor=by, at=START, passphrase=WORDS)
    return officers.claim(book, name)


def test_a_key_opens_with_its_passphrase_alone() -> None:
    identity = Identity.make()
    locked = keys.lock(identity, WORDS)
    assert keys.unlock(locked, WORDS) == identity
    assert keys.unlock(locked, WORDS + " ") is None
    assert identity.secret.encode() not in locked
    assert "AGE-SECRET" not in repr(identity)


def test_a_locked_key_whose_costs_were_lowered_does_not_open() -> None:
    locked = bytearray(keys.lock(Identity.make(), WORDS))
    locked[5] -= 1
    assert keys.unlock(bytes(locked), WORDS) is None


@pytest.mark.parametrize("passphrase", ["", "short", "seven77"])
def test_a_passphrase_that_is_too_short_is_refused(passphrase: str) -> None:
    with pytest.raises(Refused, match="at least 8"):
        keys.lock(Identity.make(), passphrase)


def test_a_key_written_to_a_file_is_read_back_and_never_written_over(tmp_path: Path) -> None:
    identity, file = Identity.make(), tmp_path / "some.key"
    identity.write(file, "a key")
    assert Identity.of(file.read_text()) == identity
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        Identity.make().write(file, "another")
    with pytest.raises(Unavailable, match="no private key"):
        Identity.of("# only a comment\n")


def test_wrong_passphrases_are_counted_and_then_have_to_wait(book: Casebook, officer: Actor) -> None:
    claim = guarded(book, officer, "day shift")
    for _ in range(officers.FREE_TRIES):
        with pytest.raises(Refused, match="passphrase is wrong"):
            officers.prove(book, claim, "not the words", at=START)
    with pytest.raises(Refused, match="wait 1 s"):
        officers.prove(book, claim, WORDS, at=START)
    later = START + timedelta(seconds=2)
    assert officers.prove(book, claim, WORDS, at=later).identity is not None
    with book.reading() as session:
        assert session.scalars(select(OfficerKey.wrong_tries).where(OfficerKey.officer_id == claim.officer)).one() == 0


def test_a_clock_set_back_shuts_nobody_out(book: Casebook, officer: Actor) -> None:
    claim = guarded(book, officer, "day shift")
    for _ in range(officers.FREE_TRIES):
        with pytest.raises(Refused):
            officers.prove(book, claim, "not the words", at=START)
    assert officers.prove(book, claim, WORDS, at=START - timedelta(days=400)).identity is not None


def test_a_new_passphrase_takes_the_old_ones_place(book: Casebook, officer: Actor) -> None:
    claim = guarded(book, officer, "day shift")
    actor = officers.prove(book, claim, WORDS, at=START)
    credentials.set_passphrase(book, "other words altogether", actor=actor, at=START)
    assert officers.prove(book, claim, "other words altogether", at=START).identity == actor.identity
    with pytest.raises(Refused):
        officers.prove(book, claim, WORDS, at=START)


def test_a_new_key_of_ones_own_opens_the_same_cases_and_the_old_one_none(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    casefile.add(book, ref, EntryKind.NOTE, {"words": "before"}, actor=officer, at=START)
    after = credentials.rotate(book, None, actor=officer, at=START)
    assert casefile.read(book, ref, actor=after, at=START)[0].words == {"words": "before"}
    with pytest.raises(Unavailable):
        casefile.read(book, ref, actor=officer, at=START)
    with pytest.raises(Refused, match="changed meanwhile"):
        credentials.rotate(book, None, actor=officer, at=START)


def test_somebody_who_lost_the_passphrase_gets_back_what_a_colleague_or_the_escrow_key_opens(
    book: Casebook, officer: Actor, colleague: Actor
) -> None:
    escrow = credentials.make_escrow(book, actor=officer, at=START)
    assert escrow is not None
    assert credentials.make_escrow(book, actor=officer, at=START) is None
    both, alone = open_case(book, colleague, 1), open_case(book, colleague, 2)
    for ref in (both, alone):
        casefile.add(book, ref, EntryKind.NOTE, {"words": ref}, actor=colleague, at=START)
    assignments.assign(book, both, "night shift", actor=colleague, at=START)
    assert credentials.restore(book, "day shift", WORDS, actor=officer, at=START) == 1
    back = officers.prove(book, officers.claim(book, "day shift"), WORDS, at=START)
    assert casefile.read(book, both, actor=back, at=START)[0].words == {"words": both}
    with pytest.raises(Refused):
        casefile.read(book, alone, actor=back, at=START)
    with pytest.raises(Refused, match="not the escrow key"):
        credentials.restore(book, "day shift", WORDS, actor=officer, at=START, escrow=Identity.make())
    assert credentials.restore(book, "day shift", WORDS, actor=officer, at=START, escrow=escrow) == 0
    back = officers.prove(book, officers.claim(book, "day shift"), WORDS, at=START)
    assert casefile.read(book, alone, actor=back, at=START)[0].words == {"words": alone}


def test_nobody_restores_themselves(book: Casebook, officer: Actor) -> None:
    with pytest.raises(Refused, match="somebody else"):
        credentials.restore(book, "night shift", WORDS, actor=officer, at=START)


def test_who_left_opens_nothing_and_leaves_no_case_alone(book: Casebook, officer: Actor, colleague: Actor) -> None:
    ref = open_case(book, colleague)
    with pytest.raises(Refused, match="only one assigned"):
        assignments.dismiss(book, "day shift", actor=officer, at=START)
    assignments.assign(book, ref, "night shift", actor=colleague, at=START)
    assignments.dismiss(book, "day shift", actor=officer, at=START)
    with pytest.raises(NotFound):
        officers.claim(book, "day shift")
    with pytest.raises(NotFound):
        casefile.read(book, ref, actor=colleague, at=START)
    assert [one.left_at for one in officers.list_officers(book, actor=officer, at=START)] == [None, START]


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR, Role.STATISTICIAN])
def test_only_officers_are_assigned(book: Casebook, officer: Actor, role: Role) -> None:
    ref = open_case(book, officer)
    hired(book, officer, "somebody", role)
    with pytest.raises(Refused, match="only officers"):
        assignments.assign(book, ref, "somebody", actor=officer, at=START)


def test_names_are_told_apart(book: Casebook, officer: Actor, colleague: Actor) -> None:
    assert colleague != officer
    with pytest.raises(Refused, match="of that name already"):
        officers.add(book, "day shift", Role.OFFICER, actor=officer, at=START, passphrase=None)
    with pytest.raises(Refused, match="several officers"):
        officers.claim(book, None)
    with pytest.raises(Refused, match="no member of staff"):
        officers.add(book, "m", Role.MONITOR, actor=officer, at=START, passphrase=None)

"""Captures are made once, sealed to each case that agreed, and chained; what must not be kept is not."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from casebook import (
    assignments,
    chain,
    consents,
    erasing,
    evidence,
    exports,
    journal,
    links,
    notices,
    rekey,
    retention,
    tidying,
)
from casebook.access import MONITOR, Actor
from casebook.chain import Record
from casebook.errors import NotFound, Refused, Unavailable
from casebook.evidence import Kept, Said, Taken
from casebook.settings import Evidence, Retention
from casebook.store import Casebook, create_book
from casebook.strongroom import SealedPart, Strongroom
from casebook.tables import Capture, CaptureKey, CapturePart, CaptureRecord, Case, WatchedLink
from casebook.vault import Vault
from casebook.vocabulary import Act, AddressId, Category, LinkId, NotKept, RecordKind, Why
from tests.casebook.conftest import START
from tests.casebook.test_visits import SECRET, found, later, open_case

LIMITS = Evidence(keep_free_bytes=0)
PAGE = b"WARC/1.1 what stood on the page"
FACTS: dict[str, Any] = {"status": 200, "hops": [{"address": SECRET, "status": 200}], "rendered": True, "left_out": []}


@pytest.fixture
def room(tmp_path: Path) -> Strongroom:
    return Strongroom(tmp_path)


def case(
    book: Casebook, officer: Actor, seed: int = 1, *acts: Act, url: str = SECRET, **how: bool
) -> tuple[str, LinkId]:
    """Open a case that watches an address, and agrees to these acts."""
    ref = open_case(book, officer, seed, **how)
    for act in acts or (Act.CAPTURE,):
        consents.change(book, ref, act, given=True, actor=officer, at=START)
    return ref, LinkId(links.add(book, ref, found(url), actor=officer, at=START).added[0].link)


# What the database has no part in, or says the same of on either: played on one of them.
ON_ONE = pytest.mark.parametrize("book", ["sqlite"], indirect=True)


def sealed(room: Strongroom, data: bytes = PAGE, name: str = "archive.warc.gz", address: int = 1) -> SealedPart:
    return room.seal(name, "application/warc+gzip", lambda out: out.write(data), address=address)


def taken(*parts: SealedPart, hours: float = 0, why: Why = Why.CHANGE, **more: Any) -> Taken:
    return Taken(AddressId(1), later(hours), later(hours + 0.01), why, FACTS | more.pop("facts", {}), parts, **more)


def keep(book: Casebook, room: Strongroom, one: Taken, limits: Evidence = LIMITS) -> list[Kept]:
    return evidence.keep(book, room, one, limits, actor=MONITOR, at=one.ended_at)


def of_case(book: Casebook, ref: str, officer: Actor) -> list[evidence.CaptureView]:
    return evidence.of_case(book, ref, actor=officer, at=START)


def opened(room: Strongroom, part: evidence.PartView) -> bytes:
    into = io.BytesIO()
    evidence.copy_part(room, part, into)
    return into.getvalue()


def folder(room: Strongroom) -> list[str]:
    return sorted(one.name for one in room.folder.glob("*"))


def acts(book: Casebook, ref: str, officer: Actor) -> list[tuple[str, str]]:
    return [(one.act, one.subject) for one in exports.custody(book, ref, actor=officer, at=START)]


def test_a_capture_is_made_once_and_sealed_to_each_case_that_agreed(
    book: Casebook, room: Strongroom, officer: Actor, colleague: Actor
) -> None:
    mine, theirs = case(book, officer, 1, Act.CAPTURE, Act.SCREENSHOT), case(book, colleague, 2)
    links.add(book, open_case(book, officer, 3), found(SECRET), actor=officer, at=START)  # agreed to nothing
    made = keep(book, room, taken(sealed(room), sealed(room, b"picture", "screenshot.png")))
    assert [(one.case, one.number, one.link) for one in made] == [(mine[0], 1, mine[1]), (theirs[0], 1, theirs[1])]
    ours, other = of_case(book, mine[0], officer)[0], of_case(book, theirs[0], colleague)[0]
    assert [opened(room, one) for one in ours.parts] == [PAGE, b"picture"]
    assert [opened(room, one) for one in other.parts] == [PAGE]
    assert ours.parts[0].file == other.parts[0].file
    assert other.fields["left_out"] == [evidence_says_no_screenshot()]
    assert ours.fields["left_out"] == []
    assert len(folder(room)) == 2
    with book.reading() as session:
        assert session.scalar(select(func.count()).select_from(Capture)) == 1


def evidence_says_no_screenshot() -> str:
    from casebook.evidence import NO_SCREENSHOT

    return NO_SCREENSHOT


@ON_ONE
def test_a_picture_of_the_screen_that_nobody_agreed_to_is_not_kept(
    book: Casebook, room: Strongroom, officer: Actor
) -> None:
    ref, _ = case(book, officer)
    keep(book, room, taken(sealed(room), sealed(room, b"picture", "screenshot.png")))
    assert [one.name for one in of_case(book, ref, officer)[0].parts] == ["archive.warc.gz"]
    assert len(folder(room)) == 1
    assert tidying.kept(book, room).missing == 0


@ON_ONE
def test_a_record_says_what_who_when_and_how(book: Casebook, room: Strongroom, officer: Actor) -> None:
    ref, link = case(book, officer)
    made = keep(book, room, taken(sealed(room)))[0]
    view = of_case(book, ref, officer)[0]
    said = view.fields
    assert view.sha256 == made.sha256
    assert chain.canonical(said) == view.record
    assert view.record.endswith(b"}\n")
    assert len(bytes.fromhex(said.pop("nonce"))) == 32
    part = said.pop("parts")
    assert part == [{"name": "archive.warc.gz", "type": "application/warc+gzip", "bytes": len(PAGE),
                     "sha256": view.parts[0].sha256, "refers_to": None}]  # fmt: skip
    assert said == FACTS | {
        "record": "pehra evidence record 1", "case": ref, "number": 1, "previous": "0" * 64, "kind": "page",
        "link": link, "why": "change", "address": SECRET, "started_at": "2026-03-01T09:00:00.000000Z",
        "ended_at": "2026-03-01T09:00:36.000000Z", "collector": "monitor", "left_out": [evidence_says_no_screenshot()],
    }  # fmt: skip


def test_the_chain_goes_on_and_the_journal_names_each_link_of_it(
    book: Casebook, room: Strongroom, officer: Actor
) -> None:
    ref, _ = case(book, officer)
    for hours in range(3):
        keep(book, room, taken(sealed(room), hours=hours))
    views = of_case(book, ref, officer)
    assert [one.number for one in views] == [1, 2, 3]
    assert [one.fields["previous"] for one in views] == ["0" * 64, views[0].sha256, views[1].sha256]
    assert chain.walk([Record(one.number, one.sha256, one.record) for one in views]).first_bad is None
    expected = [("evidence.capture", f"{ref}/{number}") for number in (1, 2, 3)] + [("evidence.list", ref)]
    assert acts(book, ref, officer) == expected
    assert journal.verify(book, officer).first_bad is None


def test_a_case_gets_the_records_that_it_would_have_alone(
    book: Casebook, room: Strongroom, officer: Actor, colleague: Actor
) -> None:
    """Else its records would tell that another case watches the address, and what it asked for."""
    mine, theirs = case(book, officer, 1), case(book, colleague, 2)
    up, down = {"facts": {"verdict": "live"}}, {"facts": {"verdict": "removed"}}
    keep(book, room, taken(sealed(room), why=Why.FIRST_SEEN, **up))
    evidence.want(book, [mine[1]], Why.REPORT, actor=officer, at=START)
    assert [one.wanted for one in evidence.watchers(book, AddressId(1), actor=MONITOR)] == [Why.REPORT, None]
    keep(book, room, taken(sealed(room), why=Why.REPORT, hours=1, **up))
    assert [one.wanted for one in evidence.watchers(book, AddressId(1), actor=MONITOR)] == [None, None]
    third = case(book, officer, 3)
    keep(book, room, taken(sealed(room), why=Why.FIRST_SEEN, hours=2, **up))
    keep(book, room, taken(sealed(room), why=Why.CHANGE, hours=3, **down))
    keep(book, room, taken(sealed(room), why=Why.CHANGE, hours=4, **down))
    assert len(folder(room)) == 4
    said = {
        ref: [one.fields["why"] for one in of_case(book, ref, actor)]
        for ref, actor in ((mine[0], officer), (theirs[0], colleague), (third[0], officer))
    }
    assert said == {
        mine[0]: ["first-seen", "report", "change"],
        theirs[0]: ["first-seen", "change"],
        third[0]: ["first-seen", "change"],
    }


@ON_ONE
def test_a_link_knows_what_was_captured_of_it_last(book: Casebook, room: Strongroom, officer: Actor) -> None:
    case(book, officer)

    def captured() -> str | None:
        with book.reading() as session:
            return session.scalars(select(WatchedLink.captured)).one()

    known = []
    for facts, parts in [({"verdict": "live"}, True), ({"verdict": "removed"}, False), ({"verdict": "blocked"}, True)]:
        keep(book, room, taken(*([sealed(room)] if parts else []), facts=facts))
        known.append(captured())
    assert known == ["live", "none-removed", "none-removed"]


@ON_ONE
def test_nobody_asks_for_a_capture_of_what_is_not_theirs_or_not_agreed_to(
    book: Casebook, officer: Actor, colleague: Actor
) -> None:
    _, mine = case(book, officer, 1)
    other = links.add(book, open_case(book, officer, 2), found(SECRET), actor=officer, at=START).added[0].link
    with pytest.raises(NotFound):
        evidence.want(book, [mine], Why.ASKED, actor=colleague, at=START)
    with pytest.raises(Refused, match="no consent to `capture`"):
        evidence.want(book, [LinkId(other)], Why.ASKED, actor=officer, at=START)


CHILDS = [
    pytest.param({"minor": True}, {}, id="the case is a minor's"),
    pytest.param({}, {"minor": True}, id="the link is marked as a minor's"),
    pytest.param({}, {"category": Category.CSE}, id="it is reported as what is done to children"),
]


@ON_ONE
@pytest.mark.parametrize(("how", "link"), CHILDS)
def test_of_a_minors_link_nothing_is_captured_and_the_record_says_why(
    book: Casebook, room: Strongroom, officer: Actor, how: dict[str, bool], link: dict[str, Any]
) -> None:
    """Law 6, for the case itself and for every other one that watches the address."""
    grown_up, _ = case(book, officer, 1)
    ref = open_case(book, officer, 2, **how)
    consents.change(book, ref, Act.CAPTURE, given=True, actor=officer, at=START)
    links.add(book, ref, found(SECRET), actor=officer, at=START, **link)
    every = evidence.watchers(book, AddressId(1), actor=MONITOR)
    assert [(one.minor, one.recorded, one.capture, one.screenshot) for one in every] == [(True, True, False, False)] * 2
    made = keep(book, room, taken(sealed(room)))
    assert [(one.case, one.kind, one.reason) for one in made] == [
        (grown_up, RecordKind.NONE, NotKept.MINOR), (ref, RecordKind.NONE, NotKept.MINOR)
    ]  # fmt: skip
    assert folder(room) == []
    view = of_case(book, ref, officer)[0]
    assert (view.parts, view.fields["parts"]) == ((), [])
    assert "nothing of it is captured" in view.fields["left_out"][0]


def test_what_was_captured_before_a_link_became_a_minors_goes(book: Casebook, room: Strongroom, officer: Actor) -> None:
    ref, link = case(book, officer)
    keep(book, room, taken(sealed(room)))
    links.mark_minor(book, link, actor=officer, at=later(1))
    view = of_case(book, ref, officer)[0]
    assert (view.parts, view.expired_at) == ((), later(1))
    with book.reading() as session:
        assert session.scalar(select(func.count()).select_from(CaptureKey)) == 0
    assert tidying.tidy(book, room, LIMITS, actor=MONITOR, at=later(2)).removed == 1
    assert folder(room) == []
    assert ("evidence.expire minor", f"{ref}/1") in acts(book, ref, officer)


def test_what_could_not_be_captured_is_recorded_as_what_it_is(book: Casebook, room: Strongroom, officer: Actor) -> None:
    ref, _ = case(book, officer)
    for hours, reason in enumerate(NotKept):
        assert keep(book, room, taken(not_kept=reason, hours=hours))[0].reason is reason
    keep(book, room, taken(sealed(room), hours=10))
    views = of_case(book, ref, officer)
    assert [one.kind for one in views] == [RecordKind.NONE] * len(NotKept) + [RecordKind.PAGE]
    assert chain.walk([Record(one.number, one.sha256, one.record) for one in views]).first_bad is None
    assert ("evidence.none minor", f"{ref}/1") in acts(book, ref, officer)


def test_a_case_whose_room_is_used_up_is_told_once_and_others_go_on(
    book: Casebook, room: Strongroom, officer: Actor, colleague: Actor
) -> None:
    full, other = case(book, officer, 1), case(book, colleague, 2, url=SECRET)
    only_mine = links.add(book, full[0], found("https://mine.example/a"), actor=officer, at=START).added[0].link
    limits = Evidence(keep_free_bytes=0, case_bytes=100_000)
    big = sealed(room, bytes(90_000), address=2)
    keep(book, room, replace(taken(big), address=AddressId(2)), limits)
    made = [
        one for hours in (1, 2, 3) for one in keep(book, room, taken(sealed(room, bytes(20_000)), hours=hours), limits)
    ]
    assert only_mine
    assert [(one.case, one.reason) for one in made] == [
        (full[0], NotKept.CASE), (other[0], None), (other[0], None), (other[0], None)
    ]  # fmt: skip
    told = [one.words for one in notices.read(book, actor=officer, at=START)]
    assert len(told) == 1
    assert full[0] in told[0]


@ON_ONE
def test_a_full_disk_stops_captures_and_staff_are_told_once(
    book: Casebook, room: Strongroom, officer: Actor, colleague: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case(book, officer)
    limits, free = Evidence(keep_free_bytes=1000), 999
    monkeypatch.setattr(Strongroom, "free_bytes", lambda _: free)

    def asks() -> NotKept | None:
        return evidence.no_room(book, room, limits, actor=MONITOR, at=START)

    assert [asks(), asks()] == [NotKept.DISK, NotKept.DISK]
    for one in (officer, colleague):
        assert ["999" in said.words or "MB free" in said.words for said in notices.read(book, actor=one, at=START)] == [
            True
        ]
    free = 1050
    assert asks() is NotKept.DISK  # a little room does not start it again
    free = 1101
    assert [asks(), asks()] == [None, None]
    free = 10
    assert asks() is NotKept.DISK
    assert notices.waiting(book, officer) == 1


@ON_ONE
def test_a_full_disk_is_recorded_once_until_something_is_kept(book: Casebook, room: Strongroom, officer: Actor) -> None:
    _, link = case(book, officer)
    evidence.want(book, [link], Why.ASKED, actor=officer, at=START)
    made = [len(keep(book, room, taken(not_kept=NotKept.DISK, hours=hours))) for hours in (0, 1, 2)]
    assert made == [1, 0, 0]
    assert evidence.watchers(book, AddressId(1), actor=MONITOR)[0].wanted is Why.ASKED


def test_a_body_is_referred_to_only_where_everybody_has_it(
    book: Casebook, room: Strongroom, officer: Actor, colleague: Actor
) -> None:
    ref, _ = case(book, officer, 1)
    assert evidence.body(book, AddressId(1), actor=MONITOR) is None
    keep(book, room, taken(sealed(room), body={"payload": "sha1:ABC"}))
    whole = evidence.body(book, AddressId(1), actor=MONITOR)
    assert whole is not None
    assert whole.note == {"payload": "sha1:ABC"}
    keep(book, room, taken(sealed(room, b"revisit"), hours=1, refers_to=whole.capture))
    first, second = of_case(book, ref, officer)
    assert second.fields["parts"][0]["refers_to"] == {"number": 1, "sha256": first.parts[0].sha256}
    assert evidence.body(book, AddressId(1), actor=MONITOR) == whole
    late, _ = case(book, colleague, 2)
    assert evidence.body(book, AddressId(1), actor=MONITOR) is None
    made = keep(book, room, taken(sealed(room, b"again"), hours=2, refers_to=whole.capture))
    assert [(one.case, one.reason) for one in made] == [(ref, None), (late, NotKept.FAILED)]
    assert evidence.watchers(book, AddressId(1), actor=MONITOR)[1].wanted is Why.FIRST_SEEN


@ON_ONE
def test_a_file_of_another_process_is_left_alone_and_one_of_a_dead_process_is_named(
    book: Casebook, room: Strongroom, officer: Actor, tmp_path: Path
) -> None:
    ref, _ = case(book, officer)
    mine = sealed(room)
    assert tidying.tidy(book, Strongroom(tmp_path), LIMITS, actor=MONITOR, at=later(1)) == (0, 0)
    die(room)
    assert tidying.tidy(book, Strongroom(tmp_path), LIMITS, actor=MONITOR, at=later(2)).half_written == 1
    assert folder(room) == []
    assert [one.reason for one in of_case(book, ref, officer)] == [NotKept.HALF_WRITTEN]
    assert mine.secret not in repr(mine)


def die(room: Strongroom) -> None:
    """Let go of files as a killed process does."""
    for _, handle in room._held.values():
        handle.close()


@ON_ONE
def test_a_kill_between_the_record_and_the_files_name_loses_nothing(
    book: Casebook, room: Strongroom, officer: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, _ = case(book, officer)
    one = taken(sealed(room))
    with monkeypatch.context() as patched:
        patched.setattr(Strongroom, "settle", lambda _room, _files: None)
        patched.setattr(Strongroom, "drop", lambda _room, _files: None)
        keep(book, room, one)
    die(room)
    assert opened(room, of_case(book, ref, officer)[0].parts[0]) == PAGE
    assert tidying.tidy(book, Strongroom(tmp_path), LIMITS, actor=MONITOR, at=later(1)) == (0, 0)
    assert folder(room) == [one.parts[0].file]
    assert opened(room, of_case(book, ref, officer)[0].parts[0]) == PAGE


def test_captures_stay_readable_when_a_case_gets_a_new_key(
    book: Casebook, room: Strongroom, officer: Actor, colleague: Actor
) -> None:
    assert colleague
    ref, _ = case(book, officer)
    keep(book, room, taken(sealed(room)))
    before = of_case(book, ref, officer)
    exports.begin_export(book, ref, "the court", "case 7", actor=officer, at=START)
    assignments.rotate_case(book, ref, actor=officer, at=later(1))
    keep(book, room, taken(sealed(room, b"after"), hours=2))
    assignments.assign(book, ref, "day shift", actor=officer, at=later(2))
    assignments.unassign(book, ref, "day shift", actor=officer, at=later(3))
    views = of_case(book, ref, officer)
    assert views[0] == before[0]
    assert [opened(room, one.parts[0]) for one in views] == [PAGE, b"after"]
    again = exports.export(book, ref, 1, actor=officer, at=later(4))
    assert (again.to, again.purpose, again.last_number) == ("the court", "case 7", 1)


def test_captures_stay_readable_when_the_monitor_gets_a_new_key(tmp_path: Path, vault: Vault, room: Strongroom) -> None:
    from casebook import officers
    from casebook.store import open_book

    url = f"sqlite:///{tmp_path}/book.sqlite3"
    book = create_book(url, vault)
    officer = officers.add_first(book, "night shift", at=START)
    ref, _ = case(book, officer)
    keep(book, room, taken(sealed(room), body={"payload": "x"}))
    new = Vault(bytes(range(1, 33)))
    rekey.rotate(book, new, actor=officer, at=later(1))
    book = open_book(url, new)
    officer = officers.prove(book, officers.claim(book, "night shift"), None, at=later(1))
    assert opened(room, of_case(book, ref, officer)[0].parts[0]) == PAGE
    assert evidence.body(book, AddressId(1), actor=MONITOR) is not None


def test_an_erased_case_takes_its_captures_along_and_leaves_others_theirs(
    book: Casebook, room: Strongroom, officer: Actor, colleague: Actor
) -> None:
    gone, _ = case(book, officer, 1, Act.CAPTURE, Act.SCREENSHOT)
    stays, _ = case(book, colleague, 2)
    keep(book, room, taken(sealed(room), sealed(room, b"picture", "screenshot.png")))
    evidence.add(
        book, room, gone, Said("a number"), sealed(room, b"voice", "item.ogg"), LIMITS, actor=officer, at=START
    )
    exports.begin_export(book, gone, "the court", "case 7", actor=officer, at=START)
    with book.writing() as session:
        row = session.scalars(select(Case).where(Case.ref == gone)).one()
        erasing.destroy(session, book, row, "a", "b", actor=MONITOR, at=later(1))
    erasing.scrub(book)
    assert tidying.tidy(book, room, LIMITS, actor=MONITOR, at=later(2)).removed == 2
    assert len(folder(room)) == 1
    assert opened(room, of_case(book, stays, colleague)[0].parts[0]) == PAGE
    with book.reading() as session:
        assert session.scalar(select(func.count()).select_from(CapturePart)) == 1
        assert session.scalar(select(func.count()).select_from(CaptureRecord)) == 1


def test_parts_expire_and_records_stay_and_say_so(book: Casebook, room: Strongroom, officer: Actor) -> None:
    ref, _ = case(book, officer)
    keep(book, room, taken(sealed(room), body={}))
    keep(book, room, taken(sealed(room, b"a"), hours=1, refers_to=1))
    keep(book, room, taken(sealed(room, b"b"), hours=2))
    keep(book, room, taken(sealed(room, b"c"), hours=10, refers_to=1))
    swept = retention.sweep(book, Retention(captures_s=8 * 3600), actor=MONITOR, at=later(13))
    assert swept.captures == 2
    assert tidying.tidy(book, room, LIMITS, actor=MONITOR, at=later(13)).removed == 2
    views = of_case(book, ref, officer)
    assert [one.expired_at for one in views] == [None, later(13), later(13), None]  # the fourth refers to the first
    assert [len(one.parts) for one in views] == [1, 0, 0, 1]
    assert chain.walk([Record(one.number, one.sha256, one.record) for one in views]).first_bad is None
    assert acts(book, ref, officer).count(("evidence.expire", f"{ref}/2")) == 1
    assert retention.sweep(book, Retention(captures_s=8 * 3600), actor=MONITOR, at=later(40)).captures == 2
    tidying.tidy(book, room, LIMITS, actor=MONITOR, at=later(40))
    assert folder(room) == []
    assert len(of_case(book, ref, officer)) == 4


@ON_ONE
def test_a_missing_or_altered_file_is_named(book: Casebook, room: Strongroom, officer: Actor) -> None:
    ref, _ = case(book, officer)
    keep(book, room, taken(sealed(room, bytes(200_000))))
    part = of_case(book, ref, officer)[0].parts[0]
    file = room.folder / part.file
    whole = file.read_bytes()
    for bad in (whole[:-1], whole[:-70_000], whole[:1000] + b"x" + whole[1001:], whole + b"x", b""):
        file.write_bytes(bad)
        with pytest.raises(Unavailable, match=r"altered, or is not whole"):
            opened(room, part)
    file.unlink()
    with pytest.raises(Unavailable, match="is gone"):
        opened(room, part)
    assert tidying.kept(book, room).missing == 1


@ON_ONE
def test_what_has_no_address_is_added_by_hand(
    book: Casebook, room: Strongroom, officer: Actor, colleague: Actor
) -> None:
    ref, _ = case(book, officer)
    said = Said("a voice note that he sent", "his number ends in 44", "forwarded by her", "PTT-1.opus")
    part = room.seal("item.opus", "audio/ogg", lambda out: out.write(b"OggS"))
    made = evidence.add(book, room, ref, said, part, LIMITS, actor=officer, at=START)
    words = evidence.add(book, room, ref, Said("he called from two numbers"), None, LIMITS, actor=officer, at=START)
    assert (made.kind, made.number, words.number) == (RecordKind.ITEM, 1, 2)
    view = evidence.record_of(book, ref, 1, actor=officer, at=START)
    assert view.fields["said"] == "a voice note that he sent"
    assert view.fields["source"] == {"source": said.source, "way": said.way, "file_name": "PTT-1.opus"}
    assert opened(room, view.parts[0]) == b"OggS"
    with pytest.raises(NotFound):
        evidence.record_of(book, ref, 3, actor=officer, at=START)
    with pytest.raises(NotFound):
        evidence.of_case(book, ref, actor=colleague, at=START)
    assert acts(book, ref, officer)[:3] == [
        ("evidence.add", f"{ref}/1"), ("evidence.add", f"{ref}/2"), ("evidence.open", f"{ref}/1")
    ]  # fmt: skip


@ON_ONE
@pytest.mark.parametrize(
    ("how", "acts", "match"),
    [
        pytest.param({"minor": True}, (Act.CAPTURE,), "minor's", id="a minor's case takes text alone"),
        pytest.param({}, (Act.TELL_POLICE,), "no consent", id="nobody agreed"),
    ],
)
def test_what_may_not_be_added_leaves_no_file(
    book: Casebook, room: Strongroom, officer: Actor, how: dict[str, bool], acts: tuple[Act, ...], match: str
) -> None:
    ref, _ = case(book, officer, 1, *acts, **how)
    with pytest.raises(Refused, match=match):
        evidence.add(book, room, ref, Said("x"), sealed(room), LIMITS, actor=officer, at=START)
    assert folder(room) == []


def test_an_export_keeps_what_it_showed(book: Casebook, room: Strongroom, officer: Actor) -> None:
    ref, _ = case(book, officer)
    with pytest.raises(Refused, match="no evidence"):
        exports.begin_export(book, ref, "the court", "case 7", actor=officer, at=START)
    keep(book, room, taken(sealed(room)))
    made = exports.begin_export(book, ref, "the court", "case 7", actor=officer, at=later(1))
    custody = exports.custody(book, ref, actor=officer, at=later(1), up_to=made.journal_seq)
    keep(book, room, taken(sealed(room), hours=2))
    again = exports.export(book, ref, made.number, actor=officer, at=later(3))
    assert again == made
    assert exports.custody(book, ref, actor=officer, at=later(3), up_to=again.journal_seq) == custody
    assert (custody[-1].act, custody[-1].subject) == ("evidence.export", f"{ref}/export-1")
    of_link = exports.begin_export(book, ref, "x", "y", actor=officer, at=later(4), link=LinkId(1), redacted=True)
    assert exports.export(book, ref, 2, actor=officer, at=later(5)) == of_link
    with pytest.raises(NotFound):
        exports.begin_export(book, ref, "x", "y", actor=officer, at=later(5), link=LinkId(2))
    assert [one.link for one in exports.exports(book, ref, actor=officer, at=later(3))] == [None, 1]
    with pytest.raises(NotFound):
        exports.export(book, ref, 3, actor=officer, at=later(3))


def test_a_case_erased_or_a_consent_taken_back_during_the_visit_keeps_nothing(
    book: Casebook, room: Strongroom, officer: Actor
) -> None:
    ref, _ = case(book, officer)
    consents.change(book, ref, Act.CAPTURE, given=False, actor=officer, at=START)
    assert keep(book, room, taken(sealed(room))) == []
    assert keep(book, room, replace(taken(sealed(room)), address=AddressId(99))) == []
    assert folder(room) == []


def test_many_at_once_make_one_chain(book: Casebook, officer: Actor, tmp_path: Path) -> None:
    ref, _ = case(book, officer)

    def work(number: int) -> None:
        room = Strongroom(tmp_path)
        for hours in range(3):
            keep(book, room, taken(sealed(room, b"%d" % number), hours=hours))

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(work, number) for number in range(3)]
        futures.append(pool.submit(assignments.rotate_case, book, ref, actor=officer, at=START))
        for one in futures:
            one.result()
    views = of_case(book, ref, officer)
    assert len(views) == 9
    assert chain.walk([Record(one.number, one.sha256, one.record) for one in views], length=9).first_bad is None
    assert sorted(opened(Strongroom(tmp_path), one.parts[0]) for one in views) == [b"0"] * 3 + [b"1"] * 3 + [b"2"] * 3
    assert journal.verify(book, officer).first_bad is None


def chain_of(length: int) -> list[Record]:
    made: list[Record] = []
    for number in range(1, length + 1):
        data = chain.canonical(
            {"number": number, "previous": made[-1].sha256 if made else chain.START, "said": "é" * number}
        )
        made.append(Record(number, sha256(data).hexdigest(), data))
    return made


CHAIN = chain_of(6)
PLACES = st.integers(0, 5)


@given(place=PLACES, at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_flip_of_a_bit_is_found_and_named(place: int, at: int, bit: int) -> None:
    data = bytearray(CHAIN[place].record)
    data[at % len(data)] ^= 1 << bit
    altered = [*CHAIN[:place], replace(CHAIN[place], record=bytes(data)), *CHAIN[place + 1 :]]
    assert chain.walk(altered).first_bad == place + 1


@given(order=st.permutations(range(6)))
def test_any_other_order_is_found(order: list[int]) -> None:
    found_bad = chain.walk([CHAIN[one] for one in order]).first_bad
    assert found_bad == next((place for place, one in enumerate(order, 1) if one != place - 1), None)


@given(places=st.sets(PLACES, min_size=1))
def test_any_record_left_out_is_found(places: set[int]) -> None:
    left = [one for place, one in enumerate(CHAIN) if place not in places]
    assert chain.walk(left, length=6).first_bad == min(places) + 1


@given(place=PLACES)
def test_a_record_written_anew_with_its_hash_is_found_by_the_next(place: int) -> None:
    data = CHAIN[place].record.replace(b'"said"', b'"sajd"')
    forged = Record(place + 1, sha256(data).hexdigest(), data)
    walked = chain.walk([*CHAIN[:place], forged, *CHAIN[place + 1 :]])
    assert walked.first_bad == (place + 2 if place < 5 else None)  # the last one is held by its time stamp


def test_a_number_with_a_point_has_no_place_in_a_record() -> None:
    with pytest.raises(TypeError):
        chain.canonical({"hops": [{"seconds": 0.5}]})


@pytest.mark.parametrize(
    ("told", "kept"),
    [pytest.param("caf\udce9.ogg", "caf\ufffd.ogg", id="a name in another code"), pytest.param("\ud83d\ude00", "\U0001f600", id="two halves")],
)  # fmt: skip
def test_halves_of_letters_lose_no_record(told: str, kept: str) -> None:
    assert json.loads(chain.canonical({"said": told})) == {"said": kept}

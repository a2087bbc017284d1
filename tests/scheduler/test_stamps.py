"""Evidence is stamped by a real authority on loopback, in the background; trouble is kept with its reason, and tried again."""

import fcntl
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy import select

from casebook import beats, days, notices, officers
from casebook.access import Actor
from casebook.settings import Evidence, Settings
from casebook.store import Casebook, open_book
from casebook.tables import CaptureRecord, EvidenceDay
from casebook.vault import open_vault
from scheduler.home import Home
from scheduler.stamps import AT_ONCE, FAILED_WAIT, LOCK, Stamping
from tests.casebook.test_days import add, roots
from tests.casebook.test_visits import open_case
from tests.helpline import ONCE, Helpline, diagnosis, until
from tests.web import tsa
from tests.web.tsa import Authority

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOBODY = "http://127.0.0.1:9/"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with Authority(tmp_path_factory.mktemp("tsa")) as authority:
        yield authority


@pytest.fixture
def authority(running: Authority) -> Authority:
    running.mood = "honest"
    running.heard.clear()
    return running


class Desk:
    """A home with a case that has records; `moved` is how far its clock is from the true one."""

    def __init__(self, folder: Path, evidence: Evidence) -> None:
        self.home = Home(folder / "home", None, Settings(evidence=evidence))
        self.book, _ = self.home.make()
        self.moved = timedelta()
        self.officer: Actor = officers.add_first(self.book, "night shift", at=self.now())
        self.ref = open_case(self.book, self.officer)
        self.stamping = Stamping(self.home, self.book, self.now)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved

    def records(self) -> list[CaptureRecord]:
        with self.book.reading() as session:
            return list(session.scalars(select(CaptureRecord).order_by(CaptureRecord.id)))

    def day(self) -> EvidenceDay:
        with self.book.reading() as session:
            return session.scalars(select(EvidenceDay)).one()


def asked(authority: Authority, *servers: str, **more: object) -> Evidence:
    usual = {
        "timestamp_roots": authority.roots,
        "timestamp_networks": (ip_network("127.0.0.0/8"),),
        "timestamp_time_s": 60.0,
    }
    return Evidence(timestamp_servers=servers or (authority.at(),), **{**usual, **more})  # type: ignore[arg-type]


def openssl_accepts(authority: Authority, token: bytes | None, digest: bytes, folder: Path) -> bool:
    assert token
    (folder / "kept.tsr").write_bytes(token)
    words = ("ts", "-verify", "-digest", digest.hex(), "-in", folder / "kept.tsr", "-CAfile", authority.roots)
    return tsa.run(*words).returncode == 0


def test_records_and_the_days_root_are_stamped(authority: Authority, tmp_path: Path) -> None:
    desk = Desk(tmp_path, asked(authority))
    add(desk.book, desk.ref, 1, 2)
    done = desk.stamping.turn()
    assert (done.closed, done.stamped, done.failed) == (1, 3, None)
    for digest, row in [(one.sha256, one) for one in desk.records()] + [(desk.day().root, desk.day())]:
        assert openssl_accepts(authority, row.token, digest, tmp_path)
        assert row.token_from == authority.at()
        assert abs((row.stamped_at or desk.now()) - desk.now()) < HOUR
    assert sorted(one.digest for one in authority.heard) == sorted(
        [one.sha256 for one in desk.records()] + [desk.day().root]
    )
    proof = days.proofs(desk.book, desk.ref, actor=desk.officer, at=desk.now())[2]
    assert proof.holds(desk.records()[1].sha256)
    assert desk.stamping.turn().stamped == 0


def test_the_next_server_is_asked_where_one_fails_and_that_one_is_left_alone(
    authority: Authority, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, asked(authority, NOBODY, authority.at("failing"), authority.at("honest")))
    add(desk.book, desk.ref, 1, 2)
    assert desk.stamping.turn().stamped == 3
    assert {one.token_from for one in desk.records()} == {authority.at("honest")}
    assert len(authority.heard) == 4  # one failure, three stamps


def test_where_all_fail_the_reasons_are_kept_and_it_is_tried_later(authority: Authority, tmp_path: Path) -> None:
    desk = Desk(tmp_path, asked(authority, NOBODY, authority.at()))
    add(desk.book, desk.ref, 1, 2)
    authority.mood = "expired"
    because = (
        "time-stamp server 1: it cannot be reached, or broke off; time-stamp server 2: its certificate had expired"
    )
    assert (desk.stamping.turn().failed or "").startswith(because)
    assert all((one.stamp_failed or "").startswith(because) and one.token is None for one in desk.records())
    assert roots(desk.book) == [f"{desk.day().day}/{desk.day().root.hex()}"]
    assert len(authority.heard) == 1
    authority.mood = "honest"
    assert desk.stamping.turn().stamped == 0
    assert len(authority.heard) == 1
    desk.moved = FAILED_WAIT + timedelta(seconds=10)  # the clocks may differ by a minute
    assert desk.stamping.turn().stamped == 3
    assert {one.stamp_failed for one in desk.records()} == {None}


@pytest.mark.parametrize("hours", [-1, 1])
def test_where_the_clocks_disagree_nothing_is_believed(authority: Authority, tmp_path: Path, hours: int) -> None:
    desk = Desk(tmp_path, asked(authority))
    add(desk.book, desk.ref, 1)
    desk.moved = HOUR * hours
    assert "states another time than our clock, 3" in (desk.stamping.turn().failed or "")
    assert "one of the two is wrong" in (desk.records()[0].stamp_failed or "")


@pytest.mark.parametrize(
    ("roots_file", "because"), [(None, "timestamp_roots is not set"), ("none.pem", "cannot be read"), ("bad.pem", "no certificate")]
)  # fmt: skip
def test_without_roots_nobody_is_asked(
    authority: Authority, tmp_path: Path, roots_file: str | None, because: str
) -> None:
    (tmp_path / "bad.pem").write_text("nothing")
    desk = Desk(tmp_path, asked(authority, timestamp_roots=tmp_path / roots_file if roots_file else None))
    add(desk.book, desk.ref, 1)
    assert because in (desk.stamping.turn().failed or "")
    assert because in (desk.records()[0].stamp_failed or "")
    assert authority.heard == []


def test_without_servers_days_are_closed_and_nobody_is_asked(authority: Authority, tmp_path: Path) -> None:
    desk = Desk(tmp_path, Evidence())
    add(desk.book, desk.ref, 1)
    done = desk.stamping.turn()
    assert (done.closed, done.stamped, done.failed) == (1, 0, None)
    assert desk.records()[0].stamp_failed is None
    assert authority.heard == []


def test_no_two_stamp_at_once(authority: Authority, tmp_path: Path) -> None:
    desk = Desk(tmp_path, asked(authority))
    add(desk.book, desk.ref, 1)
    with (desk.home.folder / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert (desk.stamping.turn().closed, authority.heard) == (0, [])
    assert desk.stamping.turn().stamped == 2


def test_a_turn_stamps_some_and_leaves_the_rest_to_the_next(authority: Authority, tmp_path: Path) -> None:
    desk = Desk(tmp_path, asked(authority))
    add(desk.book, desk.ref, *[1.0] * (AT_ONCE + 2))
    assert [desk.stamping.turn().stamped for _ in range(3)] == [AT_ONCE, 3, 0]


def test_staff_are_told_once_when_it_failed_for_a_day(authority: Authority, tmp_path: Path) -> None:
    desk = Desk(tmp_path, asked(authority, NOBODY))
    add(desk.book, desk.ref, 1)
    for days_later in range(4):
        desk.moved = DAY * days_later + HOUR
        desk.stamping.turn()
        assert notices.waiting(desk.book, desk.officer) == min(days_later, 1)


def opened(helpline: Helpline) -> tuple[Casebook, str]:
    """A home with a case, without a process for each."""
    ref = helpline.opened()
    book = open_book(f"sqlite:///{helpline.home}/pehra.sqlite3", open_vault(helpline.home, {}))
    return book, ref


def settings(authority: Authority, *moods: str, time_s: str = "60") -> dict[str, str]:
    return {
        "EVIDENCE__TIMESTAMP_SERVERS": json.dumps([authority.at(mood) for mood in moods]),
        "EVIDENCE__TIMESTAMP_ROOTS": str(authority.roots),
        "EVIDENCE__TIMESTAMP_NETWORKS": "127.0.0.0/8",
        "EVIDENCE__TIMESTAMP_TIME_S": time_s,
    }


def test_the_monitor_stamps_and_a_server_that_hangs_holds_nothing_else(authority: Authority, tmp_path: Path) -> None:
    helpline = Helpline(tmp_path, ONCE)
    book, ref = opened(helpline)
    add(book, ref, 1)
    with helpline.monitor(**settings(authority, "silent", time_s="600")) as monitor:
        until("the server that hangs was asked", lambda: authority.heard)
        life = beats.last(book)
        assert life
        until("the monitor beats on", lambda: beats.last(book) != life)
        assert monitor.stop() == 0
    with helpline.monitor(**settings(authority, "failing", "honest")) as monitor:
        until("all is stamped", lambda: helpline.one("SELECT count(*) FROM capture_record WHERE token IS NOT NULL"))
        assert monitor.stop() == 0
        assert "127.0.0.1" not in monitor.said
    book.engine.dispose()


@pytest.mark.parametrize(
    ("moods", "ok", "advice", "says"),
    [
        pytest.param((), True, True, "none are asked for", id="no servers"),
        pytest.param(("honest",), True, False, "answers, and is believed", id="a good one"),
        pytest.param(("honest", "expired"), True, True, "its certificate had expired", id="a good and a bad one"),
        pytest.param(("failing",), False, False, "status 503", id="a bad one"),
    ],
)
def test_the_doctor_says_which_servers_answer(
    authority: Authority, tmp_path: Path, moods: tuple[str, ...], ok: bool, advice: bool, says: str
) -> None:
    helpline = Helpline(tmp_path, ONCE)
    opened(helpline)[0].engine.dispose()
    said = helpline.here("doctor", "--json", **settings(authority, *moods))
    (found,) = [one for one in json.loads(said.out)["checks"] if one["what"] == "time stamps"]
    assert (found["ok"], found["advice"]) == (ok, advice)
    assert says in found["says"]
    assert ("time stamps" in diagnosis(said)) is not ok

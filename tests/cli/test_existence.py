"""Two homes that differ in one case of somebody else's: to whoever is not assigned to it they are one and the same."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from casebook import (
    access,
    casefile,
    cases,
    consents,
    evidence,
    exports,
    followups,
    images,
    letters,
    links,
    names,
    officers,
    replies,
    reports,
    requests,
    sending,
    sightings,
    sources,
    visits,
)
from casebook.clocks import NewClock
from casebook.replies import Happened
from casebook.reports import NewReport
from casebook.settings import Cadence, Evidence, Sweeps
from casebook.store import Casebook, open_book
from casebook.strongroom import Strongroom
from casebook.vault import open_vault
from casebook.vocabulary import (
    Act,
    AddressId,
    Awaits,
    Category,
    EntryKind,
    Lane,
    LinkId,
    MediaKind,
    NameKind,
    ReportEventKind,
    SourceKind,
    Verdict,
    Why,
)
from tests.cli.test_commands import COMMANDS
from tests.helpline import ONCE, Helpline, Said
from tests.reporters.sent import content

HIDDEN, OWN = "C-9M4ZQ7", "C-2CDEFG"
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
SHARED = "http://127.0.0.1:9/shared"  # nobody listens on the port of `discard`
ELSEWHERE = "http://127.0.0.1:9/elsewhere"
SWEPT = "http://127.0.0.1:9/swept"
STAFF = {"bilal": "officer", "dara": "officer", "sana": "supervisor", "ali": "auditor", "zara": "statistician"}


@dataclass(frozen=True)
class Chosen(random.Random):
    """A chance that draws this reference."""

    ref: str

    def choices(self, *_: Any, **__: Any) -> list[str]:  # type: ignore[override]
        return list(self.ref.removeprefix("C-"))


def world(folder: Path, *, hidden: bool) -> Helpline:
    helpline = Helpline(folder, ONCE)
    for words in (["init", "--officer", "amna"], *(["officer", "add", name, "--role", STAFF[name]] for name in STAFF)):
        helpline.surroundings = {"PEHRA_OFFICER": "amna"}
        assert helpline.here(*words).code == 0
    book = open_book(f"sqlite:///{helpline.home}/pehra.sqlite3", open_vault(helpline.home, {}))
    bilal, amna = (officers.prove(book, officers.claim(book, name), None, at=AT) for name in ("bilal", "amna"))
    cases.open_case(book, actor=bilal, at=AT, chance=Chosen(OWN))
    casefile.add(book, OWN, EntryKind.NOTE, {"words": "mine"}, actor=bilal, at=AT)
    links.add(book, OWN, [links.Found(ELSEWHERE, None, "127.0.0.1:9", None)], actor=bilal, at=AT)
    if hidden:
        hide(book, amna)
        prove(book, helpline.home, amna)
    book.engine.dispose()
    return helpline


def hide(book: Casebook, amna: access.Actor) -> None:
    """A case of amna's, with all that a case can have, and an address that bilal's is going to watch too."""
    cases.open_case(book, actor=amna, at=AT, chance=Chosen(HIDDEN), urgent=True)
    links.add(book, HIDDEN, [links.Found(SHARED, None, "127.0.0.1:9", None)], actor=amna, at=AT)
    for kind in (EntryKind.NAME, EntryKind.NOTE):
        casefile.add(book, HIDDEN, kind, {"words": "hers"}, actor=amna, at=AT)
    followups.add(book, HIDDEN, AT + timedelta(hours=1), "call", actor=amna, at=AT)
    look_for(book, amna)
    requests.erase(book, HIDDEN, "dara", "she asked", actor=amna, at=AT)
    new = NewReport((LinkId(2),), None, "email-1", Lane.HOST, (), Category.NCII, "en", {"to": "x", "fields": []})
    sent = reports.draft(book, HIDDEN, [new], actor=amna, at=AT)[0].report
    consents.change(book, HIDDEN, Act.REPORT_HOST, given=True, actor=amna, at=AT)
    late = NewClock("us-tida", "us-tida-48h", Awaits.TAKEDOWN, AT, AT + timedelta(hours=48))
    happened = Happened(ReportEventKind.SENT, AT, ticket="7", starts=[late])
    replies.note(book, sent, happened, actor=amna, at=AT)
    _write_and_answer(book, amna)
    address = links.addresses_of(book, None, actor=amna, at=AT)
    held, _ = visits.lease_these(book, "w", address, actor=access.MONITOR, at=AT, until=AT)
    seen = [visits.Seen(one.address, AT, Verdict.LIVE, "r", "b", 200, rendered=False, took_ms=1) for one in held]
    visits.record(book, "w", seen, actor=access.MONITOR, cadence=Cadence(), chance=lambda: 0.5)


def prove(book: Casebook, home: Path, amna: access.Actor) -> None:
    """Let the hidden case have evidence: a capture of the shared address, something added, an export, and no room."""
    consents.change(book, HIDDEN, Act.CAPTURE, given=True, actor=amna, at=AT)
    room, limits = Strongroom(home), Evidence(keep_free_bytes=0)
    link = links.list_links(book, actor=amna, at=AT, case=HIDDEN)[0].link
    evidence.want(book, [LinkId(link)], Why.ASKED, actor=amna, at=AT)
    (address,) = links.addresses_of(book, [LinkId(link)], actor=amna, at=AT)
    part = room.seal("archive.warc.gz", "application/warc+gzip", lambda out: out.write(b"hers"), address=address)
    taken = evidence.Taken(AddressId(address), AT, AT, Why.FIRST_SEEN, {}, (part,))
    assert len(evidence.keep(book, room, taken, limits, actor=access.MONITOR, at=AT)) == 1
    evidence.add(book, room, HIDDEN, evidence.Said("hers"), None, limits, actor=amna, at=AT)
    exports.begin_export(book, HIDDEN, "a court", "hers", actor=amna, at=AT)


def look_for(book: Casebook, amna: access.Actor) -> None:
    """Let the hidden case look for a picture and a name in a source, and suspect a copy."""
    (image,) = images.add(book, HIDDEN, [images.NewImage(b"print", label="hers")], actor=amna, at=AT).images
    names.add(book, HIDDEN, "hers alone", NameKind.NAME, actor=amna, at=AT, until=AT + timedelta(days=9999))
    source = sources.add(book, HIDDEN, SWEPT, SourceKind.PAGE, actor=amna, at=AT, depth=1, pages=1)
    sources.lease(book, "w", actor=access.MONITOR, at=AT, until=AT + timedelta(days=9999))
    media = sightings.Media(SWEPT + "/a.jpg", MediaKind.PICTURE, sha256=bytes(32), pdq=bytes(32))
    met = sightings.Met(SWEPT, media, (sightings.Hit("hash", image=image, distance=1),))
    sightings.record(book, "w", source, [met], actor=access.MONITOR, at=AT, sweeps=Sweeps())
    sources.release(book, "w", actor=access.MONITOR, at=AT)


def _write_and_answer(book: Casebook, amna: access.Actor) -> None:
    """A report that left without anybody knowing whether it arrived, and an answer that waits."""
    consents.change(book, HIDDEN, Act.REPORT_POLICY, given=True, actor=amna, at=AT)
    link = links.list_links(book, actor=amna, at=AT, case=HIDDEN)[0].link
    new = NewReport((LinkId(link),), None, "email.a", Lane.POLICY, (), Category.NCII, "en", content())
    report = reports.draft(book, HIDDEN, [new], actor=amna, at=AT)[0].report
    attempt = sending.begin(book, report, content(), "<a@b.example>", actor=amna, at=AT)
    sending.hand_over(book, attempt, actor=amna, at=AT)
    cited = letters.Cited(["a@b.example"], [], None)
    assert letters.take(book, "a mailbox", 7, 1, (b"hers", cited), actor=access.MONITOR, at=AT) == 1


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Helpline, Helpline]:
    folder = tmp_path_factory.mktemp("worlds")
    for name in ("with", "without"):
        (folder / name).mkdir()
    return world(folder / "with", hidden=True), world(folder / "without", hidden=False)


LINK, ENTRY, REQUEST, NUMBER, REPORT = "2", "2", "1", "1", "1"
# Every command, aimed at the hidden case wherever it can be aimed; what changes something stands last.
ASKED: list[list[str]] = [
    ["case", "list"], ["case", "list", "--closed"], ["case", "show", HIDDEN], ["case", "show", HIDDEN.lower()],
    ["link", "list"], ["link", "list", "--case", HIDDEN], ["link", "list", "--state", "live"], ["link", "show", LINK],
    ["evidence", "capture", LINK],
    ["link", "list", "--retired"], ["link", "open", LINK, "--yes"], ["link", "handover", HIDDEN, "--to", "a hotline"],
    ["file", "show", HIDDEN], ["consent", "list", HIDDEN], ["referral", "list", HIDDEN], ["followup", "list", HIDDEN],
    ["followup", "list"], ["request", "list"], ["notices"], ["exposure"], ["status"], ["doctor"], ["officer", "list"],
    ["journal", "list", "--case", HIDDEN], ["journal", "list"], ["retention", "receipts"], ["workload"],
    ["report", "send", "1"], ["report", "send", "1", "--resolve", "lost"], ["inbox", "check"], ["inbox", "list"],
    ["inbox", "list", "--all", "--case", HIDDEN], ["inbox", "show", "1"], ["inbox", "accept", "1", "--as", "acted"],
    ["inbox", "dismiss", "1"],
    ["digest", "preview"], ["digest", "readers"], ["digest", "list"],
    ["digest", "subscribe", "a@staff.example"], ["digest", "send"], ["digest", "unsubscribe"],
    ["platform", "list"], ["platform", "show", "imgur"], ["basis", "list"], ["basis", "show", "us-tida"], ["lock"],
    ["stats"], ["stats", "--by", "lane"],
    ["stats", "publish", "--from", "2026-01-01", "--to", "2026-02-01"],
    ["key", "export", HIDDEN, "never-written"], ["key", "rotate", "--case", HIDDEN], ["unlock"],
    ["assign", HIDDEN, "bilal"], ["assign", HIDDEN, "nobody"], ["unassign", HIDDEN, "amna"],
    ["report", "draft", HIDDEN, "--no-lookup"], ["report", "draft", OWN, "--follows", REPORT], ["report", "list"],
    ["report", "list", "--case", HIDDEN], ["report", "list", "--overdue"], ["report", "show", REPORT],
    ["report", "show", REPORT, "--filled"], ["report", "complete", REPORT, "--say", "description=x"],
    ["report", "log", REPORT, "--sent"], ["report", "again", REPORT], ["report", "again", LINK, "--link"],
    ["report", "appeal", REPORT], ["report", "escalate", REPORT], ["report", "escalate"],
    ["report", "data-request", HIDDEN, "--platform", "imgur", "--agency", "x", "--legal-basis", "x", "--on",
     "2026-03-01T08:00"],
    ["check", LINK], ["link", "retire", LINK], ["link", "minor", LINK],
    ["case", "close", HIDDEN], ["case", "withdraw", HIDDEN], ["case", "risk", HIDDEN, "high", "--because", "x"],
    ["case", "erase", HIDDEN, "--approver", "sana", "--reason", "x"],
    ["file", "add", HIDDEN, "note", "x"], ["consent", "give", HIDDEN, "capture"], ["consent", "revoke", HIDDEN, "watch"],
    ["referral", "add", HIDDEN, "--to", "x", "--on", "2026-01-01"], ["referral", "outcome", ENTRY, "x"],
    ["followup", "add", HIDDEN, "--due", "+1d", "x"], ["followup", "done", ENTRY, "x"],
    ["followup", "missed", ENTRY, "--next", "+1d", "x"],
    ["request", "approve", REQUEST], ["request", "refuse", REQUEST],
    ["break-glass", HIDDEN, "--approver", "sana", "--reason", "x", "--hours", "0"],
    ["link", "add", HIDDEN, SHARED], ["link", "add", OWN, SHARED], ["link", "list"], ["case", "open"],
    ["check", "--due"], ["check", "--all"], ["status"], ["link", "list"],
    ["image", "list"], ["image", "list", "--case", HIDDEN], ["image", "export", HIDDEN], ["image", "off", NUMBER],
    ["image", "on", NUMBER], ["image", "remove", NUMBER], ["name", "list"], ["name", "list", "--case", HIDDEN],
    ["name", "renew", NUMBER], ["name", "remove", NUMBER], ["source", "list"], ["source", "list", "--case", HIDDEN],
    ["sweep", NUMBER], ["sweep", HIDDEN], ["sweep", "--due"], ["sweep", "--all"], ["source", "end", NUMBER], ["sighting", "list"], ["sighting", "list", "--case", HIDDEN], ["sighting", "show", NUMBER],
    ["sighting", "confirm", NUMBER], ["sighting", "dismiss", NUMBER], ["image", "add", HIDDEN, "--hash", "f0" * 32],
    ["image", "import", HIDDEN, "-"], ["video", "add", HIDDEN, "film.mp4"], ["name", "add", HIDDEN],
    ["source", "add", HIDDEN, SWEPT], ["source", "add", OWN, SWEPT], ["image", "add", OWN, "--hash", "f0" * 32],
    ["source", "list"], ["image", "list"], ["sighting", "list"],
    ["evidence", "list", HIDDEN], ["evidence", "list", HIDDEN, "--link", LINK], ["evidence", "show", HIDDEN, "1"],
    ["evidence", "add", HIDDEN, "--what", "x"], ["evidence", "add", OWN, "--what", "x"], ["evidence", "list", OWN],
    ["consent", "give", OWN, "capture"], ["evidence", "add", OWN, "--what", "x"], ["evidence", "list", OWN],
    ["evidence", "export", HIDDEN, "--to", "x", "--for", "x"], ["evidence", "export", HIDDEN, "--again", "1"],
    ["evidence", "export", OWN, "--again", "1"], ["evidence", "verify", HIDDEN], ["evidence", "verify"],
    ["evidence", "capture", "1"], ["evidence", "list", OWN],
    ["doctor"], ["retention", "run"], ["db", "upgrade"], ["db", "backup", "copy.age"], ["officer", "passphrase"],
    ["officer", "restore", "amna"], ["officer", "add", "amna"], ["officer", "remove", "nobody"], ["key", "rotate"],
    ["break-glass", HIDDEN, "--approver", "dara", "--reason", "x"], ["request", "list"],
]  # fmt: skip
NOT_ASKED = {
    ("platform", "check"): "goes out and looks; test_controls holds that an outage shows only in one's own cases",
    ("hash",): "needs no home, and looks into none",
    ("run",): "runs until it is stopped; test_watch has it",
    ("init",): "makes the home, or leaves it as it is",
    ("db", "restore"): "replaces the whole home",
    ("journal", "verify"): "counts the whole chain, for whom docs/confidentiality.md names",
    ("journal", "anchor"): "gives the head of the whole chain",
}
# What a role is there to see of all cases together; without references, and without words.
BY_DESIGN = {
    "supervisor": {"status", "stats", "workload", "exposure", "request", "notices", "retention"},
    "auditor": {"journal", "retention"},
    "statistician": {"status", "stats", "retention"},
    "officer": set[str](),
}
READS = ("list", "show", "status", "stats", "workload", "exposure", "notices", "receipts")


def masked(value: Any, name: str = "") -> Any:
    """Hide what may differ between any two homes: moments, and the numbers that rows are counted up by."""
    if isinstance(value, dict):
        return {key: masked(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [masked(one, name) for one in value]
    if value is not None and (
        name
        in {
            "seq",
            "sha256",
            "link",
            "entry",
            "report",
            "letter",
            "request",
            "notice",
            "took_ms",
            "backup",
            "key",
            "evidence",
            "last_beat_at",
        }
        or (isinstance(value, int) and name in {"image", "name", "source", "sighting"})
    ):
        return "#"
    if isinstance(value, str):
        value = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "T", value)
        value = re.sub(r"C-[2-9A-Z]{6}", lambda ref: ref[0] if ref[0] in (HIDDEN, OWN) else "C-?", value)
        return re.sub(r"\d+ MB", "MB", value)
    return value


def told(helpline: Helpline, words: list[str]) -> tuple[int, Any, str]:
    said: Said = helpline.here(*words, "--json")
    document = masked(json.loads(said.out.replace(str(helpline.folder), ""))) if said.out else None
    return said.code, document, masked(said.err.replace(str(helpline.folder), ""))


def who_asks() -> Iterator[Any]:
    for name, role in sorted(STAFF.items() - {("dara", "officer")}):
        yield pytest.param(name, role, id=f"the {role}")


@pytest.mark.parametrize(("name", "role"), who_asks())
def test_a_case_of_somebody_else_looks_like_none(worlds: tuple[Helpline, Helpline], name: str, role: str) -> None:
    differ = []
    for words in ASKED:
        if role != "officer" and words[-1] not in READS and words[1:2] not in [["list"], ["show"]]:
            continue
        if words[0] in BY_DESIGN[role]:
            continue
        for helpline in worlds:
            helpline.surroundings = {"PEHRA_OFFICER": name}
        one, other = (told(helpline, words) for helpline in worlds)
        if one != other:
            differ.append((words, one, other))
    assert differ == []


def test_what_differs_by_design_names_no_case(worlds: tuple[Helpline, Helpline]) -> None:
    helpline = worlds[0]
    for name in ("sana", "zara"):
        helpline.surroundings = {"PEHRA_OFFICER": name}
        for words in (["status"], ["workload"], ["exposure"]):
            said = helpline.here(*words, "--json")
            assert not re.search(r"C-[2-9A-Z]{6}|127\.0\.0\.1|hers", said.out + said.err)


def test_these_homes_do_differ_to_who_is_assigned(worlds: tuple[Helpline, Helpline]) -> None:
    """Else nothing would be proved by their looking the same to others."""
    for helpline in worlds:
        helpline.surroundings = {"PEHRA_OFFICER": "amna"}
    one, other = (told(helpline, ["case", "show", HIDDEN]) for helpline in worlds)
    assert (one[0], other[0]) == (0, 2)


def test_no_command_is_left_out() -> None:
    asked = {path for path in COMMANDS for words in ASKED if tuple(words[: len(path)]) == path}
    assert set(COMMANDS) - asked == set(NOT_ASKED)

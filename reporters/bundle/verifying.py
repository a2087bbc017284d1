"""A bundle verified from the file alone: no home, no key, no network; each thing that is wrong is named."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from casebook.errors import Refused, Unavailable
from reporters.bundle import replayed, stamps, trees
from reporters.bundle.container import TABLE, UNREADABLE, Container
from reporters.bundle.contents import BUNDLE, NO_RECORD, PART_NAME, record_file
from reporters.bundle.findings import Findings
from reporters.bundle.signing import fingerprint, is_signed
from reporters.bundle.writing import KEY, MANIFEST, ROOTS, SIGNATURE, WACZ

FORMS = (LookupError, TypeError, ValueError, AttributeError, OverflowError, *UNREADABLE)  # what bytes that lie lead to
MADE = ("evidence.capture", "evidence.none", "evidence.add")  # acts that made a record
APART = timedelta(minutes=5)  # how far a collector's clock and a time-stamp server's may differ
SHOWN = ("index.html", "report.pdf", "READ-ME-FIRST.txt", "custody.json", "custody.txt", "bundle.json", "chain.sha256")


def verify(file: Path, *, key: str | None = None, roots: bytes | None = None) -> Findings:
    """Verify a bundle. `key` is the fingerprint that the helpline told; `roots` are certificates to hold stamps to.

    Raises:
        Unavailable: the file cannot be read; Refused: it is no ZIP.
    """
    try:
        with file.open("rb") as opened:
            return check(opened, key=key, roots=roots)
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise Refused(f"{file}: {error}") from None


def check(file: BinaryIO, *, key: str | None = None, roots: bytes | None = None) -> Findings:
    """Verify a bundle that is open."""
    checked = _Check(Container(file), key, roots)
    for name, part in checked.parts():
        try:
            part()
        except FORMS:
            checked.found.wrong(name, "this is missing, or does not have the form that Pehra gives it")
    return checked.found


class _Check:
    """One check of one bundle, part by part."""

    def __init__(self, container: Container, key: str | None, roots: bytes | None) -> None:
        self.box, self.key, self.roots = container, key, roots
        self.found = Findings()
        self.outside: dict[str, str] = {}
        self.chain: list[str] = []
        self.records: dict[int, dict[str, Any]] = {}

    def parts(self) -> list[tuple[str, Callable[[], None]]]:
        """Give the parts in the order in which they build on each other."""
        return [
            ("the ZIP", self._walk),
            (MANIFEST, self._manifest),
            (SIGNATURE, self._signature),
            ("the ZIP", self._container),
            ("bundle.json", self._about),
            ("chain.sha256", self._chain),
            ("records", self._records),
            ("parts", self._all_parts),
            ("stamps", self._stamps),
            ("days", self._days),
            (WACZ, self._wacz),
            ("custody.json", self._custody),
        ]

    def _walk(self) -> None:
        self.outside = self.box.walk()

    def _container(self) -> None:
        """Name what is wrong with the ZIP itself where no changed file explains it, whose checksum stands there too."""
        changed = {one.where for one in self.found.faults}
        for where, says in self.outside.items():
            if where not in changed and not (where == TABLE and changed):
                self.found.wrong(where, says)

    def _manifest(self) -> None:
        lines = self.box.read(MANIFEST).decode().splitlines()
        listed = {name: sha256 for sha256, _, name in (one.partition("  ") for one in lines)}
        for name, sha256 in listed.items():
            if name not in self.box.hashes:
                self.found.wrong(name, "this file is missing: the manifest lists it")
            elif self.box.hashes[name] != sha256:
                self.found.wrong(name, "this file was changed: its hash is not the one in the manifest")
            self.found.count("files")
        for name in self.box.hashes.keys() - listed.keys() - {MANIFEST, SIGNATURE}:
            self.found.wrong(name, "this file was added: the manifest does not list it")

    def _signature(self) -> None:
        pem = self.box.read(KEY)
        self.found.key = fingerprint(pem)
        if not is_signed(pem, self.box.read(MANIFEST), self.box.read(SIGNATURE)):
            self.found.wrong(SIGNATURE, f"the manifest's signature is not that of the key in {KEY}")
        if self.key is None:
            self.found.notes.append(
                f"it is signed with key {self.found.key}: compare that with what the helpline told you by another way"
            )
        elif self.key != self.found.key:
            self.found.wrong(KEY, "the manifest was signed with another key than the helpline's")

    def _about(self) -> None:
        self.found.about = about = self._document("bundle.json")
        if about["bundle"] != BUNDLE:
            self.found.wrong("bundle.json", "this form of bundle is not known to this version of Pehra")
        if about["key_sha256"] != self.found.key:
            self.found.wrong("bundle.json", "it was made under another key than it is signed with")
        self.found.notes += [str(one) for one in about["missing"].values()]
        for one in SHOWN:
            if one not in self.box.sizes:
                self.found.wrong(one, "this file is missing")

    def _document(self, name: str) -> dict[str, Any]:
        found = json.loads(self.box.read(name))
        if not isinstance(found, dict):
            raise TypeError(name)
        return found

    def _chain(self) -> None:
        for place, line in enumerate(self.box.read("chain.sha256").decode().splitlines(), 1):
            sha256, _, name = line.partition("  ")
            if name != record_file(place):
                self.found.wrong("chain.sha256", f"line {place} should name {record_file(place)}")
            self.chain.append(sha256)

    def _records(self) -> None:
        numbers = self.found.about["records"]
        if self.found.about["link"] is None and numbers != list(range(1, len(self.chain) + 1)):
            self.found.wrong("bundle.json", "records of the case are left out, and nothing says why")
        for number in numbers:
            try:
                self._record(number)
            except FORMS:
                self.found.wrong(record_file(number), "this record is missing or cannot be read")
        for name in {one for one in self.box.sizes if one.startswith("records/")} - {*map(record_file, numbers)}:
            self.found.wrong(name, "no such record belongs to this bundle")

    def _record(self, number: int) -> None:
        name, wrong = record_file(number), self.found.wrong
        self.records[number] = record = self._document(name)
        if self.box.hashes.get(name) != self.chain[number - 1]:
            wrong(name, "this record was changed: its hash is not the one in the chain")
        if record["number"] != number:
            wrong(name, f"this is record {record['number']}: records were put in another order")
        if record["case"] != self.found.about["case"]:
            wrong(name, "this record is of another case")
        if record["previous"] != (self.chain[number - 2] if number > 1 else NO_RECORD):
            wrong(name, "the chain is broken here: this record does not name the one before it")
        if datetime.fromisoformat(record["started_at"]) > datetime.fromisoformat(record["ended_at"]):
            wrong(name, "it ended before it began: its clock was changed")
        self.found.count("records")

    def _all_parts(self) -> None:
        known = {"whole": self._part, "hashes": self._hash}[self.found.about["parts"]]
        named = {name for number, record in self.records.items() for name in known(number, record)}
        for name in {one for one in self.box.sizes if one.startswith("parts/")} - named:
            self.found.wrong(name, "no record names this part")

    def _named(self, number: int, record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Give a record's parts; a name that might lead out of its folder is none."""
        parts = [one for one in record["parts"] if PART_NAME.fullmatch(one["name"])]
        if len(parts) < len(record["parts"]):
            self.found.wrong(record_file(number), "it names a part as Pehra names none")
        return parts

    def _part(self, number: int, record: Mapping[str, Any]) -> list[str]:
        names = []
        for part in self._named(number, record):
            name = f"parts/{number:04}/{part['name']}"
            note = f"{name}.not-here.txt"
            if name in self.box.hashes and self.box.hashes[name] != part["sha256"]:
                self.found.wrong(name, f"this is not what record {number} names: its hash is another")
            elif name not in self.box.hashes and not (note in self.box.sizes and note in self.found.about["missing"]):
                self.found.wrong(name, f"this part is missing: record {number} names it")
            names += [name, note]
            self.found.count("parts")
        return names

    def _hash(self, number: int, record: Mapping[str, Any]) -> list[str]:
        names = []
        for part in self._named(number, record):
            name = f"parts/{number:04}/{part['name']}.sha256"
            if self.box.read(name).decode() != f"{part['sha256']}  {part['name']}\n":
                self.found.wrong(name, f"this is not the hash that record {number} names")
            names.append(name)
            self.found.count("hashes of parts")
        return names

    def _stamps(self) -> None:
        files = [one for one in self.box.sizes if one.startswith("stamps/") and one != ROOTS]
        for name in files:
            self._each(name, self._stamp)
        if not files and self.records:
            self.found.notes.append("no record has a time stamp of its own")
        elif files and self.roots is None:
            self.found.notes.append(
                f"time stamps are held to {ROOTS}, which came with the bundle; name your own with --roots"
            )

    def _each(self, name: str, look: Callable[[str], None]) -> None:
        """Look at one of many files, so that one which cannot be read hides no other."""
        try:
            look(name)
        except FORMS:
            self.found.wrong(name, "this does not have the form that Pehra gives it")

    def _stamp(self, name: str) -> None:
        number = int(name.removeprefix("stamps/").removesuffix(".tsr"))
        at = self._stamped(name, self.box.hashes[record_file(number)])
        ended = datetime.fromisoformat(self.records[number]["ended_at"])
        if at is not None and at < ended - APART:
            self.found.wrong(name, f"this time stamp is older than what record {number} says: a clock was changed")
        self.found.count("time stamps")

    def _stamped(self, name: str, sha256: str) -> datetime | None:
        roots = self.roots or (self.box.read(ROOTS) if ROOTS in self.box.sizes else b"")
        at, fault = stamps.checked(self.box.read(name), sha256, roots)
        if fault is not None:
            self.found.wrong(name, fault)
        return at

    def _days(self) -> None:
        for name in [one for one in self.box.sizes if one.startswith("days/") and one.endswith(".json")]:
            self._each(name, self._day)

    def _day(self, name: str) -> None:
        day = self._document(name)
        for one in day["records"]:
            held = self.box.hashes.get(record_file(one["record"])) == one["sha256"]
            if not held or not trees.holds(one["sha256"], one["path"], day["root"]):
                self.found.wrong(name, f"record {one['record']} does not stand in this day's root: it was changed")
            self.found.count("proofs of a day")
        stamp = f"{name.removesuffix('.json')}.tsr"
        if stamp in self.box.sizes:
            self._stamped(stamp, day["root"])
            self.found.count("time stamps of a day")

    def _wacz(self) -> None:
        if WACZ in self.box.sizes:
            archives = replayed.check(self.box.file(WACZ), self.box.read(KEY), self.found)
            for name, sha256 in archives.items():
                number = name.removeprefix("archive/").removesuffix(".warc.gz")
                if self.box.hashes.get(f"parts/{number}/archive.warc.gz") != sha256:
                    self.found.wrong(WACZ, f"{name} is not the archive of record {int(number)}")
        elif any(
            one.endswith("/archive.warc.gz") for one in self.box.sizes.keys() - self.found.about["missing"].keys()
        ):
            self.found.wrong(WACZ, "this file is missing, and there are archives")

    def _custody(self) -> None:
        custody = self._document("custody.json")
        entries = [one["entry"] for one in custody["entries"]]
        if custody["case"] != self.found.about["case"] or entries != sorted(set(entries)):
            self.found.wrong("custody.json", "it is of another case, or entries were put in another order")
        made = [one["to"].partition("/")[2] for one in custody["entries"] if one["did"].startswith(MADE)]
        known = max((int(one) for one in made if one.isdecimal()), default=0)
        if known > len(self.chain):
            gone = f"it knows of {known} records, and the chain has {len(self.chain)}: records at the end are missing"
            self.found.wrong("custody.json", gone)
        self.found.counted["entries of custody"] = len(entries)

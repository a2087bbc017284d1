"""A bundle written, from front to back, one part in memory at a time."""

from collections.abc import Iterator
from typing import BinaryIO, cast

from casebook.errors import Unavailable
from reporters.bundle import page, papers, telling, wacz
from reporters.bundle.contents import ARCHIVE, Bundle, PartView, RecordView
from reporters.bundle.indexing import index
from reporters.bundle.opening import HELD_BYTES, Archived, held, require
from reporters.bundle.packing import LARGE, Package, Writes
from reporters.bundle.signing import Signer, fingerprint
from reporters.bundle.steps import Step, read_me, steps
from reporters.bundle.story import Story, story

MANIFEST, SIGNATURE = "manifest.sha256", "manifest.sha256.sig"
KEY, ROOTS, WACZ = "keys/helpline.pem", "stamps/roots.pem", "captures.wacz"


def write(bundle: Bundle, out: Writes, signer: Signer) -> dict[str, str]:
    """Write a bundle.

    Returns:
        What is missing and why, by the name of the file that stands in its place.

    Raises:
        Unavailable: a part changed while it was being written.
    """
    key = fingerprint(signer.pem)
    told = steps(bundle, key)
    with Package(out, bundle.export.at) as package:
        package.add("READ-ME-FIRST.txt", read_me(bundle, told))
        faults, archives = _parts(bundle, package)
        if archives:
            large = sum(one.part.bytes for one in archives) > LARGE
            with package.entry(WACZ, large=large) as into:
                wacz.write(into, bundle.export, archives, signer)
        _proofs(bundle, package)
        _papers(bundle, package, signer, told, faults)
        manifest = "".join(f"{one.sha256}  {name}\n" for name, one in sorted(package.entries.items())).encode()
        package.add(MANIFEST, manifest)
        package.add(SIGNATURE, signer.sign(manifest))
    return faults


def _parts(bundle: Bundle, package: Package) -> tuple[dict[str, str], list[Archived]]:
    faults: dict[str, str] = {}
    archives: list[Archived] = []
    for record in bundle.records:
        for part in record.parts:
            if bundle.export.redacted:
                package.add(f"{record.folder}/{part.name}.sha256", f"{part.sha256}  {part.name}\n".encode())
            else:
                archives += _part(record, part, package, faults)
    return faults, archives


def _part(record: RecordView, part: PartView, package: Package, faults: dict[str, str]) -> Iterator[Archived]:
    """Write one part; where it cannot be had, a note stands in its place."""
    name = f"{record.folder}/{part.name}"
    data = None
    try:
        if part.bytes <= HELD_BYTES:
            data = held(part)
        else:
            require(part)
    except Unavailable as error:
        faults[f"{name}.not-here.txt"] = f"record {record.number}: {error}"
        package.add(f"{name}.not-here.txt", f"{error}\nIts record names SHA-256 {part.sha256}.\n".encode())
        return
    with package.entry(name, large=part.bytes > LARGE) as into:
        part.copy(cast("BinaryIO", into)) if data is None else into.write(data)
    if data is None and package.entries[name].sha256 != part.sha256:
        raise Unavailable(
            f"record {record.number}: {part.name} changed while it was being written; nothing was exported"
        )
    if part.name == ARCHIVE:
        yield from _archive(record, part, data, faults)


def _archive(record: RecordView, part: PartView, data: bytes | None, faults: dict[str, str]) -> Iterator[Archived]:
    archive = Archived(record, part, ())
    try:
        lines = index(data or b"", archive.file)
    except ValueError as error:
        why = "this archive is too large to be indexed" if data is None else str(error)
        faults[f"{record.folder}/{part.name}"] = f"record {record.number}: {why}; it is here, and not in {WACZ}"
    else:
        yield Archived(record, part, tuple(lines))


def _proofs(bundle: Bundle, package: Package) -> None:
    for record in bundle.records:
        package.add(record.name, record.record)
    package.add("chain.sha256", papers.chain(bundle))
    stamped = [one for one in bundle.records if one.token is not None]
    for one in stamped:
        package.add(f"stamps/{one.number:04}.tsr", one.token or b"")
    if bundle.roots is not None:
        package.add(ROOTS, bundle.roots)
    for day in bundle.days:
        package.add(f"days/{day.day}.json", papers.day(day))
        if day.token is not None:
            package.add(f"days/{day.day}.tsr", day.token)


def _papers(bundle: Bundle, package: Package, signer: Signer, told: list[Step], faults: dict[str, str]) -> None:
    from reporters.bundle import paper  # fpdf takes its time, and most commands need none

    key = fingerprint(signer.pem)
    whole = _story(bundle, key, told, faults)
    package.add("custody.json", papers.custody(bundle))
    package.add("custody.txt", papers.custody_table(bundle))
    package.add("index.html", page.write(whole))
    package.add("report.pdf", paper.write(whole, bundle.export.at))
    package.add("bundle.json", papers.about(bundle, key, faults))
    package.add(KEY, signer.pem)


def _story(bundle: Bundle, key: str, told: list[Step], faults: dict[str, str]) -> Story:
    parts = (
        telling.cover(bundle, key, list(faults.values())),
        telling.overview(bundle.records),
        telling.details(bundle),
        telling.custody(bundle),
        telling.steps(told),
    )
    return story(bundle.export, parts)

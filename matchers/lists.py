"""Lists of PDQ hashes as others write and read them: CSV, and the JSON of StopNCII and ThreatExchange.

No names of files and no labels: a hash and its quality are all that leaves.

Sources: the clients in Facebook's ThreatExchange repository (`indicator` with type `HASH_PDQ`; StopNCII's `hashRecords`
with `hashValue`, `signalType`, `hashStatus`), and the output of its PDQ tools (`hash,quality,file`).
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any, NamedTuple

from matchers.errors import BadHash, BadList
from matchers.hashes import Fingerprint

COLUMNS = ("hash", "quality")
HASH_NAMES = ("hash", "pdq", "indicator", "hashvalue", "hash_value", "signal", "value")
KIND_NAMES = ("type", "signaltype", "signal_type")
PDQ_KINDS = frozenset({"hash_pdq", "imagepdq", "pdq"})
WITHDRAWN = frozenset({"withdrawn", "deleted"})
LIST_NAMES = ("data", "hashRecords", "hashes")


class Listed(NamedTuple):
    """One hash of a list; `quality` 0 to 100, None where the list does not say."""

    fingerprint: Fingerprint
    quality: int | None = None


class Imported(NamedTuple):
    """What a list held; `skipped` counts entries of other kinds, and those that were withdrawn."""

    listed: list[Listed]
    skipped: int


def to_csv(listed: Iterable[Listed]) -> str:
    """Write `hash,quality` lines under a header; hashes as 64 hexadecimal digits."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((one.fingerprint.hex, "" if one.quality is None else one.quality) for one in listed)
    return file.getvalue()


def to_threatexchange(listed: Iterable[Listed]) -> str:
    """Write the JSON that ThreatExchange answers with."""
    return json.dumps({"data": [{"indicator": one.fingerprint.hex, "type": "HASH_PDQ"} for one in listed]}, indent=1)


def to_stopncii(listed: Iterable[Listed]) -> str:
    """Write the JSON that StopNCII answers with."""
    records = [{"hashValue": one.fingerprint.hex, "signalType": "ImagePDQ", "hashStatus": "Active"} for one in listed]
    return json.dumps({"count": len(records), "hashRecords": records, "hasMoreRecords": False}, indent=1)


def read_list(text: str) -> Imported:
    """Read a list of any of these kinds, or one hash a line.

    Raises:
        BadList: no list, or an entry of it is no hash; the sentence says which one, counted from 1.
    """
    text = text.removeprefix("\ufeff").strip()
    entries = _from_json(text) if text[:1] in ("{", "[") else _from_csv(text)
    listed, skipped = [], 0
    for number, entry in enumerate(entries, 1):
        try:
            one = _listed(entry)
        except BadHash as error:
            raise BadList(f"entry {number} of the list cannot be read: {error}") from None
        if one is None:
            skipped += 1
        else:
            listed.append(one)
    if not listed and not skipped:
        raise BadList("there is no hash in this list")
    return Imported(listed, skipped)


def _listed(entry: Mapping[str, Any]) -> Listed | None:
    """Read one entry; None for what is no PDQ hash, or no longer to be looked for."""
    named = {str(name).strip().lower(): value for name, value in entry.items()}
    kind = next((str(named[name]).lower() for name in KIND_NAMES if named.get(name)), "pdq")
    if kind not in PDQ_KINDS or str(named.get("hashstatus", "")).lower() in WITHDRAWN:
        return None
    text = next((str(named[name]) for name in HASH_NAMES if named.get(name)), "")
    return Listed(Fingerprint.from_hex(text), _quality(named.get("quality")))


def _quality(value: object) -> int | None:
    text = str(value if value is not None else "").strip()
    return int(text) if text.isascii() and text.isdigit() and int(text) <= 100 else None


def _from_json(text: str) -> list[Mapping[str, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise BadList("the list begins as JSON and is none") from None
    if isinstance(document, dict):
        document = next((document[name] for name in LIST_NAMES if name in document), None)
    if not isinstance(document, list):
        raise BadList(f"the list has none of the names it should have: {', '.join(LIST_NAMES)}")
    return [one if isinstance(one, dict) else {"hash": one} for one in document]


def _from_csv(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        rows = [row for row in csv.reader(StringIO(text)) if any(cell.strip() for cell in row)]
    except csv.Error:
        raise BadList("the list is no CSV") from None
    names = _header(rows[0]) if rows else None
    for row in rows[1:] if names else rows:
        yield dict(zip(names or COLUMNS, row, strict=False))


def _header(row: Sequence[str]) -> Sequence[str] | None:
    """Give the row where it names columns."""
    names = [cell.strip().lower() for cell in row]
    return names if any(name in HASH_NAMES for name in names) else None

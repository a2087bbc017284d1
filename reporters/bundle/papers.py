"""The small documents of a bundle: for whom it is, the chain, the custody record, the days' proofs."""

from reporters.bundle.contents import BUNDLE, Bundle, DayView, moment, plainly, record_file, software
from reporters.bundle.lettering import escaped


def about(bundle: Bundle, key: str, faults: dict[str, str]) -> bytes:
    """Write bundle.json: for whom, for what, when, and what is missing."""
    export = bundle.export
    return plainly(
        {
            "bundle": BUNDLE,
            "case": export.case,
            "export": export.number,
            "for": export.to,
            "purpose": export.purpose,
            "made_at": moment(export.at),
            "made_by": export.officer,
            "software": software(),
            "link": export.link,
            "parts": "hashes" if export.redacted else "whole",
            "records": [one.number for one in bundle.records],
            "missing": faults,
            "key_sha256": key,
        }
    )


def chain(bundle: Bundle) -> bytes:
    """Write chain.sha256: every record of the case up to this export, those left out too."""
    return "".join(f"{sha256}  {record_file(number)}\n" for number, sha256 in bundle.chain).encode()


def custody(bundle: Bundle) -> bytes:
    """Write custody.json."""
    rows = [
        {"entry": one.seq, "at": moment(one.at), "who": one.actor, "did": one.act, "to": one.subject}
        for one in bundle.custody
    ]
    return plainly({"case": bundle.export.case, "entries": rows})


def custody_table(bundle: Bundle) -> bytes:
    """Write custody.txt, the same for reading."""
    rows = [("entry", "when (UTC)", "who", "did", "to")]
    rows += [(str(one.seq), moment(one.at), one.actor, one.act, one.subject) for one in bundle.custody]
    wide = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [
        "  ".join(escaped(cell).ljust(room) for cell, room in zip(row, wide, strict=True)).rstrip() for row in rows
    ]
    return ("\n".join([f"Who handled the evidence of case {bundle.export.case}", "", *lines]) + "\n").encode()


def day(one: DayView) -> bytes:
    """Write one day's proofs; `path` leads from the record to the root, each hash with the side on which it stands."""
    records = [
        {
            "record": proof.number,
            "sha256": proof.sha256,
            "path": [list(step) for step in proof.path],
        }
        for proof in one.proofs
    ]
    return plainly(
        {
            "day": one.day,
            "root": one.root,
            "hashing": "RFC 6962, SHA-256: a leaf is 00 and the record's hash, a node is 01 and both below it",
            "journal_entry": one.journal_entry,
            "records": records,
        }
    )

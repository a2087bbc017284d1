"""How a stranger checks a bundle: in plain words, with commands of public tools, and what each step proves."""

from collections.abc import Sequence
from textwrap import wrap
from typing import NamedTuple

from reporters.bundle.contents import ARCHIVE, Bundle, PartView, moment, software
from reporters.bundle.lettering import escaped

WIDTH = 100
CHAIN = (
    "sha256sum --quiet --ignore-missing -c chain.sha256 && echo each record has the hash that the chain says",
    "p=$(printf '0%.0s' $(seq 64))",
    "while read -r hash file; do",
    '  if [ ! -f "$file" ]; then echo "$file is left out"',
    '  elif grep -q "\\"previous\\":\\"$p\\"" "$file"; then echo "$file follows"',
    '  else echo "$file DOES NOT FOLLOW"; fi',
    "  p=$hash",
    "done < chain.sha256",
)
PARTS = (
    "for f in parts/*/*; do",
    '  n=${f#parts/}; n=${n%%/*}; h=$(sha256sum < "$f" | cut -c1-64)',
    '  if grep -q "$h" "records/$n.json"; then echo "$f is what record $n names"',
    '  else echo "$f IS NOT WHAT RECORD $n NAMES"; fi',
    "done",
)
STAMPS = (
    "for f in stamps/*.tsr; do",
    '  n=${f#stamps/}; h=$(sha256sum < "records/${n%.tsr}.json" | cut -c1-64)',
    '  openssl ts -verify -digest "$h" -in "$f" -CAfile stamps/roots.pem',
    '  openssl ts -reply -in "$f" -text 2>/dev/null | grep "Time stamp:"',
    "done",
)
DAYS = (
    "python3 - days/*.json << 'END'",
    "import hashlib, json, sys",
    "h = lambda data: hashlib.sha256(data).digest()",
    "for name in sys.argv[1:]:",
    "    day = json.load(open(name))",
    "    for one in day['records']:",
    "        x = h(b'\\0' + bytes.fromhex(one['sha256']))",
    "        for side, other in one['path']:",
    "            other = bytes.fromhex(other)",
    "            x = h(b'\\1' + (other + x if side == 'left' else x + other))",
    "        print(name, one['record'], 'holds' if x.hex() == day['root'] else 'DOES NOT HOLD')",
    "END",
)
DAY_STAMPS = (
    "for f in days/*.tsr; do",
    '  r=$(grep -o \'"root": "[0-9a-f]*"\' "${f%.tsr}.json" | cut -d\'"\' -f4)',
    '  openssl ts -verify -digest "$r" -in "$f" -CAfile stamps/roots.pem',
    "done",
)
SAME = (
    "python3 -m zipfile -e captures.wacz replay/",
    "for f in parts/*/archive.warc.gz; do",
    "  n=${f#parts/}; n=${n%%/*}",
    '  if cmp -s "$f" "replay/archive/$n.warc.gz"; then echo "$n is the same"; else echo "$n IS NOT THE SAME"; fi',
    "done",
)


class Step(NamedTuple):
    """One step: what it does and proves, and the commands."""

    title: str
    words: str
    commands: tuple[str, ...] = ()


def steps(bundle: Bundle, key: str) -> list[Step]:
    """Give the steps that this bundle has something for."""
    archived = not bundle.export.redacted and any(_archived(one.parts) for one in bundle.records)
    return [
        *_whole(key),
        *(_records(bundle) if bundle.records else []),
        *(_stamps() if any(one.token for one in bundle.records) else []),
        *(_days(bundle) if bundle.days else []),
        *(_archives() if archived else []),
        *_last(bundle),
    ]


def _archived(parts: Sequence[PartView]) -> bool:
    return any(one.name == ARCHIVE and one.gone is None for one in parts)


def _whole(key: str) -> list[Step]:
    return [
        Step(
            "Every file is as it was packed",
            "Unpack the ZIP into an empty folder and open a shell there. What is printed must be `every file is as "
            "it was packed`. This proves that no file was changed or lost since the list of hashes was written; it "
            "does not prove who wrote the list.",
            ("sha256sum --quiet --strict -c manifest.sha256 && echo every file is as it was packed",),
        ),
        Step(
            "The list was signed by the helpline",
            "The first command must say Verified OK, the second must print the fingerprint that the helpline tells "
            f"you by another way (telephone, letter, in person); in this bundle it is {key}. Together they prove "
            "that the list, and so every file, comes from whoever holds that key. The fingerprint in the bundle "
            "alone proves nothing: who forges a bundle writes their own into it.",
            (
                "openssl dgst -sha256 -verify keys/helpline.pem -signature manifest.sha256.sig manifest.sha256",
                "sha256sum keys/helpline.pem",
            ),
        ),
    ]


def _records(bundle: Bundle) -> list[Step]:
    left = (
        " Records that are not about this link are not in the bundle; chain.sha256 has their hashes."
        if len(bundle.chain) > len(bundle.records)
        else ""
    )
    whole = Step(
        "Each record names the one before",
        "Every record has the SHA-256 hash of the record before it. Each line but the first must say `follows`. "
        "This proves that no "
        "record was changed, removed, added in between or put in another order after a later one was written." + left,
        CHAIN,
    )
    parts = Step(
        "Each part is what its record names",
        "What was captured lies in parts/, in a folder with its record's number. Each line must say `is what record`. "
        "This proves that the part is the one that was hashed when the record was made.",
        PARTS,
    )
    return [whole] if bundle.export.redacted or not any(one.parts for one in bundle.records) else [whole, parts]


def _stamps() -> list[Step]:
    return [
        Step(
            "A time-stamp server saw the record",
            "Each stamp must say Verification: OK and is followed by its time. It proves that the record, and all "
            "that it names, existed at that time: the server is nobody's here. You should trust stamps/roots.pem "
            "only if it is the certificate that the server publishes. For a stamp whose certificate has expired "
            "since, add: -attime and the stamp's time in seconds since 1970.",
            STAMPS,
        )
    ]


def _days(bundle: Bundle) -> list[Step]:
    proof = Step(
        "The record stands in its day's root",
        "The hashes of all records of a day make one root (as in RFC 6962), which the helpline writes into its "
        "journal when the day is over. Each line must say `holds`. It proves that the record was there when the "
        "root was made; of the others it shows nothing. Ask the helpline for the root of that day, or look for it "
        "wherever it was kept.",
        DAYS,
    )
    stamped = Step(
        "A time-stamp server saw the day's root",
        "Each line must say Verification: OK: then every record that holds in that day existed at the stamp's time.",
        DAY_STAMPS,
    )
    return [proof, stamped] if any(one.token for one in bundle.days) else [proof]


def _archives() -> list[Step]:
    return [
        Step(
            "The web archives are sound",
            "An archive is an ordinary WARC 1.1 file (ISO 28500): any reader of such files opens it, and `python3 "
            "-m pip install warcio` brings the one below. No line must say fail. This proves that the digests which "
            "the collector noted inside the archive fit what stands there.",
            ("warcio check -v parts/*/archive.warc.gz",),
        ),
        Step(
            "One file for replaying",
            "captures.wacz holds the same archives with an index, signed with the same key. The commands compare "
            "them. ReplayWeb.page (https://replayweb.page, it works without sending the file anywhere) shows the "
            "pages as they were, also their pictures: nobody has to look at them to check anything here.",
            SAME,
        ),
    ]


def _last(bundle: Bundle) -> list[Step]:
    return [
        Step(
            "Who handled it",
            "custody.json, and custody.txt for reading, list who captured, opened and exported what, from the "
            f"helpline's journal up to this export ({moment(bundle.export.at)}). The list is the helpline's own "
            "word; its journal is chained, and the helpline can show that it is whole.",
        ),
        Step(
            "All of it at once",
            "Where Pehra is at hand, it does all of the above and names what is wrong; it needs no key and no case.",
            ("pehra evidence verify BUNDLE.zip --key FINGERPRINT",),
        ),
    ]


def read_me(bundle: Bundle, told: list[Step]) -> bytes:
    """Write READ-ME-FIRST.txt."""
    export = bundle.export
    head = [
        f"Evidence of case {export.case}, export {export.number}{', redacted twin' if export.redacted else ''}",
        "",
        f"For:      {escaped(export.to)}",
        f"Purpose:  {escaped(export.purpose)}",
        f"Made:     {moment(export.at)} (UTC) by {export.officer}, with {software()}",
        "",
        *wrapped(
            "index.html and report.pdf say what was captured, when, by whom, and what was found. The steps below "
            "let anybody check it with public tools alone: sha256sum, openssl, python3 and warcio. They are "
            "written for a shell such as Linux and macOS have (Windows: WSL, or Git Bash)."
        ),
    ]
    body = [line for place, one in enumerate(told, 1) for line in _step(place, one)]
    return ("\n".join([*head, *body, *_files(bundle)]) + "\n").encode()


def _step(place: int, one: Step) -> list[str]:
    return ["", f"{place}. {one.title}", "", *wrapped(one.words), "", *[f"    {line}" for line in one.commands]]


def wrapped(words: str) -> list[str]:
    """Break words into lines."""
    return wrap(words, WIDTH)


def _files(bundle: Bundle) -> list[str]:
    redacted = bundle.export.redacted
    parts = (
        "parts/NNNN/NAME.sha256  the hash of each part, in place of the part"
        if redacted
        else "parts/NNNN/NAME         what was captured; NAME.not-here.txt says why a part is missing"
    )
    return [
        "",
        "What is where",
        "",
        "records/NNNN.json       the records, byte for byte as they were hashed",
        "chain.sha256            the hash of every record of the case, in order",
        parts,
        "stamps/NNNN.tsr         the answer of a time-stamp server about record NNNN (RFC 3161)",
        "days/DATE.json          where the records stand in a day's root; days/DATE.tsr its time stamp",
        *([] if redacted else ["captures.wacz           all archives in one file for replaying (WACZ 1.1.1)"]),
        "bundle.json             for whom, for what, when; what is missing, and why",
        "manifest.sha256         the hash of every file; manifest.sha256.sig the signature over it",
    ]

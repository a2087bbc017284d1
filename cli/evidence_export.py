"""evidence export, verify: what is given to others, and what proves it."""

import re
import sys
from pathlib import Path

import click

from casebook import cases, exports
from casebook.errors import Refused, Unavailable
from casebook.evidence_key import evidence_key
from casebook.exports import Export
from casebook.vocabulary import LinkId
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import paragraphs, table
from cli.words import WORDS
from reporters.bundle import delivering, gathering, housing, verifying
from reporters.bundle.delivering import PURPOSE_CHARACTERS, TO_CHARACTERS, Delivered
from reporters.bundle.findings import Findings
from reporters.bundle.lettering import escaped
from reporters.bundle.signing import Signer, fingerprint
from scheduler.clock import now

PATH = click.Path(path_type=Path)
REFERENCE = re.compile(r"C-[2-9A-Z]{6}", re.IGNORECASE)
FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def join(group: click.Group) -> None:
    """Add these commands."""
    command(group, "export")(export)
    command(group, "verify")(verify)


@click.argument("case")
@click.option("--to", type=WORDS, help="For whom it is: a court, an agency, a lawyer; on the first page.")
@click.option("--for", "purpose", type=WORDS, help="What for, such as a complaint's number; on the first page.")
@click.option("--link", type=int, help="Only what is about this link.")
@click.option("--redacted", is_flag=True, help="The twin without pages, pictures and films: hashes stand for them.")
@click.option("--again", type=click.IntRange(1), help="Make this earlier export once more, the same bytes.")
@click.option("--seal-to", help="Seal it with age to this public key of the recipient's, age1...")
@click.option("--out", type=PATH, help="The file to write. Default: CASE-export-N.zip, here.")
def export(
    session: Session,
    case: str,
    to: str | None,
    purpose: str | None,
    link: int | None,
    redacted: bool,
    again: int | None,
    seal_to: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Write a case's evidence into one file for a named recipient, who can verify it without Pehra.

    Nothing is sent: handing the file over is yours. What it holds is not sealed, except with --seal-to.
    """
    recipient = None if seal_to is None else delivering.require_recipient(seal_to)
    if out is not None and out.exists():
        raise Refused(f"{out} exists already: name another file with --out")
    made = _export(session, case, to, purpose, link, again, redacted=redacted)
    signer = Signer(evidence_key(session.book, actor=session.actor))
    room = session.home.strongroom()
    what = gathering.gather(session.book, room, made, _roots(session), actor=session.actor, at=now())
    file = out or Path(f"{made.case}-export-{made.number}{'-redacted' if made.redacted else ''}.zip{_sealed(seal_to)}")
    try:
        written = delivering.deliver(what, signer, file, recipient)
    except Unavailable as error:
        raise Unavailable(f"{error}. To try again: pehra evidence export {made.case} --again {made.number}") from None
    _tell(made, file, written, len(what.records), fingerprint(signer.pem), as_json=as_json)


def _sealed(seal_to: str | None) -> str:
    return "" if seal_to is None else ".age"


def _export(
    session: Session,
    case: str,
    to: str | None,
    purpose: str | None,
    link: int | None,
    again: int | None,
    *,
    redacted: bool,
) -> Export:
    if again is not None:
        if to or purpose or link or redacted:
            raise Refused("--again makes an export as it was: it takes no --to, --for, --link or --redacted")
        return exports.export(session.book, case, again, actor=session.actor, at=now())
    if to is None or purpose is None:
        raise Refused("say for whom it is with --to, and for what with --for")
    to = delivering.require_words(to, "--to", TO_CHARACTERS)
    purpose = delivering.require_words(purpose, "--for", PURPOSE_CHARACTERS)
    about = None if link is None else LinkId(link)
    return exports.begin_export(
        session.book, case, to, purpose, actor=session.actor, at=now(), redacted=redacted, link=about
    )


def _roots(session: Session) -> bytes | None:
    file = session.home.settings.evidence.timestamp_roots
    return None if file is None else _read(file)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}") from None


def _tell(made: Export, file: Path, written: Delivered, records: int, key: str, *, as_json: bool) -> None:
    if as_json:
        told = {"case": made.case, "export": made.number, "file": file, "records": records, "redacted": made.redacted}
        print_json(told | {"bytes": written.bytes, "sha256": written.sha256, "key": key, "missing": written.missing})
        return
    click.echo(f"{file}: {records} records of {made.case}, export {made.number}, {written.bytes} bytes.")
    click.echo(f"Its SHA-256 is {written.sha256}.")
    paragraphs(f"Tell the recipient the key's fingerprint by another way (telephone, letter, in person): {key}")
    for one in written.missing.values():
        click.echo(f"Missing: {escaped(one)}")


@click.argument("target", required=False, metavar="[CASE | FILE]")
@click.option("--key", help="FILE: the fingerprint of the helpline's key, as it told you by another way.")
@click.option("--roots", type=PATH, help="FILE: certificates (PEM) that you trust for time stamps.")
def verify(session: Session, target: str | None, key: str | None, roots: Path | None, as_json: bool) -> None:
    """Verify the evidence of a case, or of all that are yours; or a bundle, which needs no home and no key.

    Every record, part, time stamp and proof is checked, and what is wrong is named.
    """
    if target is None or REFERENCE.fullmatch(target.strip()):
        if key or roots:
            raise Refused("--key and --roots are for a bundle's FILE")
        found = _of_cases(session, target)
    else:
        found = {target: verifying.verify(Path(target), key=_key(key), roots=None if roots is None else _read(roots))}
    _print(found, as_json=as_json)
    if not all(one.whole for one in found.values()):
        sys.exit(1)


def _key(key: str | None) -> str | None:
    if key is None:
        return None
    plain = re.sub(r"[\s:]", "", key).lower()
    if not FINGERPRINT.fullmatch(plain):
        raise Refused("--key takes a fingerprint: 64 hexadecimal digits")
    return plain


def _of_cases(session: Session, target: str | None) -> dict[str, Findings]:
    refs = [target] if target else _all_of(session)
    room, roots = session.home.strongroom(), _roots(session)
    return {
        ref.strip().upper(): housing.verify(session.book, room, ref, roots, actor=session.actor, at=now())
        for ref in refs
    }


def _all_of(session: Session) -> list[str]:
    """Name every case of the officer's, those that are closed too."""
    at, who = now(), session.actor
    return [
        one.ref for closed in (False, True) for one in cases.list_cases(session.book, actor=who, at=at, closed=closed)
    ]


def _print(found: dict[str, Findings], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "whole": all(one.whole for one in found.values()),
                "verified": [{"what": what, "whole": one.whole, **vars(one)} for what, one in found.items()],
            }
        )
        return
    for what, one in found.items():
        # Names and notes come out of a file that a stranger may have made.
        counted = ", ".join(f"{count} {name}" for name, count in one.counted.items())
        click.echo(f"{what}: {'all of it holds' if one.whole else 'NOT whole'}: {counted or 'no evidence'}.")
        for note in one.notes:
            click.echo(f"  Note: {escaped(note)}.")
        if one.faults:
            table(("where", "what is wrong"), [(escaped(fault.where), escaped(fault.says)) for fault in one.faults])

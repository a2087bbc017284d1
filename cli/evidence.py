"""evidence add, list, show: what is kept as proof, in words; nothing here opens a picture, a film or a page."""

import codecs
import mimetypes
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import click

from casebook import evidence, exports, items
from casebook.errors import Refused
from casebook.evidence import CaptureView, Said
from casebook.strongroom import SealedPart, Strongroom
from casebook.vocabulary import LinkId
from cli import evidence_capture, evidence_export
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from cli.words import WORDS, said
from scheduler.clock import now

CHUNK_BYTES = 1 << 20
SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,30}/[a-z0-9.+-]{1,48}")
# No text alone, or text that carries a picture: drawings, data addresses, cards and mails with one, uuencoding.
NOT_WORDS = re.compile(
    r"\0|<svg|data:(image|video|application)|base64|^PHOTO[;:]|^begin \d{3} ", re.IGNORECASE | re.MULTILINE
)
LONGEST_SIGN = 16  # characters: what is looked for may lie across two pieces
BINARY = "application/octet-stream"


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("evidence", help="Sealed captures and what was added by hand: proof that can be checked.")
    command(group, "add")(add)
    command(group, "list")(list_evidence)
    command(group, "show")(show)
    evidence_export.join(group)
    evidence_capture.join(group)
    pehra.add_command(group)


CASE = click.argument("case")


@CASE
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--what", metavar="TEXT|-", help="What it is; - reads it from standard input.")
@click.option("--from", "source", type=WORDS, help="From whom it comes.")
@click.option("--way", type=WORDS, help="By which way it came.")
def add(
    session: Session,
    case: str,
    file: Path | None,
    what: str | None,
    source: str | None,
    way: str | None,
    as_json: bool,
) -> None:
    """Keep what has no address: a file such as a voice note or a chat's export, or words alone, such as a number.

    The file is sealed while it is read; where it lies it stays as it is.
    """
    media = evidence.may_add(session.book, case, actor=session.actor, at=now())
    words = Said(said(what, "what it is"), source, way, None if file is None else file.name)
    room, limits = session.home.strongroom(), session.home.settings.evidence
    part = None if file is None else _sealed(room, file, limits.case_bytes, media=media)
    made = evidence.add(session.book, room, case, words, part, limits, actor=session.actor, at=now())
    answer = {"case": made.case, "number": made.number, "sha256": made.sha256, "kind": made.kind}
    print_json(answer) if as_json else click.echo(f"Kept as evidence {made.number} of {made.case}, sealed to the case.")


def _sealed(room: Strongroom, file: Path, most: int, *, media: bool) -> SealedPart:
    """Seal a file as it is read; of a minor's case only what is text from beginning to end."""
    suffix = file.suffix.lower()
    name = f"item{suffix}" if SUFFIX.fullmatch(suffix) else "item"
    guessed = mimetypes.guess_type(name)[0] or BINARY
    kind = guessed if MEDIA_TYPE.fullmatch(guessed) else BINARY
    if not file.is_file():
        raise Refused(f"{file} is no file")
    try:
        with file.open("rb") as data:
            part = room.seal(name, kind if media else items.TEXT, lambda out: _copy(data, out, most, _check(media)))
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}") from None
    return replace(part, media_type=kind if media else items.TEXT)


def _copy(data: BinaryIO, out: BinaryIO, most: int, check: Callable[[bytes], object]) -> None:
    size = 0
    while chunk := data.read(CHUNK_BYTES):
        size += len(chunk)
        if size > most:
            raise Refused(f"this is larger than {most // 1_000_000} MB, which one case may keep (evidence.case_bytes)")
        check(chunk)
        out.write(chunk)
    check(b"")


def _check(media: bool) -> Callable[[bytes], object]:
    """Give what looks at each piece of a file, the last one empty."""
    decoder, before = codecs.getincrementaldecoder("utf-8")(), ""

    def text_alone(chunk: bytes) -> None:
        nonlocal before
        try:
            decoded = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            decoded = "\0"
        if NOT_WORDS.search(before + decoded):
            raise Refused("this case is a minor's: beside words, only files of plain text are kept as its evidence")
        before = decoded[-LONGEST_SIGN:]

    return (lambda _: None) if media else text_alone


@CASE
@click.option("--link", "links", type=int, multiple=True, help="Only what is about this link.")
def list_evidence(session: Session, case: str, links: tuple[int, ...], as_json: bool) -> None:
    """List a case's evidence: what was kept of which link and when, what was not and why, and what was exported."""
    at = now()
    wanted = [LinkId(one) for one in links]
    views = evidence.of_case(session.book, case, actor=session.actor, at=at, links=wanted)
    made = exports.exports(session.book, case, actor=session.actor, at=at)
    if as_json:
        ref = case.strip().upper()
        print_json({"case": ref, "records": [_told(one) for one in views], "exports": made})
        return
    columns = ("number", "at", "kind", "why", "link", "holds", "bytes", "stamped", "says")
    table(columns, [_line(one) for one in views])
    if made:
        click.echo()
        rows = [(one.number, one.at, one.officer, one.to, one.purpose, one.last_number) for one in made]
        table(("export", "at", "by", "for whom", "for what", "records"), rows)


def _told(view: CaptureView) -> dict[str, Any]:
    """Say of a record what a listing says; `show` has it whole."""
    fields = view.fields
    same = {name: fields.get(name) for name in ("why", "address", "status", "verdict", "said", "left_out")}
    parts = [{name: one[name] for name in ("name", "type", "bytes", "sha256", "refers_to")} for one in fields["parts"]]
    return {
        "number": view.number, "at": view.at, "kind": view.kind, "link": view.link, "reason": view.reason, **same,
        "sha256": view.sha256, "parts": parts, "stamped_at": view.stamped_at, "expired_at": view.expired_at,
    }  # fmt: skip


def _line(view: CaptureView) -> tuple[object, ...]:
    fields = view.fields
    holds = ", ".join(one["name"] for one in fields["parts"]) or None
    says = [_clean(fields["said"])] if "said" in fields else []
    says += [f"gone since {view.expired_at:%Y-%m-%d}"] if view.expired_at else []
    return (
        view.number, view.at, view.kind, fields["why"], view.link, holds,
        sum(one["bytes"] for one in fields["parts"]) or None, view.stamped_at,
        " ".join([*says, *fields["left_out"]]) or None,
    )  # fmt: skip


@CASE
@click.argument("number", type=int)
def show(session: Session, case: str, number: int, as_json: bool) -> None:
    """Show one record whole, in words: every field that was hashed. What its parts hold is not opened."""
    view = evidence.record_of(session.book, case, number, actor=session.actor, at=now())
    fields = view.fields
    if as_json:
        print_json({**_told(view), "record": fields, "token_from": view.token_from})
        return
    rows = [(name, _clean(_words(value))) for name, value in fields.items()]
    rows += [("SHA-256 of this record", view.sha256), ("time stamp from", view.token_from or "none yet")]
    rows += [("parts are gone since", f"{view.expired_at:%Y-%m-%d %H:%M:%S} UTC")] if view.expired_at else []
    table(("field", "says"), rows)


def _words(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, list):
        return "\n".join(_words(one) for one in value) or "-"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_words(one)}" for name, one in value.items())
    return "-" if value is None else str(value)


def _clean(text: str) -> str:
    """Replace what a terminal would obey instead of show: pages wrote some of it."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in text)

"""What the paper and the page of a bundle say of a case's records, in words that a judge can read."""

from collections.abc import Sequence
from typing import Any

from reporters.bundle.contents import NO_RECORD, Addressed, Bundle, DayView, RecordView, moment, software
from reporters.bundle.stamps import stamped_at
from reporters.bundle.story import Block, Facts, Heading, Listing, Typed, Words

KINDS = {"page": "a page was visited", "item": "something was added by hand", "none": "nothing was kept"}
WHY = {
    "first-seen": "first seen live",
    "change": "its state had changed",
    "report": "before a report was sent",
    "asked": "asked for by an officer",
    "added": "added by an officer",
    "visit": "seen on a visit",
}
SUMMARY = (
    "This is what the helpline's monitor recorded when it visited the addresses of this case, and what officers added. "
    "Each record names the SHA-256 hash of everything it describes and of the record before it, so that none can be "
    "changed, taken out or put in between without it showing. How to check this without the helpline, and without its "
    "software, stands in READ-ME-FIRST.txt and at the end of this paper."
)
NO_PICTURES = (
    "This paper shows no picture of any page, on purpose: nobody needs to look at what was captured in order to "
    "check that it was there, when, and that it was not changed. A letter that its font does not have stands here "
    "as its number in Unicode, such as \\u{6C1}; index.html shows all of them."
)
TWIN = (
    "This is the redacted twin. It has every record, verdict, hash, time stamp and proof, and no page, picture, "
    "film or other content; in place of each part stands its hash, to be compared with the whole bundle where that "
    "is kept."
)
NEITHER = (
    "What it does not prove: that the server showed the same to everybody, or who is behind an address. A time stamp "
    "proves that a record existed at its time, not that it was made a moment before."
)


def cover(bundle: Bundle, key: str, faults: Sequence[str]) -> list[Block]:
    """Write the first page: for whom and for what, and what this is."""
    export = bundle.export
    rows = [
        ("For", export.to),
        ("Purpose", export.purpose),
        ("Case", export.case),
        ("Export", f"{export.number}, made {moment(export.at)} (UTC) by {export.officer}"),
        ("Records", _counted(bundle)),
        ("Time stamps", _stamps(bundle)),
        ("Signed with key", key),
        ("Written by", software()),
    ]
    if export.link is not None:
        rows.insert(4, ("About", f"link {export.link} only; of other records of the case the hashes are given"))
    told = [Words(SUMMARY), Words(TWIN if export.redacted else NO_PICTURES), Words(NEITHER)]
    wrong: list[Block] = [Heading("What is missing"), *[Words(one) for one in faults]] if faults else []
    return [Heading(f"Evidence of case {export.case}", 1), Facts(tuple(rows), large=True), *told, *wrong]


def _counted(bundle: Bundle) -> str:
    total = len(bundle.records)
    if not total:
        return "none: nothing was captured in this case"
    spans = [str(one.facts.get("started_at")) for one in bundle.records]
    return f"{total}, from {_moment(min(spans))} to {_moment(max(spans))} (UTC)"


def _stamps(bundle: Bundle) -> str:
    stamped = sum(one.token is not None for one in bundle.records)
    days = {proof.number for day in bundle.days for proof in day.proofs}
    return f"{stamped} records by a time-stamp server; {len(days)} in a day's root"


def overview(records: Sequence[RecordView]) -> list[Block]:
    """Every record in one line."""
    rows = [
        (str(one.number), _when(one), _what(one), str(one.facts.get("verdict") or "-"), _where(one)) for one in records
    ]
    table = Listing(("no.", "when (UTC)", "what", "verdict", "address"), (6, 20, 22, 11, 41), tuple(rows))
    return [Heading("The records, in one line each"), table] if rows else []


def _when(record: RecordView) -> str:
    return _moment(record.facts.get("started_at"))


def _what(record: RecordView) -> str:
    kind, why = str(record.facts.get("kind")), str(record.facts.get("why"))
    return f"{KINDS.get(kind, kind)}: {WHY.get(why, why)}"


def _moment(at: object) -> str:
    return str(at)[:19].replace("T", " ")


def _where(record: RecordView) -> str:
    return str(record.facts.get("address") or record.facts.get("said") or "-")


def details(bundle: Bundle) -> list[Block]:
    """Every record at length."""
    days = {proof.number: day for day in bundle.days for proof in day.proofs}
    blocks: list[Block] = [Heading("Each record at length", 1)] if bundle.records else []
    for one in bundle.records:
        blocks += [Heading(f"Record {one.number}", 3), Facts(tuple(_rows(one, days.get(one.number), bundle.export)))]
    return blocks


def _rows(record: RecordView, day: DayView | None, export: Addressed) -> list[tuple[str, str]]:
    facts = record.facts
    said = [
        ("What", _what(record)),
        ("Address", facts.get("address")),
        ("Ended at", facts.get("final_address") if facts.get("final_address") != facts.get("address") else None),
        ("Said", _value(facts.get("said"))),
        ("From", _value(facts.get("source"))),
        ("Time (UTC)", f"{_moment(facts.get('started_at'))} to {_moment(facts.get('ended_at'))}"),
        ("Clock", _clock(facts.get("clock"))),
        ("Verdict", _verdict(facts)),
        ("Made by", _maker(facts)),
        *[(f"Hop {place}", _hop(hop)) for place, hop in enumerate(facts.get("hops") or [], 1)],
        *[row for part in facts.get("parts") or [] for row in _part(part, record, export)],
        *[("Left out", str(words)) for words in facts.get("left_out") or []],
        ("Record's hash", record.sha256),
        ("Hash before", _before(facts.get("previous"))),
        ("Time stamp", _stamp(record)),
        ("Day's root", day and f"of {day.day}: {day.root}"),
    ]
    return [(name, str(value)) for name, value in said if value]


def _before(previous: object) -> str:
    return "none: it is the first" if previous == NO_RECORD else str(previous)


def _value(value: Any) -> str | None:  # noqa: ANN401  # a field of a record
    if isinstance(value, dict):
        return "; ".join(f"{name.replace('_', ' ')}: {one}" for name, one in sorted(value.items()) if one is not None)
    return None if value is None else str(value)


def _clock(clock: Any) -> str | None:  # noqa: ANN401
    if not isinstance(clock, dict):
        return None
    known: dict[bool | None, str] = {True: "held to a time server", False: "not held to a time server"}
    return f"{clock.get('source')}, {known.get(clock.get('synchronised'), 'not known whether held to a time server')}"


def _verdict(facts: dict[str, Any]) -> str | None:
    if not facts.get("verdict"):
        return None
    return f"{facts['verdict']}, by the rule {facts.get('rule')}: {facts.get('because')}"


def _maker(facts: dict[str, Any]) -> str:
    way = "with a browser" if facts.get("rendered") else None
    exit_ = facts.get("exit") and f"through the exit `{facts['exit']}`"
    tool = " ".join(str(facts[name]) for name in ("tool", "version") if facts.get(name))
    return ", ".join(str(one) for one in (facts.get("collector"), tool, exit_, way) if one)


def _hop(hop: dict[str, Any]) -> str:
    shown = [f"{hop.get('address')} answered {hop.get('status')}"]
    shown += [f"from {hop['ip']}"] if hop.get("ip") else []
    shown += [f"certificate SHA-256 {hop['certificate_sha256']}"] if hop.get("certificate_sha256") else []
    return ", ".join(shown)


def _part(part: dict[str, Any], record: RecordView, export: Addressed) -> list[tuple[str, str]]:
    gone = {one.name: one.gone for one in record.parts}.get(str(part.get("name")))
    where = "not in this twin" if export.redacted else gone or f"{record.folder}/{part.get('name')}"
    refers = part.get("refers_to")
    again = f"; what it does not repeat stands in record {refers.get('number')}" if isinstance(refers, dict) else ""
    about = f"{part.get('type')}, {part.get('bytes')} bytes: {where}{again}"
    return [(str(part.get("name")), about), ("", f"SHA-256 {part.get('sha256')}")]


def _stamp(record: RecordView) -> str | None:
    if record.token is None:
        return None
    at = stamped_at(record.token)
    return f"{'unreadable' if at is None else moment(at)}, by {record.token_from or 'a time-stamp server'}"


def custody(bundle: Bundle) -> list[Block]:
    """Who did what with it."""
    rows = [(str(one.seq), moment(one.at), one.actor, one.act, one.subject) for one in bundle.custody]
    words = Words(
        "From the helpline's journal, whose entries are chained to each other. Officers go by numbers; `monitor` is "
        "the program itself. A subject names the case and the record."
    )
    columns = ("entry", "when (UTC)", "who", "did", "to")
    return [Heading("Who handled it", 1), words, Listing(columns, (10, 24, 16, 26, 24), tuple(rows))]


def steps(told: Sequence[tuple[str, str, Sequence[str]]]) -> list[Block]:
    """How to verify, step by step."""
    blocks: list[Block] = [Heading("How to check this yourself", 1)]
    for title, words, commands in told:
        blocks += [Heading(title, 3), Words(words)]
        blocks += [Typed(tuple(commands))] if commands else []
    return blocks

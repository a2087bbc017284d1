"""The tables, typed. What is sealed says so in its type; nothing else may hold what staff or pages wrote."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Dialect,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from casebook.vocabulary import (
    Act,
    Awaits,
    Category,
    DigestKind,
    EntryKind,
    EventKind,
    Fate,
    Follows,
    Lane,
    MediaKind,
    NameKind,
    NotKept,
    Origin,
    Outcome,
    RecordKind,
    ReportEventKind,
    ReportState,
    RequestKind,
    SightingState,
    SourceKind,
    SourceState,
    State,
    Verdict,
    Why,
)


class Moment(TypeDecorator[datetime]):
    """A time with its zone, kept in UTC; one without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Sealed(TypeDecorator[bytes]):
    """Bytes that only the vault opens."""

    impl = LargeBinary
    cache_ok = True


class Locked(TypeDecorator[bytes]):
    """Bytes that only an officer opens: sealed to a case, an officer or the escrow key, or under a passphrase."""

    impl = LargeBinary
    cache_ok = True


class Digest(TypeDecorator[bytes]):
    """A keyed digest of the vault: finds, and tells nothing."""

    impl = LargeBinary(32)
    cache_ok = True


def _words(enum: Any) -> Enum:  # noqa: ANN401
    return Enum(enum, native_enum=False, length=16, values_callable=lambda e: [one.value for one in e])


Recipient = String(80)  # an age public key has 62 characters
Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Base of every table."""

    type_annotation_map = {datetime: Moment, bytes: LargeBinary, int: Id}  # noqa: RUF012


class Book(Base):
    """One row: which key this database belongs to, the journal's head and keys, and who opens what nobody else can.

    `captures_stopped_at`: since when the disk has no room for captures.
    """

    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    key_check: Mapped[bytes] = mapped_column(Digest)
    journal_length: Mapped[int]
    journal_head: Mapped[bytes] = mapped_column(LargeBinary(32))
    journal_key: Mapped[bytes | None] = mapped_column(Sealed)
    signing_key: Mapped[bytes | None] = mapped_column(Sealed)
    escrow: Mapped[str | None] = mapped_column(Recipient)
    captures_stopped_at: Mapped[datetime | None]


class Officer(Base):
    """A member of staff."""

    __tablename__ = "officer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[bytes] = mapped_column(Sealed)
    name_digest: Mapped[bytes] = mapped_column(Digest, unique=True)
    added_at: Mapped[datetime]
    role: Mapped[str] = mapped_column(String(16), default="officer")
    left_at: Mapped[datetime | None]


class OfficerKey(Base):
    """An officer's age key; its private part is locked under the passphrase where one was set, else under our key."""

    __tablename__ = "officer_key"
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), primary_key=True)
    recipient: Mapped[str] = mapped_column(Recipient)
    identity: Mapped[bytes] = mapped_column(Locked)
    protected: Mapped[bool] = mapped_column(Boolean)
    wrong_tries: Mapped[int] = mapped_column(Integer, default=0)
    wait_until: Mapped[datetime | None]


class Case(Base):
    """One complainant's matter."""

    __tablename__ = "case"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    minor: Mapped[bool] = mapped_column(Boolean)
    urgent: Mapped[bool] = mapped_column(Boolean)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class CaseKey(Base):
    """A case's age recipient, which anybody may seal to; without this row nothing of its file can be read again."""

    __tablename__ = "case_key"
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    recipient: Mapped[str] = mapped_column(Recipient)
    escrow: Mapped[bytes | None] = mapped_column(Locked)


class Assignment(Base):
    """An officer's way into a case: the case's private key, sealed to theirs; it ends, its history stays.

    `until` is set for access in an emergency, which ends by itself.
    """

    __tablename__ = "assignment"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    key: Mapped[bytes | None] = mapped_column(Locked)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (Index("assignment_officer", "officer_id", "case_id"), Index("assignment_case", "case_id"))


class Entry(Base):
    """One entry of a case file; a follow-up's times stand in clear, so that it can fall due."""

    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[EntryKind] = mapped_column(_words(EntryKind))
    words: Mapped[bytes] = mapped_column(Locked)
    at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    __table_args__ = (Index("entry_case", "case_id", "kind"),)


class Consent(Base):
    """One word of the consent ledger; for each act the newest counts, and the monitor can read which."""

    __tablename__ = "consent"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    act: Mapped[Act] = mapped_column(_words(Act))
    given: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(40))
    words: Mapped[bytes | None] = mapped_column(Locked)
    __table_args__ = (Index("consent_case", "case_id", "act"),)


class Request(Base):
    """What one member of staff asked for and a second approves; `reason` is sealed to the two and those assigned."""

    __tablename__ = "request"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RequestKind] = mapped_column(_words(RequestKind))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    approver: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    asked_at: Mapped[datetime]
    reason: Mapped[bytes] = mapped_column(Locked)
    hours: Mapped[int | None] = mapped_column(Integer)
    approved_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    __table_args__ = (Index("request_case", "case_id"),)


class Notice(Base):
    """Words for one officer, sealed to them: what somebody did to a case of theirs."""

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    words: Mapped[bytes] = mapped_column(Locked)
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    __table_args__ = (Index("notice_officer", "officer_id", "seen_at"),)


class Receipt(Base):
    """That a case was erased, and by whom; its reference was made by chance and leads nowhere any more."""

    __tablename__ = "receipt"
    ref: Mapped[str] = mapped_column(String(16), primary_key=True)
    erased_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(40))
    approved_by: Mapped[str] = mapped_column(String(40))
    links: Mapped[int] = mapped_column(Integer)
    entries: Mapped[int] = mapped_column(Integer)


class Tally(Base):
    """What statistics keep of erased cases: sums over many, with no case, no time and no address."""

    __tablename__ = "tally"
    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str | None] = mapped_column(String(40))
    category: Mapped[Category] = mapped_column(_words(Category))
    links: Mapped[int] = mapped_column(Integer)
    takedowns: Mapped[int] = mapped_column(Integer)
    resurfacings: Mapped[int] = mapped_column(Integer)
    __table_args__ = (Index("tally_once", "platform", "category"),)


class Address(Base):
    """One canonical URL that is visited, however many cases watch it.

    `due_at` is its place in the queue, None while nobody watches it. A lease moves `due_at` to the lease's end, so a
    worker that dies costs one repeated visit; `lease` says who holds it.
    """

    __tablename__ = "address"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[bytes] = mapped_column(Sealed)
    url_digest: Mapped[bytes] = mapped_column(Digest, unique=True)
    visit: Mapped[bytes | None] = mapped_column(Sealed)
    site_digest: Mapped[bytes] = mapped_column(Digest)
    platform: Mapped[str | None] = mapped_column(String(40))
    minor: Mapped[bool] = mapped_column(Boolean)
    due_at: Mapped[datetime | None]
    lease: Mapped[str | None] = mapped_column(String(40))
    failures: Mapped[int] = mapped_column(Integer, default=0)
    last_checked_at: Mapped[datetime | None]
    read_whole_at: Mapped[datetime | None]
    baseline: Mapped[bytes | None] = mapped_column(Sealed)
    __table_args__ = (
        Index("address_due", "due_at"),
        Index("address_lease", "lease"),
        Index("address_site", "site_digest"),
    )


class Site(Base):
    """A host as the queue sees it: when it may be asked again, and how often in a row it failed.

    `first_dns_failure_at` begins a run of looks that all failed for want of a name, as two resolvers say.
    """

    __tablename__ = "site"
    digest: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    not_before: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, default=0)
    first_dns_failure_at: Mapped[datetime | None]


class MissingPage(Base):
    """What a host answers for addresses of one directory and shape that cannot exist; `shape` is what is looked up."""

    __tablename__ = "missing_page"
    id: Mapped[int] = mapped_column(primary_key=True)
    site_digest: Mapped[bytes] = mapped_column(Digest)
    shape: Mapped[bytes] = mapped_column(Sealed)
    shape_digest: Mapped[bytes] = mapped_column(Digest, unique=True)
    what: Mapped[bytes] = mapped_column(Sealed)
    learned_at: Mapped[datetime]
    __table_args__ = (Index("missing_page_site", "site_digest"),)


class WatchedLink(Base):
    """An address as one case sees it.

    `capture_wanted` says why its next visit is captured; `captured` is the verdict it was last captured with, live or
    removed, with "none-" before it where such a visit should have been captured and was not.
    """

    __tablename__ = "watched_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    category: Mapped[Category] = mapped_column(_words(Category))
    added_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    minor: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[State] = mapped_column(_words(State))
    since: Mapped[datetime]
    verdict: Mapped[Verdict | None] = mapped_column(_words(Verdict))
    rule: Mapped[str | None] = mapped_column(String(80))
    because: Mapped[bytes | None] = mapped_column(Sealed)
    last_told_at: Mapped[datetime]
    last_seen_live_at: Mapped[datetime | None]
    first_seen_gone_at: Mapped[datetime | None]
    gone_since: Mapped[datetime | None]
    taken_down_at: Mapped[datetime | None]
    live_again_at: Mapped[datetime | None]
    times_resurfaced: Mapped[int] = mapped_column(Integer, default=0)
    last_back_at: Mapped[datetime | None]
    back_before_at: Mapped[datetime | None]
    flapping_at: Mapped[datetime | None]
    capture_wanted: Mapped[Why | None] = mapped_column(_words(Why))
    captured: Mapped[str | None] = mapped_column(String(16))
    __table_args__ = (
        Index("watched_link_once", "case_id", "address_id", unique=True),
        Index("watched_link_address", "address_id"),
    )


class Check(Base):
    """One visit and what it proved; `vantage` names the exit that saw it where it was not our own."""

    __tablename__ = "check"
    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    at: Mapped[datetime]
    verdict: Mapped[Verdict] = mapped_column(_words(Verdict))
    rule: Mapped[str] = mapped_column(String(80))
    because: Mapped[bytes] = mapped_column(Sealed)
    status: Mapped[int | None] = mapped_column(Integer)
    rendered: Mapped[bool] = mapped_column(Boolean)
    took_ms: Mapped[int] = mapped_column(Integer)
    vantage: Mapped[str | None] = mapped_column(String(40))
    __table_args__ = (Index("check_address", "address_id", "at"),)


class Event(Base):
    """What happened to a watched link; `check_id` is the look that showed it."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("watched_link.id"))
    check_id: Mapped[int] = mapped_column(ForeignKey("check.id"))
    kind: Mapped[EventKind] = mapped_column(_words(EventKind))
    at: Mapped[datetime]
    last_seen_live_at: Mapped[datetime | None]
    first_seen_gone_at: Mapped[datetime | None]
    __table_args__ = (Index("event_link", "link_id", "at"), Index("event_kind", "kind", "at"))


class Report(Base):
    """One report to one channel.

    `content` is the draft, sealed to the case: without names until it is sent, then as it was sent. `platform` is
    None for a site without a sheet; `channel` is the channel's id in its sheet, or one of the kinds that belong to no
    sheet. `basis` has the ids of laws or policies relied on, `needs` the consents without which it does not leave the
    house, with commas between. `predecessor_id` and `follows` chain
    reports of one story. The message id stands under the monitor's key, so that replies find their report unread.
    """

    __tablename__ = "report"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    platform: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(80))
    lane: Mapped[Lane] = mapped_column(_words(Lane))
    basis: Mapped[str] = mapped_column(String(80))
    needs: Mapped[str] = mapped_column(String(80))
    category: Mapped[Category] = mapped_column(_words(Category))
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[ReportState] = mapped_column(_words(ReportState))
    outcome: Mapped[Outcome | None] = mapped_column(_words(Outcome))
    drafted_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    first_reply_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    follows: Mapped[Follows | None] = mapped_column(_words(Follows))
    message_id: Mapped[bytes | None] = mapped_column(Sealed)
    message_digest: Mapped[bytes | None] = mapped_column(Digest)
    content: Mapped[bytes] = mapped_column(Locked)
    __table_args__ = (
        Index("report_case", "case_id", "state"),
        Index("report_message", "message_digest"),
        Index("report_predecessor", "predecessor_id"),
        Index(  # all that figures ask of a report, without its content being read
            "report_figures",
            *("sent_at", "platform", "channel", "lane", "category"),
            *("first_reply_at", "answered_at", "outcome", "state"),
            sqlite_where=text("sent_at IS NOT NULL"),
            postgresql_where=text("sent_at IS NOT NULL"),
        ),
    )


class ReportLink(Base):
    """A watched link that a report names."""

    __tablename__ = "report_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    link_id: Mapped[int] = mapped_column(ForeignKey("watched_link.id"))
    __table_args__ = (
        Index("report_link_once", "report_id", "link_id", unique=True),
        Index("report_link_link", "link_id"),
    )


class ReportEvent(Base):
    """What happened to a report at `at`, and when it was noted; `reason` is a code, the words beside it are sealed."""

    __tablename__ = "report_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    kind: Mapped[ReportEventKind] = mapped_column(_words(ReportEventKind))
    at: Mapped[datetime]
    noted_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(40))
    author: Mapped[str] = mapped_column(String(40))
    words: Mapped[bytes | None] = mapped_column(Locked)
    __table_args__ = (Index("report_event_report", "report_id", "at"),)


class Ticket(Base):
    """A number that a platform gave a report; two reports may share one, and a report may have several."""

    __tablename__ = "ticket"
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    number: Mapped[bytes] = mapped_column(Sealed)
    number_digest: Mapped[bytes] = mapped_column(Digest)
    given_at: Mapped[datetime]
    __table_args__ = (
        Index("ticket_once", "report_id", "number_digest", unique=True),
        Index("ticket_number", "number_digest"),
    )


class Clock(Base):
    """One clock of a report, by one rule of a basis; what restarts is a new row, what ran before stays as it was.

    Of `met_at`, `missed_at` and `ended_at` at most one is set: answered in time, known to be too late, or stopped
    without either (withdrawn, or restarted).
    """

    __tablename__ = "clock"
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    basis: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(40))
    awaits: Mapped[Awaits] = mapped_column(_words(Awaits))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    suspended_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (Index("clock_report", "report_id"), Index("clock_due", "due_at"))


class Dispatch(Base):
    """One try to send a report by mail; while it has not ended there is no other of the same report.

    Handed over and not ended means that the mail server may have it: it is not sent again without a person's word.
    `content` is the report as it was to leave, until the try ends.
    """

    __tablename__ = "dispatch"
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    began_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    fate: Mapped[Fate | None] = mapped_column(_words(Fate))
    message_id: Mapped[bytes] = mapped_column(Sealed)
    message_digest: Mapped[bytes] = mapped_column(Digest)
    content: Mapped[bytes | None] = mapped_column(Locked)
    __table_args__ = (
        Index("dispatch_report", "report_id", "ended_at"),
        Index("dispatch_message", "message_digest"),
    )


class Letter(Base):
    """A mail that seems to answer a report, sealed raw to its case; a mail that fits two reports is kept for each.

    `mark` tells one mail from another, so that a folder that is read anew brings none twice.
    """

    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    arrived_at: Mapped[datetime]
    found_by: Mapped[str] = mapped_column(String(16))
    proposes: Mapped[ReportEventKind | None] = mapped_column(_words(ReportEventKind))
    doubts: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(Integer)
    mark: Mapped[bytes] = mapped_column(Sealed)
    mark_digest: Mapped[bytes] = mapped_column(Digest)
    raw: Mapped[bytes | None] = mapped_column(Locked)
    settled_at: Mapped[datetime | None]
    noted_as: Mapped[ReportEventKind | None] = mapped_column(_words(ReportEventKind))
    __table_args__ = (Index("letter_once", "report_id", "mark_digest", unique=True),)


class ReadFolder(Base):
    """How far a mailbox's folder has been read: the number of its last mail, under the server's own count."""

    __tablename__ = "read_folder"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[bytes] = mapped_column(Sealed)
    validity: Mapped[int]
    last_uid: Mapped[int]


class ControlResult(Base):
    """One visit to a platform's control address; `verdict` is None until it is judged.

    `control` is the head of a digest of the address, which stands in the platform's sheet.
    """

    __tablename__ = "control_result"
    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    control: Mapped[str] = mapped_column(String(16))
    expected: Mapped[Verdict] = mapped_column(_words(Verdict))
    verdict: Mapped[Verdict | None] = mapped_column(_words(Verdict))
    at: Mapped[datetime]
    __table_args__ = (Index("control_result_platform", "platform", "at"),)


class Outage(Base):
    """A time in which a platform's controls answered wrongly, so that its findings were not believed."""

    __tablename__ = "outage"
    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (Index("outage_platform", "platform", "ended_at"),)


class Reader(Base):
    """Where and how a member of staff gets digests; the address opens with the monitor's key, for it has to write."""

    __tablename__ = "reader"
    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), unique=True)
    address: Mapped[bytes] = mapped_column(Sealed)
    language: Mapped[str] = mapped_column(String(8))
    weekly: Mapped[bool] = mapped_column(Boolean)
    daily: Mapped[bool] = mapped_column(Boolean)
    urgent: Mapped[bool] = mapped_column(Boolean)
    since: Mapped[datetime]


class Mailing(Base):
    """One digest for one reader; `label` is its day, and there is one of a kind for it.

    Handed over and not sent means that the mail server had it and nobody knows more: it is not sent again by itself.
    """

    __tablename__ = "mailing"
    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    kind: Mapped[DigestKind] = mapped_column(_words(DigestKind))
    label: Mapped[str] = mapped_column(String(40))
    since: Mapped[datetime]
    until: Mapped[datetime]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    try_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    __table_args__ = (Index("mailing_once", "officer_id", "kind", "label", unique=True), Index("mailing_try", "try_at"))


class Told(Base):
    """That a reader's urgent mail has this happening, such as event-12, so that no later one has it too."""

    __tablename__ = "told"
    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    what: Mapped[str] = mapped_column(String(40))
    __table_args__ = (Index("told_once", "officer_id", "what", unique=True), Index("told_mailing", "mailing_id"))


class Image(Base):
    """Fingerprints of a picture or film that a case looks for; the picture itself is nowhere.

    `print` holds what hashes say of it, `features` what is needed to prove a crop or a sticker, only with the consent
    to deep matching. `label_id` is the entry of the case file that says which picture it is. `radius` in bits, None for
    the bank's usual one. `looked_at` is when a person last ended a quarantine.
    """

    __tablename__ = "image"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[MediaKind] = mapped_column(_words(MediaKind))
    origin: Mapped[Origin] = mapped_column(_words(Origin))
    label_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    print: Mapped[bytes] = mapped_column(Sealed)
    print_digest: Mapped[bytes] = mapped_column(Digest)
    features: Mapped[bytes | None] = mapped_column(Sealed)
    radius: Mapped[int | None] = mapped_column(Integer)
    added_at: Mapped[datetime]
    off_at: Mapped[datetime | None]
    quarantined_at: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]
    __table_args__ = (Index("image_once", "case_id", "print_digest", unique=True),)


class WatchedName(Base):
    """A name, handle or label that a case looks for in pages' text, until a day that was agreed on."""

    __tablename__ = "watched_name"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[NameKind] = mapped_column(_words(NameKind))
    words: Mapped[bytes] = mapped_column(Sealed)
    words_digest: Mapped[bytes] = mapped_column(Digest)
    added_at: Mapped[datetime]
    until: Mapped[datetime]
    __table_args__ = (Index("watched_name_once", "case_id", "words_digest", unique=True),)


class Source(Base):
    """What one case has swept for copies; `due_at`, `lease` as for an address.

    `result` is what the last sweep brought, `memory` what the next one may go by; `pages` how many it follows at most.
    """

    __tablename__ = "source"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[SourceKind] = mapped_column(_words(SourceKind))
    url: Mapped[bytes] = mapped_column(Sealed)
    url_digest: Mapped[bytes] = mapped_column(Digest)
    obeys_robots: Mapped[bool] = mapped_column(Boolean)
    depth: Mapped[int] = mapped_column(Integer)
    pages: Mapped[int] = mapped_column(Integer)
    state: Mapped[SourceState] = mapped_column(_words(SourceState))
    failures: Mapped[int] = mapped_column(Integer, default=0)
    added_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    lease: Mapped[str | None] = mapped_column(String(40))
    last_swept_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    result: Mapped[bytes | None] = mapped_column(Sealed)
    memory: Mapped[bytes | None] = mapped_column(Sealed)
    __table_args__ = (
        Index("source_once", "case_id", "url_digest", unique=True),
        Index("source_due", "due_at"),
        Index("source_lease", "lease"),
    )


class SeenMedia(Base):
    """A picture or film met while sweeping for a case: where, and its fingerprints; kept for a set time.

    `what` holds its validators and the hash of its bytes. `print` is None where it could not be read, or is too plain;
    `features` only with the consent to deep matching.
    """

    __tablename__ = "seen_media"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    kind: Mapped[MediaKind] = mapped_column(_words(MediaKind))
    page: Mapped[bytes] = mapped_column(Sealed)
    media: Mapped[bytes] = mapped_column(Sealed)
    media_digest: Mapped[bytes] = mapped_column(Digest)
    bytes_digest: Mapped[bytes | None] = mapped_column(Digest)
    what: Mapped[bytes] = mapped_column(Sealed)
    print: Mapped[bytes | None] = mapped_column(Sealed)
    features: Mapped[bytes | None] = mapped_column(Sealed)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    __table_args__ = (
        Index("seen_media_once", "case_id", "media_digest", unique=True),
        Index("seen_media_bytes", "case_id", "bytes_digest"),
        Index("seen_media_age", "last_seen_at"),
    )


class Sighting(Base):
    """A suspected copy, or a page that names somebody; `print` is the PDQ of what was found, so that it is known again.

    `distance` in bits; `at_s` is the second in the film that was found, `known_at_s` in ours; `region` says which part
    of what was found matched.
    """

    __tablename__ = "sighting"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    image_id: Mapped[int | None] = mapped_column(ForeignKey("image.id"))
    name_id: Mapped[int | None] = mapped_column(ForeignKey("watched_name.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("watched_link.id"))
    state: Mapped[SightingState] = mapped_column(_words(SightingState))
    tier: Mapped[str] = mapped_column(String(24))
    distance: Mapped[int | None] = mapped_column(Integer)
    inliers: Mapped[int | None] = mapped_column(Integer)
    turn: Mapped[str | None] = mapped_column(String(40))
    region: Mapped[str | None] = mapped_column(String(80))
    at_s: Mapped[float | None] = mapped_column(Float)
    known_at_s: Mapped[float | None] = mapped_column(Float)
    print: Mapped[bytes | None] = mapped_column(Sealed)
    found_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(40))
    __table_args__ = (Index("sighting_case", "case_id", "state"), Index("sighting_image", "image_id", "found_at"))


class SightingPlace(Base):
    """One place where a copy was met: the page, and what it showed; `content` is the SHA-256 of what was served."""

    __tablename__ = "sighting_place"
    id: Mapped[int] = mapped_column(primary_key=True)
    sighting_id: Mapped[int] = mapped_column(ForeignKey("sighting.id"))
    page: Mapped[bytes] = mapped_column(Sealed)
    media: Mapped[bytes | None] = mapped_column(Sealed)
    content: Mapped[bytes | None] = mapped_column(Sealed)
    met_at: Mapped[datetime]
    last_met_at: Mapped[datetime]
    __table_args__ = (Index("sighting_place_of", "sighting_id"),)


class Capture(Base):
    """What one visit showed, or what was added by hand, once for all cases that it is kept for.

    `body` is what a later capture of the same address may refer to instead of keeping it again; `refers_to` is the
    capture that this one refers to, which therefore stays for as long.
    """

    __tablename__ = "capture"
    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    body: Mapped[bytes | None] = mapped_column(Sealed)
    refers_to: Mapped[int | None] = mapped_column(ForeignKey("capture.id"))
    __table_args__ = (
        Index("capture_address", "address_id", "id"),
        Index("capture_refers", "refers_to"),
        Index("capture_age", "ended_at"),
    )


class CapturePart(Base):
    """One sealed file of a capture; `size` in bytes and `sha256` are those of what it holds.

    Dropped means that its keys are gone: the file goes next, then the row.
    """

    __tablename__ = "capture_part"
    id: Mapped[int] = mapped_column(primary_key=True)
    capture_id: Mapped[int] = mapped_column(ForeignKey("capture.id"))
    name: Mapped[str] = mapped_column(String(40))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(Sealed)
    file: Mapped[str] = mapped_column(String(40), unique=True)
    recipient: Mapped[str] = mapped_column(Recipient)
    dropped_at: Mapped[datetime | None]
    __table_args__ = (Index("capture_part_of", "capture_id"), Index("capture_part_dropped", "dropped_at"))


class CaptureKey(Base):
    """A part's own private key, sealed to a case that may open it."""

    __tablename__ = "capture_key"
    id: Mapped[int] = mapped_column(primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("capture_part.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    key: Mapped[bytes] = mapped_column(Locked)
    __table_args__ = (
        Index("capture_key_once", "part_id", "case_id", unique=True),
        Index("capture_key_case", "case_id"),
    )


class CaptureRecord(Base):
    """One link of a case's chain of evidence; `sha256` is of the record as it was sealed, which a random number begins.

    `reason` is set where nothing was kept. `token` is the answer of a time-stamp server, about `sha256`; until there is
    one, `stamp_failed` says why not, since `stamp_failed_at`; staff were told at `stamp_told_at`. `day` is the closed
    day whose root covers it. Expired means that the parts are gone, and the record stays.
    """

    __tablename__ = "capture_record"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    number: Mapped[int] = mapped_column(Integer)
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("watched_link.id"))
    at: Mapped[datetime]
    kind: Mapped[RecordKind] = mapped_column(_words(RecordKind))
    reason: Mapped[NotKept | None] = mapped_column(_words(NotKept))
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    record: Mapped[bytes] = mapped_column(Locked)
    token: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_from: Mapped[str | None] = mapped_column(String(400))
    stamped_at: Mapped[datetime | None]
    stamp_failed_at: Mapped[datetime | None]
    stamp_failed: Mapped[str | None] = mapped_column(String(200))
    stamp_told_at: Mapped[datetime | None]
    day: Mapped[str | None] = mapped_column(String(10))
    expired_at: Mapped[datetime | None]
    __table_args__ = (
        Index("capture_record_once", "case_id", "number", unique=True),
        Index("capture_record_day", "day", "at"),
        Index("capture_record_capture", "capture_id"),
        Index("capture_record_link", "link_id"),
        Index("capture_record_at", "at"),
        Index("capture_record_stamped", "stamped_at"),
    )


class EvidenceDay(Base):
    """One UTC day's Merkle root over the records made in it; `leaves` are their SHA-256, 32 bytes each, in order.

    They stay when a case is erased, so that the proofs of others can still be made; a record's hash tells nothing.
    """

    __tablename__ = "evidence_day"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(String(10), unique=True)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    count: Mapped[int] = mapped_column(Integer)
    leaves: Mapped[bytes]
    journal_seq: Mapped[int]
    token: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_from: Mapped[str | None] = mapped_column(String(400))
    stamped_at: Mapped[datetime | None]
    stamp_failed_at: Mapped[datetime | None]
    stamp_failed: Mapped[str | None] = mapped_column(String(200))


class EvidenceExport(Base):
    """What one export showed, so that it can be made again: the last record, and how long the journal was.

    `link_id`: it was of this link alone.
    """

    __tablename__ = "evidence_export"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    officer: Mapped[str] = mapped_column(String(40))
    to: Mapped[bytes] = mapped_column(Locked)
    purpose: Mapped[bytes] = mapped_column(Locked)
    last_number: Mapped[int] = mapped_column(Integer)
    journal_seq: Mapped[int]
    redacted: Mapped[bool] = mapped_column(Boolean)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("watched_link.id"))
    __table_args__ = (Index("evidence_export_once", "case_id", "number", unique=True),)


class Beat(Base):
    """One row: the monitor's sign of life."""

    __tablename__ = "beat"
    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class JournalEntry(Base):
    """One act or look; never changed, never deleted."""

    __tablename__ = "journal"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(40))
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))

"""officers' keys, case keys and case files; what stood under the monitor's key moves to the cases."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from casebook.keys import Identity, seal_to
from casebook.tables import Locked, Moment, Sealed

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = ("name", "contact", "safe-contact", "note", "risk", "referral", "follow-up", "watched-name", "image-label")
ACTS = (
    *("watch", "hash", "deep-match", "capture", "report-partner", "report-policy", "report-statutory"),
    *("report-regulator", "report-host", "report-de-index", "tell-police", "publish"),
)
CATEGORIES = ("ncii", "cse", "impersonation", "privacy", "harassment", "defamation", "threats", "copyright")

# The tables as they stand after this step, whatever later steps make of them.
MOMENT = Moment(timezone=True)
BOOK = sa.table("book", sa.column("journal_key"))
OFFICER = sa.table("officer", sa.column("id"))
CASE = sa.table("case", sa.column("id"), sa.column("note"), sa.column("opened_at", MOMENT))
TARGETS = {
    "officer_key": sa.table(
        "officer_key",
        *(sa.column(name) for name in ("officer_id", "recipient", "identity", "wrong_tries")),
        sa.column("protected", sa.Boolean()),
    ),
    "case_key": sa.table("case_key", sa.column("case_id"), sa.column("recipient")),
    "assignment": sa.table(
        "assignment", *(sa.column(name) for name in ("case_id", "officer_id", "key")), sa.column("since", MOMENT)
    ),
    "entry": sa.table(
        "entry", *(sa.column(name) for name in ("case_id", "kind", "words", "author")), sa.column("at", MOMENT)
    ),
    "consent": sa.table(
        "consent",
        *(sa.column(name) for name in ("case_id", "act", "author")),
        sa.column("given", sa.Boolean()),
        sa.column("at", MOMENT),
    ),
}


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=16)


def upgrade() -> None:
    """Go forward."""
    op.add_column("book", sa.Column("journal_key", Sealed(), nullable=True))
    op.add_column("book", sa.Column("signing_key", Sealed(), nullable=True))
    op.add_column("book", sa.Column("escrow", sa.String(80), nullable=True))
    op.add_column("officer", sa.Column("role", sa.String(16), nullable=False, server_default="officer"))
    op.add_column("officer", sa.Column("left_at", Moment(timezone=True), nullable=True))
    op.add_column("watched_link", sa.Column("minor", sa.Boolean(), nullable=False, server_default=sa.false()))
    _keys()
    _files()
    _second_person()
    _what_is_left()
    _move()
    op.drop_column("case", "note")


def _id() -> sa.Column[Any]:
    return sa.Column("id", ID, primary_key=True)


def _to(table: str, name: str, **how: Any) -> sa.Column[Any]:  # noqa: ANN401
    return sa.Column(name, ID, sa.ForeignKey(f"{table}.id"), nullable=False, **how)


def _at(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Moment(timezone=True), nullable=nullable)


def _keys() -> None:
    op.create_table(
        "officer_key",
        _to("officer", "officer_id", primary_key=True),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("identity", Locked(), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        _at("wait_until", nullable=True),
    )
    op.create_table(
        "case_key",
        _to("case", "case_id", primary_key=True),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("escrow", Locked(), nullable=True),
    )
    op.create_table(
        "assignment",
        _id(),
        _to("case", "case_id"),
        _to("officer", "officer_id"),
        sa.Column("key", Locked(), nullable=True),
        _at("since"),
        _at("until", nullable=True),
        _at("ended_at", nullable=True),
    )
    op.create_index("assignment_officer", "assignment", ["officer_id", "case_id"])
    op.create_index("assignment_case", "assignment", ["case_id"])


def _files() -> None:
    op.create_table(
        "entry",
        _id(),
        _to("case", "case_id"),
        sa.Column("kind", _words("entrykind", *KINDS), nullable=False),
        sa.Column("words", Locked(), nullable=False),
        _at("at"),
        sa.Column("author", sa.String(40), nullable=False),
        _at("due_at", nullable=True),
        _at("done_at", nullable=True),
    )
    op.create_index("entry_case", "entry", ["case_id", "kind"])
    op.create_table(
        "consent",
        _id(),
        _to("case", "case_id"),
        sa.Column("act", _words("act", *ACTS), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        _at("at"),
        sa.Column("author", sa.String(40), nullable=False),
        sa.Column("words", Locked(), nullable=True),
    )
    op.create_index("consent_case", "consent", ["case_id", "act"])


def _second_person() -> None:
    op.create_table(
        "request",
        _id(),
        sa.Column("kind", _words("requestkind", "break-glass", "erase"), nullable=False),
        _to("case", "case_id"),
        _to("officer", "asked_by"),
        _to("officer", "approver"),
        _at("asked_at"),
        sa.Column("reason", Locked(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=True),
        _at("approved_at", nullable=True),
        _at("refused_at", nullable=True),
        _at("done_at", nullable=True),
    )
    op.create_index("request_case", "request", ["case_id"])
    op.create_table(
        "notice",
        _id(),
        _to("officer", "officer_id"),
        sa.Column("words", Locked(), nullable=False),
        _at("at"),
        _at("seen_at", nullable=True),
    )
    op.create_index("notice_officer", "notice", ["officer_id", "seen_at"])


def _what_is_left() -> None:
    op.create_table(
        "receipt",
        sa.Column("ref", sa.String(16), primary_key=True),
        _at("erased_at"),
        sa.Column("asked_by", sa.String(40), nullable=False),
        sa.Column("approved_by", sa.String(40), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
    )
    op.create_table(
        "tally",
        _id(),
        sa.Column("platform", sa.String(40), nullable=True),
        sa.Column("category", _words("category", *CATEGORIES), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("takedowns", sa.Integer(), nullable=False),
        sa.Column("resurfacings", sa.Integer(), nullable=False),
    )
    op.create_index("tally_once", "tally", ["platform", "category"])


def _move() -> None:
    """Give everybody and every case a key, and seal old notes to their cases.

    Whoever worked here before keeps access to what they could read before, until a passphrase is set and cases are
    assigned anew.
    """
    vault = context.config.attributes["vault"]
    link = op.get_bind()
    link.execute(sa.update(BOOK).values(journal_key=vault.seal("book.journal_key", vault.chain_key().hex())))
    officers: dict[int, str] = {}
    for officer in link.execute(sa.select(OFFICER.c.id)).scalars().all():
        identity = Identity.make()
        sealed = vault.seal("officer_key.identity", identity.secret)
        key = {"recipient": identity.recipient, "identity": sealed, "protected": False, "wrong_tries": 0}
        link.execute(sa.insert(TARGETS["officer_key"]).values(officer_id=officer, **key))
        officers[officer] = identity.recipient
    for case, note, opened_at in link.execute(sa.select(CASE.c.id, CASE.c.note, CASE.c.opened_at)).all():
        text = None if note is None else vault.unseal("case.note", note)
        for table, row in _rows(opened_at, Identity.make(), text, officers):
            link.execute(sa.insert(TARGETS[table]).values(case_id=case, **row))


def _rows(
    at: datetime, identity: Identity, note: str | None, officers: dict[int, str]
) -> Iterator[tuple[str, dict[str, object]]]:
    yield "case_key", {"recipient": identity.recipient}
    for officer, recipient in officers.items():
        yield "assignment", {"officer_id": officer, "key": seal_to([recipient], identity.secret.encode()), "since": at}
    for act in ("watch", "hash"):
        yield "consent", {"act": act, "given": True, "at": at, "author": "upgrade"}
    if note is not None:
        words = seal_to([identity.recipient], json.dumps({"words": note}, ensure_ascii=False).encode())
        yield "entry", {"kind": "note", "words": words, "at": at, "author": "upgrade"}

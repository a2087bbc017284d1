"""reports, the links they name, what happened to them, their tickets and their clocks."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from casebook.tables import Digest, Locked, Moment, Sealed

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LANES = ("partner", "policy", "statutory", "regulator", "host", "de-index", "hotline", "data-request")
CATEGORIES = ("ncii", "cse", "impersonation", "privacy", "harassment", "defamation", "threats", "copyright")
STATES = ("drafted", "sent", "acknowledged", "info-requested", "answered", "withdrawn")
FOLLOWS = ("again", "appeal", "escalation", "successor")
KINDS = (
    *("drafted", "sent", "bounced", "acknowledged", "info-requested", "info-given"),
    *("acted", "refused", "withdrawn", "clock-started"),
)


def upgrade() -> None:
    """Go forward."""
    _reports()
    _what_happens_to_them()
    _clocks()


def _reports() -> None:
    op.create_table(
        "report",
        sa.Column("id", ID, primary_key=True),
        _to("case_id", "case"),
        sa.Column("platform", sa.String(40), nullable=True),
        sa.Column("channel", sa.String(80), nullable=False),
        sa.Column("lane", _words("lane", *LANES), nullable=False),
        sa.Column("basis", sa.String(80), nullable=False),
        sa.Column("needs", sa.String(80), nullable=False),
        sa.Column("category", _words("category", *CATEGORIES), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("state", _words("reportstate", *STATES), nullable=False),
        sa.Column("outcome", _words("outcome", "acted", "refused"), nullable=True),
        _at("drafted_at", nullable=False),
        _at("sent_at"),
        _at("first_reply_at"),
        _at("answered_at"),
        _to("predecessor_id", "report", nullable=True),
        sa.Column("follows", _words("follows", *FOLLOWS), nullable=True),
        sa.Column("message_id", Sealed(), nullable=True),
        sa.Column("message_digest", Digest(length=32), nullable=True),
        sa.Column("content", Locked(), nullable=False),
    )
    op.create_index("report_case", "report", ["case_id", "state"])
    op.create_index("report_message", "report", ["message_digest"])
    op.create_index("report_predecessor", "report", ["predecessor_id"])
    op.create_table(
        "report_link",
        sa.Column("id", ID, primary_key=True),
        _to("report_id", "report"),
        _to("link_id", "watched_link"),
    )
    op.create_index("report_link_once", "report_link", ["report_id", "link_id"], unique=True)
    op.create_index("report_link_link", "report_link", ["link_id"])


def _what_happens_to_them() -> None:
    op.create_table(
        "report_event",
        sa.Column("id", ID, primary_key=True),
        _to("report_id", "report"),
        sa.Column("kind", _words("reporteventkind", *KINDS), nullable=False),
        _at("at", nullable=False),
        _at("noted_at", nullable=False),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("author", sa.String(40), nullable=False),
        sa.Column("words", Locked(), nullable=True),
    )
    op.create_index("report_event_report", "report_event", ["report_id", "at"])
    op.create_table(
        "ticket",
        sa.Column("id", ID, primary_key=True),
        _to("report_id", "report"),
        sa.Column("number", Sealed(), nullable=False),
        sa.Column("number_digest", Digest(length=32), nullable=False),
        _at("given_at", nullable=False),
    )
    op.create_index("ticket_once", "ticket", ["report_id", "number_digest"], unique=True)
    op.create_index("ticket_number", "ticket", ["number_digest"])


def _clocks() -> None:
    op.create_table(
        "clock",
        sa.Column("id", ID, primary_key=True),
        _to("report_id", "report"),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("awaits", _words("awaits", "takedown", "answer", "ours"), nullable=False),
        _at("started_at", nullable=False),
        _at("due_at", nullable=False),
        *(_at(name) for name in ("suspended_at", "met_at", "missed_at", "ended_at")),
    )
    op.create_index("clock_report", "clock", ["report_id"])
    op.create_index("clock_due", "clock", ["due_at"])


def _at(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, Moment(timezone=True), nullable=nullable)


def _to(name: str, table: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, ID, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=16)

"""evidence: sealed captures, their keys and records, the days' roots, and what was exported."""

import sqlalchemy as sa
from alembic import op

from casebook.tables import Locked, Moment, Sealed

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = sa.Enum("page", "item", "none", name="recordkind", native_enum=False, length=16)
REASONS = sa.Enum(
    *("minor", "disk-full", "case-full", "too-large", "half-written", "differed", "failed"),
    name="notkept",
    native_enum=False,
    length=16,
)
WHY = sa.Enum("first-seen", "change", "report", "asked", "added", "visit", name="why", native_enum=False, length=16)


def upgrade() -> None:
    """Go forward."""
    op.add_column("book", sa.Column("captures_stopped_at", Moment(timezone=True), nullable=True))
    op.add_column("watched_link", sa.Column("capture_wanted", WHY, nullable=True))
    op.add_column("watched_link", sa.Column("captured", sa.String(16), nullable=True))
    _captures()
    _records()


def _captures() -> None:
    op.create_table(
        "capture",
        sa.Column("id", ID, primary_key=True),
        sa.Column("address_id", ID, sa.ForeignKey("address.id"), nullable=True),
        sa.Column("started_at", Moment(timezone=True), nullable=False),
        sa.Column("ended_at", Moment(timezone=True), nullable=False),
        sa.Column("body", Sealed(), nullable=True),
        sa.Column("refers_to", ID, sa.ForeignKey("capture.id"), nullable=True),
    )
    op.create_index("capture_address", "capture", ["address_id", "id"])
    op.create_index("capture_refers", "capture", ["refers_to"])
    op.create_index("capture_age", "capture", ["ended_at"])
    op.create_table(
        "capture_part",
        sa.Column("id", ID, primary_key=True),
        sa.Column("capture_id", ID, sa.ForeignKey("capture.id"), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("sha256", Sealed(), nullable=False),
        sa.Column("file", sa.String(40), nullable=False, unique=True),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("dropped_at", Moment(timezone=True), nullable=True),
    )
    op.create_index("capture_part_of", "capture_part", ["capture_id"])
    op.create_index("capture_part_dropped", "capture_part", ["dropped_at"])
    op.create_table(
        "capture_key",
        sa.Column("id", ID, primary_key=True),
        sa.Column("part_id", ID, sa.ForeignKey("capture_part.id"), nullable=False),
        sa.Column("case_id", ID, sa.ForeignKey("case.id"), nullable=False),
        sa.Column("key", Locked(), nullable=False),
    )
    op.create_index("capture_key_once", "capture_key", ["part_id", "case_id"], unique=True)
    op.create_index("capture_key_case", "capture_key", ["case_id"])


def _records() -> None:
    op.create_table(
        "capture_record",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("case.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("capture_id", ID, sa.ForeignKey("capture.id"), nullable=True),
        sa.Column("link_id", ID, sa.ForeignKey("watched_link.id"), nullable=True),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("kind", KINDS, nullable=False),
        sa.Column("reason", REASONS, nullable=True),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("record", Locked(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("token_from", sa.String(400), nullable=True),
        sa.Column("stamped_at", Moment(timezone=True), nullable=True),
        sa.Column("stamp_failed_at", Moment(timezone=True), nullable=True),
        sa.Column("stamp_failed", sa.String(200), nullable=True),
        sa.Column("stamp_told_at", Moment(timezone=True), nullable=True),
        sa.Column("day", sa.String(10), nullable=True),
        sa.Column("expired_at", Moment(timezone=True), nullable=True),
    )
    op.create_index("capture_record_once", "capture_record", ["case_id", "number"], unique=True)
    op.create_index("capture_record_day", "capture_record", ["day", "at"])
    for name, column in (("capture", "capture_id"), ("link", "link_id"), ("at", "at"), ("stamped", "stamped_at")):
        op.create_index(f"capture_record_{name}", "capture_record", [column])
    op.create_table(
        "evidence_day",
        sa.Column("id", ID, primary_key=True),
        sa.Column("day", sa.String(10), nullable=False, unique=True),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("journal_seq", ID, nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("token_from", sa.String(400), nullable=True),
        sa.Column("stamped_at", Moment(timezone=True), nullable=True),
        sa.Column("stamp_failed_at", Moment(timezone=True), nullable=True),
        sa.Column("stamp_failed", sa.String(200), nullable=True),
    )
    op.create_table(
        "evidence_export",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("case.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("officer", sa.String(40), nullable=False),
        sa.Column("to", Locked(), nullable=False),
        sa.Column("purpose", Locked(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("journal_seq", ID, nullable=False),
        sa.Column("redacted", sa.Boolean(), nullable=False),
        sa.Column("link_id", ID, sa.ForeignKey("watched_link.id"), nullable=True),
    )
    op.create_index("evidence_export_once", "evidence_export", ["case_id", "number"], unique=True)

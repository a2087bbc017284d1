"""answers that came by mail, and how far the mailbox was read."""

import sqlalchemy as sa
from alembic import op

from casebook.tables import Digest, Locked, Moment, Sealed

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = (
    *("drafted", "sent", "bounced", "acknowledged", "info-requested", "info-given"),
    *("acted", "refused", "withdrawn", "clock-started"),
)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "letter",
        sa.Column("id", ID, primary_key=True),
        sa.Column("report_id", ID, sa.ForeignKey("report.id"), nullable=False),
        sa.Column("arrived_at", Moment(timezone=True), nullable=False),
        sa.Column("found_by", sa.String(16), nullable=False),
        sa.Column("proposes", _kind(), nullable=True),
        sa.Column("doubts", sa.String(120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mark", Sealed(), nullable=False),
        sa.Column("mark_digest", Digest(length=32), nullable=False),
        sa.Column("raw", Locked(), nullable=True),
        sa.Column("settled_at", Moment(timezone=True), nullable=True),
        sa.Column("noted_as", _kind(), nullable=True),
    )
    op.create_index("letter_once", "letter", ["report_id", "mark_digest"], unique=True)
    op.create_table(
        "read_folder",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", Sealed(), nullable=False),
        sa.Column("validity", ID, nullable=False),
        sa.Column("last_uid", ID, nullable=False),
    )


def _kind() -> sa.Enum:
    return sa.Enum(*KINDS, name="reporteventkind", native_enum=False, length=16)

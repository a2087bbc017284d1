"""every try to send a report, so that none is sent twice."""

import sqlalchemy as sa
from alembic import op

from casebook.tables import Digest, Locked, Moment, Sealed

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FATES = sa.Enum("sent", "refused", "not-sent", "lost", name="fate", native_enum=False, length=16)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "dispatch",
        sa.Column("id", ID, primary_key=True),
        sa.Column("report_id", ID, sa.ForeignKey("report.id"), nullable=False),
        sa.Column("began_at", Moment(timezone=True), nullable=False),
        sa.Column("handed_over_at", Moment(timezone=True), nullable=True),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.Column("fate", FATES, nullable=True),
        sa.Column("message_id", Sealed(), nullable=False),
        sa.Column("message_digest", Digest(length=32), nullable=False),
        sa.Column("content", Locked(), nullable=True),
    )
    op.create_index("dispatch_report", "dispatch", ["report_id", "ended_at"])
    op.create_index("dispatch_message", "dispatch", ["message_digest"])

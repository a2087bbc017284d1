"""who hears of their cases by mail, and what was sent to them."""

import sqlalchemy as sa
from alembic import op

from casebook.tables import Moment, Sealed

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = sa.Enum("weekly", "daily", "urgent", name="digestkind", native_enum=False, length=16)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "reader",
        sa.Column("id", ID, primary_key=True),
        sa.Column("officer_id", ID, sa.ForeignKey("officer.id"), nullable=False, unique=True),
        sa.Column("address", Sealed(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("daily", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("since", Moment(timezone=True), nullable=False),
    )
    op.create_table(
        "mailing",
        sa.Column("id", ID, primary_key=True),
        sa.Column("officer_id", ID, sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("kind", KINDS, nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("since", Moment(timezone=True), nullable=False),
        sa.Column("until", Moment(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("try_at", Moment(timezone=True), nullable=False),
        sa.Column("handed_over_at", Moment(timezone=True), nullable=True),
        sa.Column("sent_at", Moment(timezone=True), nullable=True),
        sa.Column("refused_at", Moment(timezone=True), nullable=True),
    )
    op.create_index("mailing_once", "mailing", ["officer_id", "kind", "label"], unique=True)
    op.create_index("mailing_try", "mailing", ["try_at"])
    op.create_table(
        "told",
        sa.Column("id", ID, primary_key=True),
        sa.Column("mailing_id", ID, sa.ForeignKey("mailing.id"), nullable=False),
        sa.Column("officer_id", ID, sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
    )
    op.create_index("told_once", "told", ["officer_id", "what"], unique=True)
    op.create_index("told_mailing", "told", ["mailing_id"])
    op.create_index("event_kind", "event", ["kind", "at"])

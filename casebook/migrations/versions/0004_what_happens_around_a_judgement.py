"""controls told apart, outages of our own eyes, exits, hosts without a name, and links that come and go."""

import sqlalchemy as sa
from alembic import op

from casebook.tables import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
VERDICTS = ("live", "removed", "restricted", "blocked", "unreachable", "unclear")


def upgrade() -> None:
    """Go forward; nothing was ever written into the old table of controls."""
    op.drop_table("control_result")
    op.create_table(
        "control_result",
        sa.Column("id", ID, primary_key=True),
        sa.Column("platform", sa.String(40), nullable=False),
        sa.Column("control", sa.String(16), nullable=False),
        sa.Column("expected", _verdict(), nullable=False),
        sa.Column("verdict", _verdict(), nullable=True),
        sa.Column("at", Moment(timezone=True), nullable=False),
    )
    op.create_index("control_result_platform", "control_result", ["platform", "at"])
    op.create_table(
        "outage",
        sa.Column("id", ID, primary_key=True),
        sa.Column("platform", sa.String(40), nullable=False),
        sa.Column("began_at", Moment(timezone=True), nullable=False),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
    )
    op.create_index("outage_platform", "outage", ["platform", "ended_at"])
    op.add_column("check", sa.Column("vantage", sa.String(40), nullable=True))
    op.add_column("site", sa.Column("first_dns_failure_at", Moment(timezone=True), nullable=True))
    for name in ("last_back_at", "back_before_at", "flapping_at"):
        op.add_column("watched_link", sa.Column(name, Moment(timezone=True), nullable=True))


def _verdict() -> sa.Enum:
    return sa.Enum(*VERDICTS, name="verdict", native_enum=False, length=16)

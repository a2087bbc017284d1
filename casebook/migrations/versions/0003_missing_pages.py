"""what hosts answer for addresses that cannot exist."""

import sqlalchemy as sa
from alembic import op

from casebook.tables import Digest, Moment, Sealed

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "missing_page",
        sa.Column("id", ID, primary_key=True),
        sa.Column("site_digest", Digest(length=32), nullable=False),
        sa.Column("shape", Sealed(), nullable=False),
        sa.Column("shape_digest", Digest(length=32), nullable=False, unique=True),
        sa.Column("what", Sealed(), nullable=False),
        sa.Column("learned_at", Moment(timezone=True), nullable=False),
    )
    op.create_index("missing_page_site", "missing_page", ["site_digest"])

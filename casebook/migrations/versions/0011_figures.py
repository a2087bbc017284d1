"""what figures ask of half a million reports, beside what each of them says."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index(
        "report_figures",
        "report",
        ["sent_at", "platform", "channel", "lane", "category", "first_reply_at", "answered_at", "outcome", "state"],
        sqlite_where=sa.text("sent_at IS NOT NULL"),
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )

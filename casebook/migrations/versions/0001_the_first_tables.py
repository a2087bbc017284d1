"""the first tables."""

import sqlalchemy as sa
from alembic import op

import casebook.tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "address",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("url", casebook.tables.Sealed(), nullable=False),
        sa.Column("url_digest", casebook.tables.Digest(length=32), nullable=False),
        sa.Column("visit", casebook.tables.Sealed(), nullable=True),
        sa.Column("site_digest", casebook.tables.Digest(length=32), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=True),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("due_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.Column("lease", sa.String(length=40), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_checked_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.Column("read_whole_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.Column("baseline", casebook.tables.Sealed(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("url_digest"),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index("address_due", ["due_at"], unique=False)
        batch_op.create_index("address_lease", ["lease"], unique=False)
        batch_op.create_index("address_site", ["site_digest"], unique=False)

    op.create_table(
        "beat",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", casebook.tables.Moment(timezone=True), nullable=False),
        sa.Column("beat_at", casebook.tables.Moment(timezone=True), nullable=False),
        sa.Column("ended_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "book",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_check", casebook.tables.Digest(length=32), nullable=False),
        sa.Column("journal_length", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("journal_head", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "case",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("note", casebook.tables.Sealed(), nullable=True),
        sa.Column("opened_at", casebook.tables.Moment(timezone=True), nullable=False),
        sa.Column("closed_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ref"),
    )
    op.create_table(
        "control_result",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column(
            "expected",
            sa.Enum(
                "live",
                "removed",
                "restricted",
                "blocked",
                "unreachable",
                "unclear",
                name="verdict",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "verdict",
            sa.Enum(
                "live",
                "removed",
                "restricted",
                "blocked",
                "unreachable",
                "unclear",
                name="verdict",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("at", casebook.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("control_result", schema=None) as batch_op:
        batch_op.create_index("control_result_platform", ["platform", "at"], unique=False)

    op.create_table(
        "journal",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", casebook.tables.Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "officer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", casebook.tables.Sealed(), nullable=False),
        sa.Column("name_digest", casebook.tables.Digest(length=32), nullable=False),
        sa.Column("added_at", casebook.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name_digest"),
    )
    op.create_table(
        "site",
        sa.Column("digest", casebook.tables.Digest(length=32), nullable=False),
        sa.Column("not_before", casebook.tables.Moment(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", casebook.tables.Moment(timezone=True), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "live",
                "removed",
                "restricted",
                "blocked",
                "unreachable",
                "unclear",
                name="verdict",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("because", casebook.tables.Sealed(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("rendered", sa.Boolean(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["address.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("check", schema=None) as batch_op:
        batch_op.create_index("check_address", ["address_id", "at"], unique=False)

    op.create_table(
        "watched_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "ncii",
                "cse",
                "impersonation",
                "privacy",
                "harassment",
                "defamation",
                "threats",
                "copyright",
                name="category",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("added_at", casebook.tables.Moment(timezone=True), nullable=False),
        sa.Column("reported_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.Column("retired_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "unchecked",
                "live",
                "removed",
                "resurfaced",
                "restricted",
                "lost",
                name="state",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("since", casebook.tables.Moment(timezone=True), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "live",
                "removed",
                "restricted",
                "blocked",
                "unreachable",
                "unclear",
                name="verdict",
                native_enum=False,
                length=16,
            ),
            nullable=True,
        ),
        sa.Column("rule", sa.String(length=80), nullable=True),
        sa.Column("because", casebook.tables.Sealed(), nullable=True),
        sa.Column("last_told_at", casebook.tables.Moment(timezone=True), nullable=False),
        sa.Column("last_seen_live_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.Column("first_seen_gone_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.Column("gone_since", casebook.tables.Moment(timezone=True), nullable=True),
        sa.Column("taken_down_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.Column("live_again_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.Column("times_resurfaced", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["address.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("watched_link", schema=None) as batch_op:
        batch_op.create_index("watched_link_address", ["address_id"], unique=False)
        batch_op.create_index("watched_link_once", ["case_id", "address_id"], unique=True)

    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("check_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "seen-live",
                "taken-down",
                "resurfaced",
                "restricted",
                "lost",
                name="eventkind",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("at", casebook.tables.Moment(timezone=True), nullable=False),
        sa.Column("last_seen_live_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.Column("first_seen_gone_at", casebook.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["check_id"],
            ["check.id"],
        ),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["watched_link.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("event_link", ["link_id", "at"], unique=False)

    _append_only()


def _append_only() -> None:
    """Let the database itself refuse to change or delete what the journal holds."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER journal_no_{act.lower()} BEFORE {act} ON journal "
                "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON journal "
        "FOR EACH ROW EXECUTE FUNCTION journal_is_append_only()"
    )

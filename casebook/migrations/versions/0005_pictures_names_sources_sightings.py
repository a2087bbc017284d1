"""what sweeps look for, where they look, what they saw, and what a person has to decide."""

import sqlalchemy as sa
from alembic import op

from casebook.tables import Digest, Moment, Sealed

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    _looked_for()
    _sources()
    _seen()
    _sightings()


def _looked_for() -> None:
    op.create_table(
        "image",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("case.id"), nullable=False),
        sa.Column("kind", _words("mediakind", "picture", "film"), nullable=False),
        sa.Column("origin", _words("origin", "file", "hash", "list"), nullable=False),
        sa.Column("label_id", ID, sa.ForeignKey("entry.id"), nullable=True),
        sa.Column("print", Sealed(), nullable=False),
        sa.Column("print_digest", Digest(length=32), nullable=False),
        sa.Column("features", Sealed(), nullable=True),
        sa.Column("radius", sa.Integer(), nullable=True),
        *_moments("added_at"),
        *_moments("off_at", "quarantined_at", "looked_at", nullable=True),
    )
    op.create_index("image_once", "image", ["case_id", "print_digest"], unique=True)
    op.create_table(
        "watched_name",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("case.id"), nullable=False),
        sa.Column("kind", _words("namekind", "name", "handle", "label", "sign"), nullable=False),
        sa.Column("words", Sealed(), nullable=False),
        sa.Column("words_digest", Digest(length=32), nullable=False),
        *_moments("added_at", "until"),
    )
    op.create_index("watched_name_once", "watched_name", ["case_id", "words_digest"], unique=True)


def _sources() -> None:
    kinds = ("page", "feed", "search", "profile", "thread", "folder", "handle")
    op.create_table(
        "source",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("case.id"), nullable=False),
        sa.Column("kind", _words("sourcekind", *kinds), nullable=False),
        sa.Column("url", Sealed(), nullable=False),
        sa.Column("url_digest", Digest(length=32), nullable=False),
        sa.Column("obeys_robots", sa.Boolean(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("state", _words("sourcestate", "new", "swept", "failing", "ended"), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        *_moments("added_at"),
        *_moments("due_at", "last_swept_at", "ended_at", nullable=True),
        sa.Column("lease", sa.String(40), nullable=True),
        sa.Column("result", Sealed(), nullable=True),
        sa.Column("memory", Sealed(), nullable=True),
    )
    op.create_index("source_once", "source", ["case_id", "url_digest"], unique=True)
    op.create_index("source_due", "source", ["due_at"])
    op.create_index("source_lease", "source", ["lease"])


def _seen() -> None:
    op.create_table(
        "seen_media",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("case.id"), nullable=False),
        sa.Column("source_id", ID, sa.ForeignKey("source.id"), nullable=False),
        sa.Column("kind", _words("mediakind", "picture", "film"), nullable=False),
        sa.Column("page", Sealed(), nullable=False),
        sa.Column("media", Sealed(), nullable=False),
        sa.Column("media_digest", Digest(length=32), nullable=False),
        sa.Column("bytes_digest", Digest(length=32), nullable=True),
        sa.Column("what", Sealed(), nullable=False),
        sa.Column("print", Sealed(), nullable=True),
        sa.Column("features", Sealed(), nullable=True),
        *_moments("first_seen_at", "last_seen_at"),
    )
    op.create_index("seen_media_once", "seen_media", ["case_id", "media_digest"], unique=True)
    op.create_index("seen_media_bytes", "seen_media", ["case_id", "bytes_digest"])
    op.create_index("seen_media_age", "seen_media", ["last_seen_at"])


def _sightings() -> None:
    op.create_table(
        "sighting",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("case.id"), nullable=False),
        sa.Column("image_id", ID, sa.ForeignKey("image.id"), nullable=True),
        sa.Column("name_id", ID, sa.ForeignKey("watched_name.id"), nullable=True),
        sa.Column("link_id", ID, sa.ForeignKey("watched_link.id"), nullable=True),
        sa.Column("state", _words("sightingstate", "suspected", "confirmed", "dismissed"), nullable=False),
        sa.Column("tier", sa.String(24), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=True),
        sa.Column("inliers", sa.Integer(), nullable=True),
        sa.Column("turn", sa.String(40), nullable=True),
        sa.Column("region", sa.String(80), nullable=True),
        sa.Column("at_s", sa.Float(), nullable=True),
        sa.Column("known_at_s", sa.Float(), nullable=True),
        sa.Column("print", Sealed(), nullable=True),
        *_moments("found_at"),
        *_moments("decided_at", nullable=True),
        sa.Column("decided_by", sa.String(40), nullable=True),
    )
    op.create_index("sighting_case", "sighting", ["case_id", "state"])
    op.create_index("sighting_image", "sighting", ["image_id", "found_at"])
    op.create_table(
        "sighting_place",
        sa.Column("id", ID, primary_key=True),
        sa.Column("sighting_id", ID, sa.ForeignKey("sighting.id"), nullable=False),
        sa.Column("page", Sealed(), nullable=False),
        sa.Column("media", Sealed(), nullable=True),
        sa.Column("content", Sealed(), nullable=True),
        *_moments("met_at", "last_met_at"),
    )
    op.create_index("sighting_place_of", "sighting_place", ["sighting_id"])


def _moments(*names: str, nullable: bool = False) -> list[sa.Column[Moment]]:
    return [sa.Column(name, Moment(timezone=True), nullable=nullable) for name in names]


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=16)

"""Questions that a mentor has read, when a coordinator read what waits; and what older rows lack is due too."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SHE_SAID_YES = """
    EXISTS (SELECT 1 FROM consents c WHERE c.person_id = people.id AND c.purpose = 'take_part' AND c.given
        AND NOT EXISTS (SELECT 1 FROM consents l WHERE l.person_id = c.person_id AND l.purpose = c.purpose
            AND l.id > c.id))
"""
TWO_WEEKS = 14 * 24 * 3600 * 1_000_000  # in microseconds
# What is due since 1970 is so late that nothing comes of it but the next one, which the clock plans by her own rhythm.
LACKING = (
    # who agreed before there were check-ins is asked like everybody else
    f"INSERT INTO due (kind, about, person_id, at) SELECT 'check_in', 0, id, 0 FROM people WHERE {SHE_SAID_YES}"  # noqa: S608
    " AND NOT EXISTS (SELECT 1 FROM due d WHERE d.kind = 'check_in' AND d.about = 0 AND d.person_id = people.id)",
    "INSERT INTO due (kind, about, person_id, at) SELECT 'team_morning', 0, person_id, 0 FROM coordinators"
    " WHERE state = 'confirmed'",
    "INSERT INTO due (kind, about, person_id, at)"  # noqa: S608
    f" SELECT 'mentor_quiet', id, mentor_id, changed_at + {TWO_WEEKS} FROM pairs WHERE state IN ('trial', 'active')",
)


def upgrade() -> None:
    """Forward."""
    op.add_column("pairs", sa.Column("openers", sa.Integer(), server_default="0", nullable=False))
    op.add_column("coordinators", sa.Column("told_at", sa.BigInteger(), nullable=True))
    for one in LACKING:
        op.execute(sa.text(one))


def downgrade() -> None:
    """Back."""
    op.execute(
        sa.text("DELETE FROM due WHERE kind IN ('mentor_unanswered', 'mentor_quiet', 'team_morning', 'team_digest')")
    )
    with op.batch_alter_table("coordinators", schema=None) as batch_op:
        batch_op.drop_column("told_at")
    with op.batch_alter_table("pairs", schema=None) as batch_op:
        batch_op.drop_column("openers")

"""The sealed code beside its hash, so that a printed invitation outlives a change of keys."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("invites", sa.Column("sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("invites") as batch:
        batch.drop_column("sealed")

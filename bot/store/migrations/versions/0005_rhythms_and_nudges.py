"""Each woman's rhythm beside her, for the clock; nudges that are made when they are sent."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=32), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("about", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False)
        )

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rhythm", sa.String(length=120), server_default="", nullable=False))
        batch_op.add_column(sa.Column("nudged_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("unanswered", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("unanswered")
        batch_op.drop_column("nudged_at")
        batch_op.drop_column("rhythm")

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("about")
        batch_op.drop_column("kind")

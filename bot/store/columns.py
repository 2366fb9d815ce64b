"""What all tables are made of: their moments, ids and sealed columns, and the metadata that holds them together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """A moment as it is kept: microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def moment(kept: int) -> datetime:
    """A moment that is kept so, UTC."""
    return EPOCH + kept * MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime kept as microseconds since 1970: the same, sortable and exact on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Aware datetime to microseconds."""
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Microseconds to aware UTC datetime."""
        return None if value is None else moment(value)


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER keys by itself
Sealed = LargeBinary

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def hers(name: str = "person_id", **more: object) -> Column[int]:
    """The column that says whose row this is; it goes when she is erased."""
    return Column(name, Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, **more)  # type: ignore[arg-type]

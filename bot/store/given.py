"""Columns of numbers given to a statement as a table (JSON on SQLite, arrays on PostgreSQL), so that one statement does
for thousands of rows. Several times as fast as running it for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.door import Tx

NUMBER = sa.BigInteger()


class Given:
    """A statement over a table that is given when it is run. names: of its columns, all numbers; moments are given as
    they are kept (`bot.store.columns.micros`). make: builds the statement from the table."""

    def __init__(self, names: Sequence[str], make: Callable[[Any], Any]) -> None:
        self.names = names
        self.statements: dict[bool, sa.Executable] = {True: make(arrays(names)), False: make(document(names))}

    async def run(self, tx: Tx, *columns: Sequence[int], **more: object) -> sa.CursorResult[*tuple[Any, ...]]:
        """Run it with these columns (in the order of `names`, equally long) and the other values that it asks for."""
        if tx.postgres:
            values: dict[str, object] = {f"given_{name}": one for name, one in zip(self.names, columns, strict=True)}
        else:
            rows = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
            values = {"given": msgspec.json.encode(rows).decode()}
        return await tx.conn.execute(self.statements[tx.postgres], {**values, **more})


def arrays(names: Sequence[str]) -> Any:
    """The table as arrays, one for each column."""
    values = (sa.bindparam(f"given_{name}", type_=ARRAY(NUMBER)) for name in names)
    named = (sa.column(name, NUMBER) for name in names)
    return sa.func.unnest(*values).table_valued(*named, name="given").render_derived(name="given")


def document(names: Sequence[str]) -> Any:
    """The table as a JSON document: a list of rows, or of numbers where there is one column."""
    each = sa.func.json_each(sa.bindparam("given", type_=sa.Text())).table_valued("value", name="each")
    values = (
        sa.func.json_extract(each.c.value, f"$[{place}]", type_=NUMBER) if len(names) > 1 else each.c.value
        for place in range(len(names))
    )
    named = (sa.type_coerce(value, NUMBER).label(name) for name, value in zip(names, values, strict=True))
    return sa.select(*named).subquery("given")

"""What a client and a server of MySQL say to each other on one connection, as JSON in place of the binary protocol."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from k8snb.runtime.mysql.errors import SqlError
from k8snb.runtime.mysql.result import Result


class Question(NamedTuple):
    """A login and the statements to run. `definitions` asks for the CREATE TABLE of each table instead (mysqldump)."""

    user: str
    password: str
    database: str = ""
    sql: str = ""

    def encode(self) -> bytes:
        return json.dumps(self._asdict()).encode()

    @classmethod
    def decode(cls, body: bytes) -> Question:
        """ValueError if it is none."""
        fields: Mapping[str, Any] = json.loads(body)
        return cls(*(str(fields.get(name, "")) for name in cls._fields))


class Answer(NamedTuple):
    """What came of it: the results up to the first error, the server's version, the seconds that were slept."""

    results: tuple[Result, ...] = ()
    error: SqlError | None = None
    version: str = ""

    def encode(self) -> bytes:
        rows = [result._asdict() for result in self.results]
        return json.dumps({"results": rows, "error": self.error, "version": self.version}, default=_text).encode()

    @classmethod
    def decode(cls, body: bytes) -> Answer:
        data = json.loads(body)
        results = tuple(
            Result(
                tuple(row["columns"]), tuple(map(tuple, row["rows"])), row["affected"], row["changed"], row["vertical"]
            )
            for row in data["results"]
        )
        return cls(results, SqlError(*data["error"]) if data["error"] else None, data["version"])


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

"""How docker writes things down: tables, sizes, ages, names, times. Source: docker/go-units, docker/cli's formatter."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from k8snb.docker.errors import DockerError
from k8snb.sim.rng import Rng

_LEFT = (
    "admiring affectionate amazing bold brave busy clever cool dazzling eager elastic elated epic festive focused friendly "
    "gallant gifted happy hopeful jolly keen kind loving lucid magical mystifying nifty nostalgic optimistic peaceful pensive "
    "practical quirky relaxed serene sharp silly stoic sweet tender trusting upbeat vibrant vigilant wizardly youthful"
)
_RIGHT = (
    "archimedes bardeen bell bohr bose carson cerf curie darwin dijkstra einstein engelbart euclid faraday fermat feynman "
    "franklin galileo gauss goldberg hamilton hawking hertz hopper jackson jones kepler knuth lamarr lovelace maxwell "
    "meitner mendel newton noether pascal perlman ritchie shannon stallman tesla thompson torvalds turing wing yonath"
)


def container_name(rng: Rng, taken: set[str]) -> str:
    """A name such as `focused_turing` that nobody has."""
    for attempt in range(100):
        name = "_".join(words[rng.below(len(words), "docker")] for words in (_LEFT.split(), _RIGHT.split()))
        name += "" if attempt < 5 else str(attempt)
        if name not in taken:
            return name
    raise DockerError("could not generate a name")


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns three wider than their widest cell, and at least ten; the last one as long as it is."""
    lines = [tuple(headers), *(tuple(row) for row in rows)]
    widths = [max(10, 3 + max(len(line[index]) for line in lines)) for index in range(len(headers) - 1)]
    return "".join(
        "".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)) + line[-1] + "\n"
        for line in lines
    )


def size(count: float, digits: int = 3) -> str:
    """`664MB`: decimal units, so many digits."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{_go_g(count, digits)}{unit}"
        count /= 1000
    return f"{_go_g(count, digits)}TB"


def _go_g(value: float, digits: int) -> str:
    return f"{value:.{digits}g}" if value < 10**digits else f"{value:.0f}"


def age(seconds: float) -> str:
    """docker's words for a length of time: `About a minute`, `3 weeks`."""
    whole = int(max(seconds, 0.0))
    if whole < 1:
        return "Less than a second"
    if whole < 60:
        return "1 second" if whole == 1 else f"{whole} seconds"
    minutes = whole // 60
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    hours = int(seconds / 3600 + 0.5)
    if hours < 48:
        return "About an hour" if hours == 1 else f"{hours} hours"
    for limit, length, word in ((336, 24, "days"), (1440, 168, "weeks"), (17520, 720, "months")):
        if hours < limit:
            return f"{hours // length} {word}"
    return f"{hours // 8760} years"


def stamp(when: float) -> str:
    """RFC 3339 with nanoseconds, as inspect and logs print it."""
    if not when:
        return "0001-01-01T00:00:00Z"
    moment = datetime.fromtimestamp(when, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"


def calendar(when: float) -> str:
    """`2026-01-01 00:00:00 +0000 UTC`."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%d %H:%M:%S +0000 UTC")


def shorten(text: str, width: int) -> str:
    """At the most so many letters, the last one an ellipsis."""
    return text if len(text) <= width else text[: width - 1] + "…"


def listing(rows: Sequence[Mapping[str, str]], columns: Sequence[tuple[str, str]], form: str) -> str:
    """Rows as a table, as JSON lines or through a Go template. `columns` are (field, heading). DockerError."""
    if form in ("", "table"):
        return table([heading for _, heading in columns], [[row[field] for field, _ in columns] for row in rows])
    if form == "json":
        return "".join(json.dumps(dict(row), ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    source = form.removeprefix("table ").replace("\\t", "\t").replace("\\n", "\n")
    lines = [template(source, row) for row in rows]
    if not form.startswith("table "):
        return "".join(f"{line}\n" for line in lines)
    headings = dict(columns)
    head = template(source, {field: headings.get(field, field.upper()) for field in (rows[0] if rows else headings)})
    return table(head.split("\t"), [line.split("\t") for line in lines])


def template(source: str, data: Any) -> str:
    """A Go template over plain data, with docker's functions. DockerError if it is malformed."""
    from gotpl import ExecutionBudget, SandboxPolicy, Template, TemplateError

    functions: dict[str, Callable[..., object]] = {
        "json": lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")),
        "join": lambda values, glue: glue.join(values),
        "upper": lambda text: str(text).upper(),
        "lower": lambda text: str(text).lower(),
        "split": lambda text, glue: text.split(glue),
        "truncate": lambda text, count: text[:count],
    }
    try:
        made = Template(
            source,
            name="",
            functions=functions,
            missing_key="error",
            sandbox=SandboxPolicy(allow_functions=functions),
            budget=ExecutionBudget(max_output_chars=1_000_000, max_iterations=100_000),
        )
        return str(made.render(data))
    except TemplateError as error:
        raise DockerError(f"template parsing error: template: {error}") from None

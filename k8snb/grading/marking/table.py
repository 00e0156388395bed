"""Rows of marks as text, as CSV for a gradebook, and as JSON with every finding."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from k8snb.grading.marking.batch import Row


def text(rows: Sequence[Row]) -> str:
    """A line per notebook, with what is to be said of it below, and the sum."""
    width = max((len(Path(row.path).name) for row in rows), default=0)
    lines = []
    for row in rows:
        name = f"{Path(row.path).name:<{width}}"
        if row.failed:
            lines.append(f"{name}  not marked: {row.failed}")
            continue
        parts = "  ".join(f"{each.exercise} {each.marks:g}/{each.most:g}" for each in row.exercises)
        lines.append(f"{name}  {row.marks:g}/{row.most:g}  {parts}  {row.receipt[:12]}")
        lines += [f"{'':<{width}}  - {remark}" for remark in row.remarks]
    unmarked = sum(bool(row.failed) for row in rows)
    lines.append(f"{len(rows) - unmarked} marked, {unmarked} not")
    return "\n".join(lines) + "\n"


def as_csv(rows: Sequence[Row]) -> str:
    """One line per notebook; the columns of the exercises are those of all rows together."""
    exercises = sorted({each.exercise for row in rows for each in row.exercises})
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["notebook", "lesson", "marks", "of", *exercises, "hints", "remarks", "not marked", "receipt"])
    for row in rows:
        by_id = {each.exercise: each for each in row.exercises}
        marks = [f"{by_id[id].marks:g}" if id in by_id else "" for id in exercises]
        hints = sum(each.hints for each in row.exercises)
        cells = [row.path, row.lesson or "", f"{row.marks:g}", f"{row.most:g}", *marks, hints]
        writer.writerow([_plain(str(each)) for each in [*cells, "; ".join(row.remarks), row.failed, row.receipt]])
    return out.getvalue()


def as_json(rows: Sequence[Row]) -> str:
    """Everything, findings in both languages included."""
    found = [{**asdict(row), "marks": row.marks, "most": row.most} for row in rows]
    return json.dumps({"version": 1, "rows": found}, ensure_ascii=False, indent=1) + "\n"


def _plain(cell: str) -> str:
    """A spreadsheet takes text with these beginnings for a formula; file names come from strangers."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell

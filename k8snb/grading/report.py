"""What a learner reads after `%check`, `%hint` and `%lesson status`: plain text, and the same as HTML for the notebook.

Pure functions from reports to strings. Sentences come from the checks; the few words around them stand here, in every
language of the lessons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from k8snb.grading.check import Check, Finding, Outcome
from k8snb.grading.progress import Progress
from k8snb.grading.runner import Report
from k8snb.grading.text import Text

POINTS = Text("{earned} of {points} points", "{points} 分中得 {earned} 分")
SOLVED = Text("Solved.", "完成了！")
OPEN = Text("Not there yet. `%hint {id}` helps one step at a time.", "還差一點。`%hint {id}` 會一步一步提示你。")
TOTAL = Text("Together: {earned} of {points} points", "合計：{points} 分中得 {earned} 分")
HINT = Text("Hint {step} of {steps} for {id}", "{id} 的提示 {step}／{steps}")
NOT_TRIED = Text("not tried yet", "還沒試過")
HINTS_READ = Text("{hints} hints read", "看過 {hints} 個提示")

_BAR = 20
_STYLE = {
    "box": "border-left:4px solid {colour};padding:.3em .8em;margin:.4em 0;max-width:52em",
    "mark": "display:inline-block;width:1.4em;color:{colour};font-weight:bold",
    "points": "color:#777;float:right",
}
_GREEN, _RED, _BLUE = "#2e7d32", "#c62828", "#1565c0"


def text(report: Report, language: str) -> str:
    """The report as lines of text, ending in a newline."""
    parts = [_outcome_text(outcome, language) for outcome in report.outcomes]
    if len(report.outcomes) > 1:
        parts.append(TOTAL.format(earned=report.earned, points=report.points).in_language(language) + "\n")
    return "\n".join(parts)


def html(report: Report, language: str) -> str:
    """The same as an HTML fragment; everything that came from the cluster is escaped."""
    body = "".join(_outcome_html(outcome, language) for outcome in report.outcomes)
    if len(report.outcomes) > 1:
        total = TOTAL.format(earned=report.earned, points=report.points).in_language(language)
        body += f"<p><b>{escape(total)}</b></p>"
    return f'<div class="k8snb-report" lang="{language}">{body}</div>'


def hint_text(check: Check, step: int, hint: Text, language: str) -> str:
    """One step of the ladder as text."""
    head = HINT.format(id=check.id, step=step, steps=len(check.hints))
    return f"{head.in_language(language)}\n  {hint.in_language(language)}\n"


def hint_html(check: Check, step: int, hint: Text, language: str) -> str:
    """One step of the ladder as an HTML fragment."""
    head = HINT.format(id=check.id, step=step, steps=len(check.hints)).in_language(language)
    body = _code(hint.in_language(language))
    return f'<div lang="{language}" style="{_box(_BLUE)}"><b>{escape(head)}</b><br>{body}</div>'


def status_text(checks: Iterable[Check], progress: Progress, language: str) -> str:
    """A line per exercise with a bar of the points, and the sum."""
    checks = list(checks)
    lines = [_status_line(check, progress, language) for check in checks]
    best = sum(progress.of(check.id).best for check in checks)
    total = TOTAL.format(earned=best, points=sum(check.points for check in checks))
    return "\n".join([*lines, total.in_language(language)]) + "\n"


def _outcome_text(outcome: Outcome, language: str) -> str:
    check = outcome.check
    points = POINTS.format(earned=outcome.earned, points=check.points).in_language(language)
    lines = [f"{check.id}  {check.title.in_language(language)}: {points}"]
    for finding in outcome.findings:
        lines.append(f"  {_mark(finding)} {finding.text.in_language(language)} ({finding.earned}/{finding.points})")
    lines.append(f"  {_closing(outcome).in_language(language)}")
    return "\n".join(lines) + "\n"


def _outcome_html(outcome: Outcome, language: str) -> str:
    check = outcome.check
    points = POINTS.format(earned=outcome.earned, points=check.points).in_language(language)
    rows = "".join(_finding_html(finding, language) for finding in outcome.findings)
    return (
        f'<div style="{_box(_GREEN if outcome.passed else _RED)}">'
        f'<span style="{_STYLE["points"]}">{escape(points)}</span>'
        f"<b>{escape(check.id)}</b> {_code(check.title.in_language(language))}"
        f'<ul style="list-style:none;padding-left:0;margin:.3em 0">{rows}</ul>'
        f"{_code(_closing(outcome).in_language(language))}</div>"
    )


def _finding_html(finding: Finding, language: str) -> str:
    mark = _STYLE["mark"].format(colour=_GREEN if finding.held else _RED)
    return (
        f'<li><span style="{mark}">{_mark(finding)}</span>{_code(finding.text.in_language(language))} '
        f'<span style="color:#777">({finding.earned}/{finding.points})</span></li>'
    )


def _closing(outcome: Outcome) -> Text:
    if outcome.passed:
        return SOLVED
    return OPEN.format(id=outcome.check.id)


def _status_line(check: Check, progress: Progress, language: str) -> str:
    standing = progress.of(check.id)
    if not standing.attempts:
        notes = [NOT_TRIED.in_language(language)]
    else:
        notes = [f"{standing.best}/{check.points}"]
    if standing.hints:
        notes.append(HINTS_READ.format(hints=standing.hints).in_language(language))
    full = round(_BAR * standing.best / check.points)
    return f"{check.id} [{'█' * full}{'·' * (_BAR - full)}] {check.title.in_language(language)} ({', '.join(notes)})"


def _mark(finding: Finding) -> str:
    return "✓" if finding.held else "✗"


def _box(colour: str) -> str:
    return _STYLE["box"].format(colour=colour)


def _code(sentence: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(sentence))

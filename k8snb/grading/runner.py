"""Running the checks of a lesson on a cluster and counting points; the cluster stays exactly as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from k8snb.grading.check import Check, Outcome
from k8snb.grading.progress import Progress
from k8snb.grading.world import World

if TYPE_CHECKING:
    from k8snb.cluster import Cluster


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of some checks, in the lesson's order."""

    outcomes: tuple[Outcome, ...]

    @property
    def earned(self) -> int:
        return sum(outcome.earned for outcome in self.outcomes)

    @property
    def points(self) -> int:
        return sum(outcome.check.points for outcome in self.outcomes)

    @property
    def passed(self) -> bool:
        return all(outcome.passed for outcome in self.outcomes)


def run(
    cluster: Cluster,
    checks: Iterable[Check],
    answers: Mapping[str, object] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Judge a cluster. Each check gets a world of its own, so that no trial of one is seen by the next."""
    outcomes = tuple(check(World(cluster, answers)) for check in checks)
    if progress is not None:
        for outcome in outcomes:
            progress.record(outcome)
    return Report(outcomes)

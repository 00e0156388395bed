"""Solutions and near-misses of a lesson: functions that act on a cluster as a learner would, for the linter to replay.

A solution earns every point; a near-miss looks right, is named by what is wrong with it, and must not. Both start
from the lesson's clean cluster after the exercise's own setup cells. What they do is done through the cluster's
public interface.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8snb.cluster import Cluster
    from k8snb.kubectl.cli import Result

Act = Callable[["Cluster"], None]


def minikube(cluster: Cluster, line: str) -> Result:
    """One minikube command line, as `%minikube` runs it."""
    from k8snb.minikube.cli import run
    from k8snb.minikube.host import Host

    return run(Host(cluster, load_image=cluster.load_image, terminal=cluster.session), line)


def docker(cluster: Cluster, line: str, files: Mapping[str, str] | None = None, stdin: str | None = None) -> Result:
    """One docker command line, as `%docker` runs it; `files` are what `%%dockerfile` has kept."""
    from pathlib import Path

    from k8snb.docker.cli import run
    from k8snb.docker.host import Host

    return run(Host(cluster, Path(__file__).parent, files or {}), line, stdin)


@dataclass(frozen=True, slots=True)
class Solution:
    """One right way to do an exercise; the first one of an exercise is the one that learners are shown."""

    exercise: str
    act: Act

    @property
    def name(self) -> str:
        return self.act.__name__


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A wrong way that looks right; `why` it must not pass."""

    exercise: str
    why: str
    act: Act

    @property
    def name(self) -> str:
        return self.act.__name__


def solution(exercise: str) -> Callable[[Act], Solution]:
    """Mark a function as a solution of an exercise."""
    return lambda act: Solution(exercise, act)


def near_miss(exercise: str) -> Callable[[Act], NearMiss]:
    """Mark a function as a near-miss of an exercise; its docstring says why it must not pass."""
    return lambda act: NearMiss(exercise, (act.__doc__ or "").strip(), act)

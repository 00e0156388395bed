"""A check: what an exercise asks, as a plain callable over a `World` that yields findings with points.

A check is a generator: it looks at one thing after the other, gives points for each that holds and says, about the
cluster and in the learner's language, what held and what did not. It may stop early when the rest would make no
sense; what was not reached earns nothing. Everything a grader of another system needs is `check(world).earned` and
`check.points`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from k8snb.grading.text import Text
from k8snb.grading.world import World


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check looked at: the points it is worth, those earned, and the sentence for the learner."""

    points: int
    earned: int
    text: Text
    #: what the picture should point at, as kubectl names it (`pod/my-pod`); empty if nothing in particular
    about: str = ""

    @property
    def held(self) -> bool:
        return self.earned == self.points


Findings = Iterator[Finding]


def expect(points: int, held: object, yes: Text, no: Text, about: str = "") -> Finding:
    """All the points and `yes` if the thing holds (is truthy), none and `no` otherwise."""
    return Finding(points, points, yes, about) if held else Finding(points, 0, no, about)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found in one world."""

    check: Check
    findings: tuple[Finding, ...]

    @property
    def earned(self) -> int:
        return sum(finding.earned for finding in self.findings)

    @property
    def passed(self) -> bool:
        return self.earned == self.check.points


@dataclass(frozen=True, slots=True)
class Check:
    """An exercise's judge: identity, points, title, hint ladder and the function that looks."""

    id: str
    points: int
    title: Text
    #: the steps of help: a question, a pointer, almost the solution
    hints: tuple[Text, ...]
    judge: Callable[[World], Findings]

    def __call__(self, world: World) -> Outcome:
        """Look at the world. ValueError if the judge gives out more points than the exercise has."""
        outcome = Outcome(self, tuple(self.judge(world)))
        if sum(finding.points for finding in outcome.findings) > self.points:
            raise ValueError(f"{self.id} gives out more than its {self.points} points")
        return outcome

    @property
    def day(self) -> int:
        """The lesson's number, from the id: `D05-E1` is of day 5."""
        return int(self.id[1:3])


@dataclass(frozen=True, slots=True)
class Judge:
    """The looking part of a check, before the lesson's `exercises.yaml` has given it points, title and hints."""

    id: str
    look: Callable[[World], Findings]

    def check(self, points: int, title: Text, hints: tuple[Text, ...]) -> Check:
        """The whole check."""
        return Check(self.id, points, title, hints, self.look)


def exercise(id: str) -> Callable[[Callable[[World], Findings]], Judge]:
    """Mark a function as the judge of an exercise."""
    return lambda look: Judge(id, look)

"""What findings are worth: weights, partial credit, the price of hints, hidden checks. One small YAML file, all of it optional.

weights: {D05-E1: 2, D05-E3: 0}   an exercise's points are multiplied by this; 1 unless said
partial: true                     points for what held, or only for exercises that hold altogether
hints: {free: 1, cost: 0.1}       each further hint takes this share of the exercise's points
hidden: hidden.py                 a Python file with CHECKS, beside this one
lesson: 5                         the day; without it, the one that the notebook names
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from k8snb.grading.check import Check

_KNOWN = {"weights", "partial", "hints", "hidden", "lesson"}


class PolicyError(ValueError):
    """A policy or a file of hidden checks that cannot be used."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How an instructor counts."""

    weights: Mapping[str, float] = field(default_factory=dict)
    partial: bool = True
    free_hints: int = 3
    hint_cost: float = 0.0
    hidden: Path | None = None
    day: int = 0

    def worth(self, exercise: str, points: int) -> float:
        """The most marks that an exercise can bring."""
        return points * self.weights.get(exercise, 1.0)

    def marks(self, exercise: str, points: int, earned: int, hints: int = 0) -> float:
        """The marks for an exercise: what was earned, weighted, less what hints cost; two decimals."""
        if earned < points and not self.partial:
            return 0.0
        left = max(0.0, 1.0 - self.hint_cost * max(0, hints - self.free_hints))
        return round(earned * self.weights.get(exercise, 1.0) * left, 2)

    def facts(self) -> dict[str, Any]:
        """Everything that changes marks, for the receipt."""
        return {
            "weights": dict(sorted(self.weights.items())),
            "partial": self.partial,
            "hints": [self.free_hints, self.hint_cost],
            "hidden": hashlib.sha256(self.hidden.read_bytes()).hexdigest() if self.hidden else "",
        }


def load(path: Path | None, hidden: Path | None = None, day: int = 0) -> Policy:
    """Read a policy file; the other arguments stand above what it says. PolicyError."""
    said: Any = {}
    if path is not None:
        try:
            said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, yaml.YAMLError) as error:
            raise PolicyError(f"{path}: {error}") from None
    if not isinstance(said, dict) or said.keys() - _KNOWN:
        raise PolicyError(f"{path}: a policy has {', '.join(sorted(_KNOWN))} and nothing else")
    named = path.parent / str(said["hidden"]) if path is not None and said.get("hidden") else None
    hints = said.get("hints") or {}
    try:
        made = Policy(
            {str(name): float(weight) for name, weight in (said.get("weights") or {}).items()},
            bool(said.get("partial", True)),
            int(hints.get("free", 0 if hints else 3)),
            float(hints.get("cost", 0.0)),
            hidden or named,
            day or int(said.get("lesson", 0)),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise PolicyError(f"{path}: {error}") from None
    if made.hidden is not None and not made.hidden.is_file():
        raise PolicyError(f"{made.hidden}: no such file")
    return made


def hidden_checks(path: Path | None) -> tuple[Check, ...]:
    """The checks of an instructor's own file. PolicyError if it has none."""
    if path is None:
        return ()
    spec = importlib.util.spec_from_file_location("k8snb_hidden_checks", path)
    if spec is None or spec.loader is None:
        raise PolicyError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        checks = tuple(module.CHECKS)
    except Exception as error:
        raise PolicyError(f"{path}: {type(error).__name__}: {error}") from error
    if not all(isinstance(check, Check) for check in checks):
        raise PolicyError(f"{path}: CHECKS holds something that is not a Check")
    return checks

"""`k8snb lesson new DAY SLUG`: a lesson's folder with everything that a lesson has, to be filled in.

What is written is honest: it has the structure that `k8snb lesson check` asks for and says in every place what belongs there,
and the linter refuses it until it has been put there: the judge says that it judges nothing, no solution can pass it, and the
texts are not translated.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from k8snb.grading.lesson import all_lessons, root

_SLUG = re.compile(r"[a-z][a-z0-9_]*$")

_LESSON = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
k8snb:
  title:
    en: {title}
    zh-TW: {title}
  minutes: 30
  nodes: 1
---

# Day {day} · {title}

In about 30 minutes you will be able to

- (what the learner can do afterwards, one line each)

+++

## The story so far

(One paragraph: what happened yesterday, what is wanted today, and why that is hard.)

```{{code-cell}}
%load_ext k8snb
```

```{{code-cell}}
%view
```

## (The notion, in plain words)

(Explain it, then let the next cell move the picture.)

```{{code-cell}}
%kubectl get pods
```

## Break it on purpose

(What goes wrong, what it looks like, and what it tells.)

```{{code-cell}}
%kubectl --expect-error get pod nobody
```

> **2018 and now.** (What old notes say otherwise; leave the box out if nothing does.)

+++

## Exercises

We start again with an empty cluster, so that it is really your work.

```{{code-cell}}
%minikube delete
%minikube start
```

### {id} · (Its name) (10 points)

(What is asked for, and nothing about how.)

```{{code-cell}}
# {id}
```

```{{code-cell}}
%check {id}
```

## What you take home

| command | for |
| --- | --- |
| `kubectl get pods` | the list |

**On a real cluster.** (What to try there.)
"""

_EXERCISES = """\
# What is said about each exercise besides its findings (checks.py): points, title, and the three steps of help.
{id}:
  points: 10
  title:
    en: >-
      (its name)
    zh-TW: >-
      （題目名稱）
  hints:
  - en: >-
      (a question)
    zh-TW: >-
      （一個問題）
  - en: >-
      (a pointer)
    zh-TW: >-
      （一點方向）
  - en: >-
      (almost the solution)
    zh-TW: >-
      （幾乎就是答案）
"""

_CHECKS = '''\
"""Day {day}: what its exercises ask for."""

from __future__ import annotations

from k8snb.grading.check import Findings, exercise, expect
from k8snb.grading.text import Text
from k8snb.grading.world import World


@exercise("{id}")
def first(world: World) -> Findings:
    """What the cluster has to look like, in one sentence."""
    yield expect(
        10,
        world.obj("pod", "to-be-decided"),
        Text("(what holds, about the cluster)", "（成立的事）"),
        Text("This check judges nothing yet: write it.", "這個檢查還沒有寫。"),
    )


CHECKS = (first,)
'''

_SOLUTIONS = '''\
"""Day {day}: right ways to do the exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import solution

if TYPE_CHECKING:
    from k8snb import Cluster


@solution("{id}")
def the_way_of_the_lesson(c: Cluster) -> None:
    c.kubectl("get pods")  # what a learner would type, as many lines as it takes
    c.settle()


SOLUTIONS = (the_way_of_the_lesson,)
'''

_NEAR_MISSES = '''\
"""Day {day}: ways that look right and are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import near_miss

if TYPE_CHECKING:
    from k8snb import Cluster


@near_miss("{id}")
def nearly(c: Cluster) -> None:
    """(Why it must not pass, in one sentence.)"""
    c.kubectl("get pods")


NEAR_MISSES = (nearly,)
'''

FILES = {
    "lesson.md": _LESSON,
    "exercises.yaml": _EXERCISES,
    "checks.py": _CHECKS,
    "solutions.py": _SOLUTIONS,
    "near_misses.py": _NEAR_MISSES,
}


#: what stands in parentheses and is to be replaced; code and points are no such thing
_PLACEHOLDERS = tuple(
    dict.fromkeys(
        found for text in FILES.values() for found in re.findall(r"\([A-Za-z][^():]* [^():]*\)|（[^（）]*）", text)
    )
)


def unfilled(folder: Path) -> Iterator[str]:
    """What a new lesson's files still say, one sentence each."""
    for name in FILES:
        path = folder / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for placeholder in _PLACEHOLDERS:
            if placeholder in text:
                yield f"{name} still says {placeholder}"


def write(day: int, slug: str, folder: Path) -> Path:
    """Make the lesson's folder below `folder`. ValueError for a name that no lesson has; FileExistsError for a taken day."""
    if not 1 <= day <= 99 or not _SLUG.match(slug):
        raise ValueError("a lesson has a day from 1 to 99 and a name of small letters, digits and underscores")
    for lesson in all_lessons(folder):
        if lesson.day == day:
            raise FileExistsError(f"Day {day} is there already: {lesson.folder}")
    made = folder / f"day{day:02}_{slug}"
    (made / "manifests").mkdir(parents=True)
    facts = {"day": day, "id": f"D{day:02}-E1", "title": slug.replace("_", " ").capitalize()}
    for name, text in FILES.items():
        (made / name).write_text(text.format(**facts), encoding="utf-8")
    return made


def main(day: int, slug: str) -> int:
    """The command line; returns the exit code."""
    try:
        made = write(day, slug, root())
    except (ValueError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(
        f"{made}\n\n"
        "1. Fill in the files; what stands in parentheses is for you.\n"
        f"2. k8snb lesson po {day}       makes zh_TW.po; translate its messages\n"
        f"3. k8snb lesson build {day}    makes the notebooks\n"
        f"4. k8snb lesson check {day}    says what is still missing\n"
    )
    return 0

"""The linter finds what is wrong with a lesson: a small one, broken in every way."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
import yaml

from k8snb.grading import lint, translation
from k8snb.grading.lesson import Given, Lesson, find

SOURCE = """\
---
k8snb:
  title: {en: Names, zh-TW: 名字}
  minutes: 5
  nodes: 1
---

# Names

```{code-cell}
:tags: [setup, D31-E1]

%kubectl create configmap given
```

```{code-cell}
%check D31-E1
```
"""
CHECKS = """\
from k8snb.grading.check import exercise, expect
from k8snb.grading.text import Text

@exercise("D31-E1")
def named(world):
    yield expect(2, world.obj("configmap", "given"), Text("There.", "在。"), Text("Gone.", "不在。"))
    yield expect(3, world.obj("configmap", "mine"), Text("There.", "在。"), Text("Missing.", "沒有。"))

CHECKS = (named,)
"""
SOLUTIONS = """\
from k8snb.grading.play import solution

@solution("D31-E1")
def create(c):
    c.kubectl("create configmap mine")

SOLUTIONS = (create,)
"""
NEAR_MISSES = """\
from k8snb.grading.play import near_miss

@near_miss("D31-E1")
def wrong_name(c):
    "Almost the name."
    c.kubectl("create configmap mime")

NEAR_MISSES = (wrong_name,)
"""
EXERCISES = {
    "D31-E1": {
        "points": 5,
        "title": {"en": "A map", "zh-TW": "一張表"},
        "hints": [{"en": str(step), "zh-TW": str(step)} for step in range(3)],
    }
}
GLOSSARY = """\
- {en: cluster, zh-TW: 叢集, means: {en: x, zh-TW: 某}, avoid: {en: [minions], zh-TW: [集群]}}
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    folder = tmp_path / "day31_names"
    folder.mkdir()
    (tmp_path / "glossary.yaml").write_text(GLOSSARY, encoding="utf-8")
    for name, text in (
        ("lesson.md", SOURCE),
        ("checks.py", CHECKS),
        ("solutions.py", SOLUTIONS),
        ("near_misses.py", NEAR_MISSES),
        ("exercises.yaml", yaml.safe_dump(EXERCISES, allow_unicode=True)),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    translation.update(folder / "zh_TW.po", ["# Names"])
    edit(folder / "zh_TW.po", 'msgstr ""\n', 'msgstr "# 名字"\n', last=True)
    return Lesson(folder)


def edit(path: Path, old: str, new: str, last: bool = False) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(new.join(text.rsplit(old, 1)) if last else text.replace(old, new), encoding="utf-8")


def test_a_good_lesson_has_nothing_against_it(lesson: Lesson) -> None:
    assert list(lint.exercises(lesson)) == []
    assert list(lint.texts(lesson)) == []


def test_a_lesson_is_found_by_day_or_exercise(lesson: Lesson) -> None:
    root = lesson.folder.parent
    assert find("D31-E1", root)[1] == lesson.checks or find("D31-E1", root)[1][0].id == "D31-E1"
    for name in ("31", "D31", "d31"):
        assert [check.id for check in find(name, root)[1]] == ["D31-E1"]
    for name in ("D31-E9", "D30", "nonsense", ""):
        with pytest.raises(KeyError):
            find(name, root)


BROKEN = [
    ("solutions.py", "configmap mine", "configmap yours", "solution create earns 2 of 5: Missing."),
    ("near_misses.py", "configmap mime", "configmap mine", "near-miss wrong_name passes"),
    ("near_misses.py", '"Almost the name."', '""', "does not say why"),
    ("near_misses.py", "(wrong_name,)", "()", "D31-E1 has no near-miss"),
    ("solutions.py", "(create,)", "()", "D31-E1 has no solution"),
    ("solutions.py", "D31-E1", "D31-E2", "which the lesson does not have"),
    ("checks.py", '"configmap", "mine"', '"configmap", "given"', "D31-E1 passes untouched"),
    ("exercises.yaml", "points: 5", "points: 6", "earns 5 of 6"),
    ("exercises.yaml", "zh-TW: 一張表", "zh-TW: ''", "a text has no zh-TW"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), BROKEN)
def test_a_broken_exercise_is_found(lesson: Lesson, file: str, old: str, new: str, said: str) -> None:
    edit(lesson.folder / file, old, new)
    assert said in "\n".join(lint.exercises(lesson))


WORDS = [
    ("lesson.md", "# Names", "# Other names", "not translated: '# Other names'"),
    ("lesson.md", "# Names", "# Other names", "translation of a cell that is gone: '# Names'"),
    ("lesson.md", "%check D31-E1", "%check D31-E2", "D31-E1 has no %check cell"),
    ("lesson.md", "%check D31-E1", "%check D31-E2", "%check D31-E2 asks for an exercise that does not exist"),
    ("zh_TW.po", "# 名字", "# 集群", "says '集群', the glossary has '叢集'"),
    ("zh_TW.po", "# 名字", "# 镜像", "'镜' is not written in Taiwan"),
    ("zh_TW.po", "# 名字", "# 叢集", "first use of '叢集' does not give the English word"),
    ("lesson.md", "%check D31-E1", "%kubectl gett pods", "names `kubectl gett`, which does not exist"),
    ("exercises.yaml", "en: A map", "en: Three minions", "says 'minions', the glossary has 'cluster'"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), WORDS)
def test_a_wrong_word_is_found(lesson: Lesson, file: str, old: str, new: str, said: str) -> None:
    edit(lesson.folder / file, old, new)
    assert said in "\n".join(lint.texts(lesson))


def test_setup_is_kubectl_and_docker_and_nothing_else(lesson: Lesson) -> None:
    assert lesson.given("D31-E1") == [Given("kubectl", "create configmap given")]
    edit(lesson.folder / "lesson.md", "%kubectl create configmap given", "%%dockerfile app/Dockerfile\nFROM alpine")
    assert Lesson(lesson.folder).given("D31-E1") == [Given("dockerfile", "app/Dockerfile", "FROM alpine\n")]
    edit(lesson.folder / "lesson.md", "%%dockerfile app/Dockerfile\nFROM alpine", "%kubectl create configmap given")
    edit(lesson.folder / "lesson.md", "%kubectl create configmap given", "print(1)")
    with pytest.raises(ValueError, match=r"holds 'print\(1\)'"):
        Lesson(lesson.folder).given("D31-E1")


def test_notebooks_that_differ_from_their_source_are_found(lesson: Lesson) -> None:
    assert list(lint.shipped(lesson)) == ["31-names.ipynb is not built in en", "31-names.ipynb is not built in zh-TW"]
    path = lesson.notebook_path("en")
    path.parent.mkdir()
    path.write_text(
        textwrap.dedent('{"cells": [{"cell_type": "code", "source": ["%check D31-E1"]}]}'), encoding="utf-8"
    )
    assert "the code cells of 31-names.ipynb in en differ from the source" in list(lint.shipped(lesson))

"""`k8snb lesson new`: a folder that the linter refuses until it has been filled in, and then accepts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from k8snb import cli
from k8snb.grading import build, lint, scaffold, translation
from k8snb.grading.lesson import Lesson, root


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(root() / "glossary.yaml", tmp_path)
    monkeypatch.setenv("K8SNB_LESSONS", str(tmp_path))
    return tmp_path


def test_an_untouched_lesson_fails_in_every_respect(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lesson", "new", "31", "config_maps"]) == 0
    faults = "\n".join(lint.lint(Lesson(folder / "day31_config_maps")))
    for fault in ("still says (a question)", "not translated", "earns 0 of 10", "is not built in zh-TW"):
        assert fault in faults
    assert cli.main(["lesson", "check", "31"]) == 1
    assert "k8snb lesson po 31" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["0", "x"], ["100", "x"], ["31", "Config-Maps"], ["31", "../x"], ["31", ""]])
def test_names_that_no_lesson_has(folder: Path, words: list[str]) -> None:
    assert cli.main(["lesson", "new", *words]) == 1
    assert not list(folder.glob("day*"))


def test_a_day_is_not_taken_twice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lesson", "new", "31", "one"]) == 0
    assert cli.main(["lesson", "new", "31", "two"]) == 1
    assert "there already" in capsys.readouterr().err


def test_filled_in_it_passes(folder: Path) -> None:
    lesson = Lesson(scaffold.write(31, "names", folder))
    for name in scaffold.FILES:
        path = lesson.folder / name
        text = path.read_text(encoding="utf-8")
        for number, placeholder in enumerate(scaffold._PLACEHOLDERS):
            text = text.replace(placeholder, f"Filled {number}." if placeholder.isascii() else f"第 {number} 句。")
        text = text.replace("to-be-decided", "mine").replace("This check judges nothing yet: write it.", "No.")
        path.write_text(text.replace("這個檢查還沒有寫。", "沒有。"), encoding="utf-8")
    solutions = lesson.folder / "solutions.py"
    line = 'c.kubectl("run mine --image=nginx")'
    solutions.write_text(solutions.read_text(encoding="utf-8").replace('c.kubectl("get pods")', line), encoding="utf-8")
    assert cli.main(["lesson", "po", "31"]) == 0
    import polib

    file = polib.pofile(str(lesson.translations))
    for entry in file:
        entry.msgstr = f"譯文：{entry.msgid.splitlines()[0]}"
    file.save()
    assert translation.missing(lesson.translations, lesson.prose) == []
    done = Lesson(lesson.folder)
    build.write([done])
    assert lint.lint(done) == []

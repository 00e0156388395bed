"""A notebook without Jupyter: one IPython shell a module, whose cells are run and whose output is kept."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Ran:
    """What a cell left behind."""

    ok: bool
    out: str
    err: str
    value: Any

    @property
    def text(self) -> str:
        return self.out + self.err


class Notebook:
    """Cells, one after another."""

    def __init__(self) -> None:
        InteractiveShell.clear_instance()
        self.shell: Any = InteractiveShell.instance(history_manager=None, colors="nocolor")
        self.shell.displayhook.flush = lambda: None
        # one pair of streams for all cells, as a kernel has
        self.out, self.err = io.StringIO(), io.StringIO()
        assert self("%load_ext k8snb").ok

    @property
    def lab(self) -> Any:
        return self.shell._k8snb_lab

    def __call__(self, cell: str) -> Ran:
        for stream in (self.out, self.err):
            stream.seek(0)
            stream.truncate()
        with redirect_stdout(self.out), redirect_stderr(self.err):
            result = self.shell.run_cell(cell, store_history=False)
        out, err = (_COLOUR.sub("", stream.getvalue()) for stream in (self.out, self.err))
        return Ran(result.success, out, err, result.result)

    def good(self, cell: str) -> str:
        """Run a cell that has to succeed; what it printed."""
        ran = self(cell)
        assert ran.ok, ran.text
        return ran.out

    def bad(self, cell: str) -> str:
        """Run a cell that has to fail, without a traceback; what it said."""
        ran = self(cell)
        assert not ran.ok, ran.text
        assert "Traceback" not in ran.text
        assert "----" not in ran.text
        return ran.text

    def close(self) -> None:
        self.lab.stop()
        InteractiveShell.clear_instance()


@pytest.fixture(scope="module")
def pace() -> str:
    return "jump"


@pytest.fixture(scope="module")
def notebook(pace: str) -> Iterator[Notebook]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("K8SNB_PACE", pace)
        opened = Notebook()
        try:
            yield opened
        finally:
            opened.close()

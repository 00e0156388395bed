"""An IPython shell that shows nothing and keeps nothing: what notebooks are run in when nobody reads along."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


class Silence:
    """Stands in for stdout and stderr."""

    encoding = "utf-8"
    errors = "replace"

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        return

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        raise OSError("there is no terminal")


class _Publisher(DisplayPublisher):
    def publish(self, *_: Any, **__: Any) -> None:
        return

    def clear_output(self, wait: bool = False) -> None:
        return


class _Hook(DisplayHook):
    def compute_format_data(self, result: Any) -> Any:
        return {}, {}

    def write_output_prompt(self) -> None:
        return

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        return


class QuietShell(InteractiveShell):
    """Runs cells; a cell that fails is told by its result only."""

    def showtraceback(self, *_: object, **__: object) -> None:
        return

    def showsyntaxerror(self, *_: object, **__: object) -> None:
        return

    def ask_exit(self) -> None:
        return


def open_shell() -> Any:
    """The one shell of this process, with the lab's magics and without history, files or output."""
    from k8snb import load_ipython_extension

    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryAccessor.enabled = config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = QuietShell.instance(config=config, display_pub_class=_Publisher, displayhook_class=_Hook)
    sys.stdout = sys.stderr = Silence()
    load_ipython_extension(shell)
    return shell


def fresh_lab(shell: Any) -> Any:
    """A lab that nothing has been done in, in place of the shell's present one."""
    from k8snb import load_ipython_extension

    if hasattr(shell, "_k8snb_lab"):
        del shell._k8snb_lab
    load_ipython_extension(shell)
    return shell._k8snb_lab

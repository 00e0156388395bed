"""Running a notebook's cells in this process, without a kernel: what `make lessons` does for every day.

An IPython shell of our own takes the place of the kernel; whatever a cell prints or displays is kept in the order
in which it came, as nbformat outputs. One shell at a time per process, as IPython has it. `in_kernel` does the same
through nbclient in a real kernel, for the tests that must know that both agree.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode, from_dict


class CellError(RuntimeError):
    """A cell of a lesson raised; the message shows the cell and what it said."""


class _Stream:
    """Stands in for stdout or stderr: text goes to the end of the cell's outputs."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: list[dict[str, Any]]) -> None:
        self._name, self._outputs = name, outputs

    def write(self, text: str) -> int:
        last = self._outputs[-1] if self._outputs else None
        if last and last["output_type"] == "stream" and last["name"] == self._name:
            last["text"] += text
        elif text:
            self._outputs.append({"output_type": "stream", "name": self._name, "text": text})
        return len(text)

    def flush(self) -> None:
        return

    def isatty(self) -> bool:
        return False


class _Publisher(DisplayPublisher):
    """Keeps what `display` shows; an update changes the display of the same id, as a notebook does."""

    outputs: list[dict[str, Any]]
    by_id: dict[str, dict[str, Any]]

    def publish(
        self,
        data: Any,
        metadata: Any = None,
        source: Any = None,
        *,
        transient: Any = None,
        update: Any = False,
        **_: Any,
    ) -> None:
        display_id = (transient or {}).get("display_id", "")
        shown = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        if update and display_id in self.by_id:
            self.by_id[display_id].update(shown)
            return
        self.outputs.append(shown)
        if display_id:
            self.by_id[display_id] = shown

    def clear_output(self, wait: bool = False) -> None:
        self.outputs.clear()


class _Hook(DisplayHook):
    """Keeps a cell's value as an execute_result."""

    outputs: list[dict[str, Any]]
    count: int = 0

    def write_output_prompt(self) -> None:
        return

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        self.outputs.append(
            {
                "output_type": "execute_result",
                "data": format_dict,
                "metadata": md_dict or {},
                "execution_count": self.count,
            }
        )


class _Shell(InteractiveShell):
    """A shell that neither writes history nor a traceback anywhere."""

    def showtraceback(self, *_: object, **__: object) -> None:
        return  # the error comes back in the ExecutionResult


def in_process(notebook: NotebookNode, folder: Path, environment: Mapping[str, str]) -> None:
    """Run every code cell in `folder` and put its outputs into the notebook. CellError if one raises."""
    outputs: list[dict[str, Any]] = []
    with _shell(outputs, folder, environment) as shell:
        count = 0
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            count += 1
            outputs.clear()
            shell.display_pub.by_id = {}  # type: ignore[attr-defined]
            shell.displayhook.count = count  # type: ignore[attr-defined]
            result = shell.run_cell(cell.source, store_history=False)  # type: ignore[no-untyped-call]
            cell.execution_count = count
            cell.outputs = [from_dict(dict(output)) for output in outputs]  # type: ignore[no-untyped-call]
            error = result.error_before_exec or result.error_in_exec
            if error is not None and "raises-exception" not in cell.metadata.get("tags", ()):
                said = "".join(output.get("text", "") for output in outputs)
                raise CellError(f"{cell.source}\n--- said:\n{said}\n--- {type(error).__name__}: {error}") from error


def in_kernel(notebook: NotebookNode, folder: Path, environment: Mapping[str, str]) -> None:
    """The same in a real kernel. nbclient's CellExecutionError if a cell raises."""
    from nbclient import NotebookClient

    with _environment(environment):
        client = NotebookClient(
            notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
        )
        client.execute()


@contextmanager
def _shell(outputs: list[dict[str, Any]], folder: Path, environment: Mapping[str, str]) -> Iterator[InteractiveShell]:
    if InteractiveShell.initialized():
        raise RuntimeError("this process already has an IPython shell: build lessons from a plain Python process")
    saved, hook, here = (sys.stdout, sys.stderr), sys.displayhook, Path.cwd()
    shell = _Shell.instance(display_pub_class=_Publisher, displayhook_class=_Hook)
    shell.history_manager.enabled = False  # type: ignore[union-attr]
    shell.display_pub.outputs = shell.displayhook.outputs = outputs  # type: ignore[attr-defined]
    try:
        with _environment(environment):
            os.chdir(folder)
            sys.stdout, sys.stderr = _Stream("stdout", outputs), _Stream("stderr", outputs)
            yield shell
    finally:
        (sys.stdout, sys.stderr), sys.displayhook = saved, hook
        os.chdir(here)
        shell.atexit_operations()  # type: ignore[no-untyped-call]
        atexit.unregister(shell.atexit_operations)
        _Shell.clear_instance()


@contextmanager
def _environment(changes: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

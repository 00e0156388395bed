"""`make fidelity`: how many of the recorded transcripts are answered byte for byte, by area and by way, as docs/fidelity.md.

The transcripts were recorded from Kubernetes v1.36 and are no part of the repository: `K8SNB_TRANSCRIPTS` names their folder
(with `parity.py` and `cases/`), or they stand beside the project. Without them nothing is written. Three ways are tried:
`Cluster.kubectl` in process, our kubectl over HTTP, and the kubectl on PATH over HTTP; what an older one of those words
otherwise (`dialect.py`) does not count against the server. A case that fails over HTTP gets a second try, in a cluster of its
own: there real time passes.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from k8snb import Cluster
from k8snb.kubectl import cli, remote
from tests.golden import dialect
from tests.test_parity import DEVIATIONS

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "fidelity.md"
WAYS: Final = ("in process", "`k8snb kubectl` over HTTP", "kubectl {version} over HTTP")
#: how much faster than real time a served cluster runs, and how long one command may take, in seconds
_RATE, _PATIENCE = 20.0, 120
#: how many clusters are served side by side
_AT_ONCE = 6
Run = Callable[[list[str], str, str], tuple[int, str, str]]
Machine = Callable[[], Any]


def main() -> int:
    """Measure, and write the page."""
    recorded = Path(os.environ.get("K8SNB_TRANSCRIPTS") or ROOT.parent / "shared" / "parity")
    if not (recorded / "parity.py").is_file():
        sys.stdout.write(
            f"no recorded transcripts in {recorded}: set K8SNB_TRANSCRIPTS; docs/fidelity.md stays as it is\n"
        )
        return 0
    names = sorted(case.name for case in _runner(recorded).load_cases(recorded / "cases", sys.argv[1:]))
    failed = [_failures(recorded, names, way) for way in range(len(WAYS) if shutil.which("kubectl") else 2)]
    text = page(names, failed, _version() if len(failed) == len(WAYS) else "")
    if sys.argv[1:]:
        sys.stdout.write(text)
    else:
        PAGE.write_text(text, encoding="utf-8")
    return 0


# -- measuring ----------------------------------------------------------------------------------------------------------------


@cache
def _runner(recorded: Path) -> Any:
    spec = importlib.util.spec_from_file_location("parity", recorded / "parity.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["parity"] = module
    spec.loader.exec_module(module)
    return module


def _failures(recorded: Path, names: Sequence[str], way: int) -> set[str]:
    """The names of the cases that are answered otherwise. Over HTTP most of the time is waiting: several are tried at once."""
    asked = [name for name in names if way < 2 or name not in dialect.OLDER]
    with ProcessPoolExecutor(1 if way == 0 else _AT_ONCE) as pool:
        answered = pool.map(partial(_is_answered, recorded, way), asked)
        return {name for name, fine in zip(asked, answered, strict=True) if not fine} | (set(names) - set(asked))


def _is_answered(recorded: Path, way: int, name: str) -> bool:
    return any(_try(recorded, way, name) for _ in range(1 if way == 0 else 2))


def _try(recorded: Path, way: int, name: str) -> bool:
    runner = _runner(recorded)
    case = next(case for case in runner.load_cases(recorded / "cases", [name]) if case.name == name)
    with (_in_process, _over_http, _with_real_kubectl)[way]() as (cluster, run):
        result = runner.run_case(case.path, run, settle=lambda: cluster.settle(quiet=2, timeout=25))
    return bool(result.ok) or (way == 2 and _same_but_for_dialect(result))


def _same_but_for_dialect(result: Any) -> bool:
    for step in result.steps:
        sides = [dialect.common(lines) for lines in (step.step.expected, step.actual)]
        if step.step.unordered:
            sides = [sorted(lines) for lines in sides]
        if sides[0] != sides[1]:
            return False
    return True


@contextmanager
def _in_process() -> Iterator[tuple[Cluster, Run]]:
    cluster = Cluster(profile="hollow")

    def run(argv: list[str], stdin: str, cwd: str) -> tuple[int, str, str]:
        result = cluster.kubectl(argv, stdin=stdin, cwd=cwd)
        return result.exit_code, result.stdout, result.stderr

    yield cluster, run


@contextmanager
def _served() -> Iterator[tuple[Cluster, Path]]:
    cluster = Cluster(profile="hollow", pace="live", rate=_RATE)
    with tempfile.TemporaryDirectory() as home:
        config = Path(home, ".kube", "config")
        cluster.serve().write_kubeconfig(config)
        try:
            yield cluster, config
        finally:
            cluster.close()


@contextmanager
def _over_http() -> Iterator[tuple[Cluster, Run]]:
    with _served() as (cluster, config):

        def run(argv: list[str], stdin: str, cwd: str) -> tuple[int, str, str]:
            result = cli.run(["--kubeconfig", str(config), *argv], remote.session(Path(cwd)), stdin)
            return result.exit_code, result.stdout, result.stderr

        yield cluster, run


@contextmanager
def _with_real_kubectl() -> Iterator[tuple[Cluster, Run]]:
    with _served() as (cluster, config):
        home = str(config.parents[1])

        def run(argv: list[str], stdin: str, cwd: str) -> tuple[int, str, str]:
            environment = {**os.environ, "HOME": home, "KUBECONFIG": ""}
            done = subprocess.run(
                ["kubectl", *argv], input=stdin, cwd=cwd, env=environment, capture_output=True, text=True,
                timeout=_PATIENCE, check=False,
            )  # fmt: skip
            return done.returncode, done.stdout, dialect.without_klog(done.stderr)

        yield cluster, run


def _version() -> str:
    said = subprocess.run(["kubectl", "version", "--client"], capture_output=True, text=True, check=False).stdout
    return said.partition("Client Version: ")[2].partition("\n")[0].partition("-")[0]


# -- the page -----------------------------------------------------------------------------------------------------------------

_HEAD = """# Fidelity

Transcripts recorded from a real Kubernetes v1.36.2 (control plane, kubelets and kubectl) are replayed line by line and compared
to the byte, after names, addresses, ages and the like are blotted out on both sides. A case counts only if every line of it is
the same: standard output, standard error and exit code. `make fidelity` measures and writes this page.

| way | what answers |
| --- | --- |
| in process | `Cluster(profile="hollow").kubectl(...)` |
| `k8snb kubectl` over HTTP | the same kubectl as a client of the served cluster |
| kubectl over HTTP | the real kubectl as a client of the served cluster: it tells the server's part from kubectl's |
"""


def page(names: Sequence[str], failed: Sequence[set[str]], version: str) -> str:
    """docs/fidelity.md: the table, and every case that is answered otherwise."""
    ways = [way.format(version=version) for way in WAYS[: len(failed)]]
    rows = [f"| area | cases | {' | '.join(ways)} |", f"| --- | ---: |{' ---: |' * len(ways)}"]
    for area in sorted({name.partition("/")[0] for name in names}):
        rows.append(_row(area, [name for name in names if name.partition("/")[0] == area], failed))
    rows.append(_row("**all**", names, failed))
    notes = "\n".join(_deviations(names, failed, ways)) or "None."
    dialect_note = (
        f"\nkubectl {version} is older than the cluster: what it words otherwise than v1.36 (`tests/golden/dialect.py`) is not "
        "counted against it; cases that it cannot pass, or only by luck, are not tried with it, and stand below.\n"
        if len(failed) == len(WAYS)
        else "\nThere was no kubectl on the machine that measured: the third way is left out.\n"
    )
    return f"{_HEAD}{dialect_note}\n" + "\n".join(rows) + f"\n\n## Deviations\n\n{notes}\n"


def _row(area: str, names: Sequence[str], failed: Sequence[set[str]]) -> str:
    cells = " | ".join(str(sum(name not in wrong for name in names)) for wrong in failed)
    return f"| {area} | {len(names)} | {cells} |"


def _deviations(names: Sequence[str], failed: Sequence[set[str]], ways: Sequence[str]) -> Iterator[str]:
    concerned = [name for name in names if any(name in wrong for wrong in failed)]
    if concerned:
        yield "| case | where | why |\n| --- | --- | --- |"
    for name in concerned:
        where = [way for way, wrong in zip(ways, failed, strict=True) if name in wrong]
        told = "everywhere" if len(where) == len(ways) else ", ".join(where)
        older = where == [ways[-1]] and len(ways) == len(WAYS)
        why = DEVIATIONS.get(name) or (
            dialect.OLDER.get(name, "not looked into yet") if older else "not looked into yet"
        )
        yield f"| {name} | {told} | {why} |"


if __name__ == "__main__":
    sys.exit(main())

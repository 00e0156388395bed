"""The `k8snb` command: the lab without a notebook.

k8snb kubectl …     one kubectl command on a fresh embedded cluster, or on a real one with --kubeconfig
k8snb serve         an embedded cluster on https://127.0.0.1 for real tools
k8snb demo          Day 5's story in the terminal
k8snb bench         the numbers
k8snb lesson …      build, check and begin lessons
k8snb grade …       mark handed-in notebooks
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from k8snb.cluster import Cluster


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["kubectl"]:
        return _kubectl(words[1:])
    parser = argparse.ArgumentParser(prog="k8snb", description="A Kubernetes v1.36 learning lab.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("kubectl", help="run a kubectl command", add_help=False)
    demo = commands.add_parser("demo", help="Day 5's story in the terminal, and the picture as SVG")
    demo.add_argument("--svg", default="k8snb-demo.svg", help="where the picture goes (default: %(default)s)")
    bench = commands.add_parser("bench", help="measure what the project promises")
    bench.add_argument("--json", action="store_true", help="print JSON")
    bench.add_argument("--only", action="append", default=[], metavar="NAME", help="only these measurements")
    lesson = commands.add_parser("lesson", help="work on lessons")
    steps = lesson.add_subparsers(dest="step", required=True)
    check = steps.add_parser("check", help="lint lessons: exercises, solutions, near misses, translations")
    check.add_argument("days", nargs="*", help="only these days")
    build = steps.add_parser("build", help="build the notebooks")
    build.add_argument("days", nargs="*", help="only these days")
    build.add_argument("--check", action="store_true", help="report stale notebooks, change nothing")
    po = steps.add_parser("po", help="bring the translation files in line with the texts")
    po.add_argument("days", nargs="*", help="only these days")
    new = steps.add_parser("new", help="begin a lesson: a folder with everything that a lesson has, to be filled in")
    new.add_argument("day", type=int, help="its number, 1 to 99")
    new.add_argument("slug", help="its name in paths, such as config_maps")
    _add_grade(commands)
    _add_serve(commands)
    options = parser.parse_args(words)
    if options.command == "serve":
        from k8snb.serve import run_serve

        return run_serve(
            options.nodes,
            options.port,
            options.kubeconfig,
            options.seed,
            options.rate,
            options.profile,
            options.without,
            options.pace,
            options.kubernetes_version,
        )
    if options.command == "demo":
        from k8snb.demo import run_demo

        return run_demo(options.svg)
    if options.command == "bench":
        from k8snb.bench import run_bench

        return run_bench(as_json=options.json, only=options.only)
    if options.command == "grade":
        return _grade(options)
    if options.step == "new":
        from k8snb.grading import scaffold

        return scaffold.main(options.day, options.slug)
    if options.step == "check":
        from k8snb.grading import lint

        return lint.main(options.days)
    from k8snb.grading import build as notebooks

    if options.step == "po":
        return notebooks.main([*options.days, "--po"])
    return notebooks.main([*options.days, *(["--check"] if options.check else [])])


def _add_serve(commands: Any) -> None:
    serve = commands.add_parser("serve", help="serve an embedded cluster on https://127.0.0.1 to real tools")
    serve.add_argument("--nodes", type=int, default=1, help="how many nodes (default: %(default)s)")
    serve.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    serve.add_argument("--kubeconfig", type=Path, default=Path(".k8snb/kubeconfig"), help="where the kubeconfig goes")
    serve.add_argument("--seed", type=int, default=0, help="of names, UIDs and addresses (default: %(default)s)")
    serve.add_argument("--rate", type=float, default=1.0, help="virtual seconds per second (default: %(default)s)")
    serve.add_argument(
        "--pace",
        choices=("live", "jump"),
        default="live",
        help="live: time follows the clock; jump: what a request sets off happens at once (default: %(default)s)",
    )
    serve.add_argument(
        "--kubernetes-version",
        default="",
        metavar="VERSION",
        help="an older one (v1.8.0) also serves the versions of the API that are gone now (default: v1.36.2)",
    )
    serve.add_argument("--profile", choices=("minikube", "hollow"), default="minikube", help="the kind of nodes")
    serve.add_argument(
        "--without",
        type=lambda text: [word for word in text.split(",") if word],
        default=[],
        metavar="COMPONENT,…",
        help="components to leave switched off: scheduler, controller-manager, kubelet/NODE, kube-proxy/NODE",
    )


def _add_grade(commands: Any) -> None:
    grade = commands.add_parser(
        "grade", help="mark handed-in notebooks, each on a clean cluster in processes of its own"
    )
    grade.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="notebooks, or folders of notebooks")
    grade.add_argument("--csv", type=Path, metavar="FILE", help="write the marks for a gradebook")
    grade.add_argument("--json", type=Path, metavar="FILE", help="write everything, with what held and what did not")
    grade.add_argument("--jobs", type=int, default=0, metavar="N", help="how many at a time (default: one a core)")
    grade.add_argument("--timeout", type=float, default=60.0, metavar="S", help="CPU seconds a notebook (default: 60)")
    grade.add_argument("--policy", type=Path, metavar="FILE", help="weights, hints, hidden checks (YAML)")
    grade.add_argument("--hidden", type=Path, metavar="FILE", help="a Python file with further CHECKS")
    grade.add_argument("--lesson", type=int, default=0, metavar="DAY", help="the day (default: as each notebook says)")


def _grade(options: argparse.Namespace) -> int:
    """Mark notebooks: 0 if each has its marks, 1 if one has none, 2 if nothing could be begun."""
    from k8snb.grading.marking import batch, policy, table

    if not hasattr(os, "fork"):
        sys.stderr.write("error: k8snb grade needs an operating system that forks: Linux or macOS (on Windows, WSL)\n")
        return 2
    paths = batch.notebooks(options.paths)
    if not paths:
        sys.stderr.write("error: there is no notebook in these paths\n")
        return 2
    if options.timeout <= 0 or options.jobs < 0:
        sys.stderr.write("error: --timeout and --jobs are positive numbers\n")
        return 2
    try:
        chosen = policy.load(options.policy, options.hidden, options.lesson)
        rows = batch.mark(paths, chosen, jobs=options.jobs, timeout=options.timeout)
    except policy.PolicyError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    sys.stdout.write(table.text(rows))
    if options.csv:
        options.csv.write_text(table.as_csv(rows), encoding="utf-8")
    if options.json:
        options.json.write_text(table.as_json(rows), encoding="utf-8")
    return 1 if any(row.failed for row in rows) else 0


def _kubectl(words: list[str]) -> int:
    from k8snb.cluster import Cluster
    from k8snb.kubectl import cli, remote

    stdin = sys.stdin.read() if _reads(words) and sys.stdin is not None and not sys.stdin.isatty() else ""
    if _is_elsewhere(words):
        session = remote.session(Path.cwd())
        return cli.run(words, session, stdin, _to(sys.stdout), _to(sys.stderr)).exit_code
    cluster = Cluster()
    result = cli.run_kubectl(cluster, words, stdin=stdin, write=_to(sys.stdout), write_error=_to(sys.stderr))
    return _stay(cluster) if cluster.network.fabric.forwards else result.exit_code


def _stay(cluster: Cluster) -> int:
    """What a command has opened on this machine (`proxy`) stays open until Ctrl-C."""
    from k8snb.kubectl.command import LAB_MARK
    from k8snb.loopback import Loopback

    loopback = Loopback(cluster)
    problems = loopback.sync()
    sys.stderr.write("".join(f"error: {problem}\n" for problem in problems))
    if not problems:
        cluster.set_pace("live")
        sys.stderr.write(f"{LAB_MARK}press Ctrl-C to close it\n")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    loopback.close()
    cluster.close()
    return 1 if problems else 130


def _is_elsewhere(words: list[str]) -> bool:
    """Whether a command line names a kubeconfig: then it is for that cluster, not for one of its own."""
    own = words[: words.index("--")] if "--" in words else words
    return any(word == "--kubeconfig" or word.startswith("--kubeconfig=") for word in own)


def _reads(words: list[str]) -> bool:
    """Whether a command may want its standard input (`-f -`, `exec -i`)."""
    return any(
        word.endswith(("=-", "-f-")) or word in ("-", "--stdin") or (word[:1] == "-" != word[1:2] and "i" in word)
        for word in words
    )


def _to(stream: TextIO) -> Callable[[str], None]:
    def write(text: str) -> None:
        stream.write(text)
        stream.flush()

    return write


if __name__ == "__main__":
    sys.exit(main())

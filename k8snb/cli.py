"""The `k8snb` command: the lab without a notebook.

k8snb kubectl …     one kubectl command on a fresh embedded cluster, or on a real one with --kubeconfig
k8snb demo          Day 5's story in the terminal
k8snb bench         the numbers
k8snb lesson …      build and check lessons
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


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
    for name, text in (("check", "lint lessons"), ("build", "build the notebooks")):
        step = steps.add_parser(name, help=text)
        step.add_argument("path", nargs="?", default="lessons", help="the lessons' folder (default: %(default)s)")
    options = parser.parse_args(words)
    if options.command == "demo":
        from k8snb.demo import run_demo

        return run_demo(options.svg)
    if options.command == "bench":
        from k8snb.bench import run_bench

        return run_bench(as_json=options.json, only=options.only)
    from k8snb.grading import command

    return command.check(options.path) if options.step == "check" else command.build(options.path)


def _kubectl(words: list[str]) -> int:
    from k8snb.cluster import Cluster
    from k8snb.kubectl.cli import run_kubectl

    stdin = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
    result = run_kubectl(Cluster(), words, stdin=stdin, write=sys.stdout.write, write_error=sys.stderr.write)
    return result.exit_code


if __name__ == "__main__":
    sys.exit(main())

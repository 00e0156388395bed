# ruff: noqa: E501
"""Dockerfiles: what BuildKit makes of them, step by step, and what it says of those that are wrong."""

from __future__ import annotations

import pytest

from .desk import Desk

STAGES = """ARG BASE=alpine
FROM ${BASE}:3.20 AS builder
ARG WHAT=world
ENV A=1 B="two words"
WORKDIR /src
COPY . .
RUN echo "hello $WHAT $A $B" > out.txt && ls -a
FROM scratch AS unused
COPY --from=builder /src/nothing /x
FROM nginx
LABEL org.me="x y"
COPY --from=builder --chown=nobody --chmod=640 /src/out.txt /usr/share/nginx/html/index.html
HEALTHCHECK --interval=5s --retries=2 CMD test -f /usr/share/nginx/html/index.html
EXPOSE 80 8443/tcp
USER nobody
RUN <<EOF
whoami
echo multi
EOF
USER root
"""


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


def test_stages_arguments_and_dockerignore(desk: Desk) -> None:
    for name, text in (
        ("Dockerfile", STAGES),
        (".dockerignore", "*.log\nsecret\n!keep.log\n"),
        ("a.log", ""),
        ("keep.log", ""),
        ("secret", ""),
    ):
        desk.write(f"stages/{name}", text)
    built = desk("build -t stages --build-arg WHAT=you stages")
    assert built.exit_code == 0, built.stderr
    for line in (
        "[builder 4/4] RUN echo",
        "[stage-2 3/3] RUN <<EOF",
        " nobody\n",
        " multi\n",
        "keep.log\n",
        "naming to docker.io/library/stages:latest done",
    ):
        assert line in built.stderr
    assert "secret" not in built.stderr
    assert "a.log" not in built.stderr
    assert "unused" not in built.stderr  # nobody needs that stage
    assert desk.good("run --rm stages cat /usr/share/nginx/html/index.html") == "hello you 1 two words\n"
    assert desk.good("run --rm stages stat -c '%U %a' /usr/share/nginx/html/index.html") == "nobody 640\n"
    shown = desk.good("inspect -f '{{json .Config}}' stages")
    for part in (
        '"80/tcp":{}',
        '"8443/tcp":{}',
        '"org.me":"x y"',
        '"User":"root"',
        '"Interval":5000000000',
        '"Retries":2',
    ):
        assert part in shown
    desk.good("run -d --name healthy stages")
    assert "(health: starting)" in desk.good("ps")
    desk.cluster.advance(6)
    assert "(healthy)" in desk.good("ps")
    desk.good("exec healthy rm /usr/share/nginx/html/index.html")
    desk.cluster.advance(11)
    assert "(unhealthy)" in desk.good("ps")
    desk.good("rm -f healthy")


def test_the_cache(desk: Desk) -> None:
    desk.write("cached/Dockerfile", "FROM alpine\nWORKDIR /w\nCOPY one .\nRUN cat one > two\nCOPY three .\n")
    desk.write("cached/one", "1")
    desk.write("cached/three", "3")
    first = desk.good("build -q cached")
    again = desk("build cached")
    assert again.stderr.count("CACHED") == 5
    assert desk.good("build -q cached") == first  # the same image
    desk.write("cached/three", "4")
    changed = desk("build cached").stderr
    assert changed.count("CACHED") == 4
    desk.write("cached/one", "2")
    changed = desk("build cached").stderr
    assert changed.count("CACHED") == 2  # what follows a changed step is made again
    assert desk("build --no-cache cached").stderr.count("CACHED") == 1


def test_entrypoint_and_cmd(desk: Desk) -> None:
    desk.write("entry/Dockerfile", 'FROM alpine\nENTRYPOINT ["echo", "said:"]\nCMD ["nothing"]\n')
    desk.good("build -t entry entry")
    assert desk.good("run --rm entry") == "said: nothing\n"
    assert desk.good("run --rm entry a b") == "said: a b\n"
    assert desk.good("run --rm --entrypoint cat entry /etc/alpine-release") == "3.22.2\n"
    desk.write("shellform/Dockerfile", "FROM alpine\nENV X=5\nCMD echo $X $HOME\n")
    desk.good("build -t shellform shellform")
    assert desk.good("run --rm -e X=6 shellform") == "6 /root\n"


def test_onbuild_and_scratch(desk: Desk) -> None:
    desk.write("parent/Dockerfile", "FROM alpine\nONBUILD RUN echo triggered > /mark\n")
    desk.good("build -t parent parent")
    desk.write("child/Dockerfile", "FROM parent\nCMD cat /mark\n")
    desk.good("build -t child child")
    assert desk.good("run --rm child") == "triggered\n"
    desk.write("empty/Dockerfile", "FROM scratch\nCOPY x /x\n")
    desk.write("empty/x", "")
    desk.good("build -t empty empty")
    assert "no command specified" in desk.bad("run empty", 125)


def test_history_and_sizes(desk: Desk) -> None:
    desk.write("hist/Dockerfile", 'FROM alpine\nRUN echo 12345 > /f\nENV A=b\nCMD ["sh"]\n')
    desk.good("build -t hist hist")
    rows = desk.good("history --format '{{.CreatedBy}}|{{.Size}}' hist").splitlines()
    assert rows[:3] == ['CMD ["sh"]|0B', "ENV A=b|0B", "RUN /bin/sh -c echo 12345 > /f # buildkit|6B"]


HEAD = "ERROR: failed to build: failed to solve: "
WRONG = [
    ("FROM alpine\nRUNN echo hi\n", "dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)", 2),
    ("COPY . .\n", "dockerfile parse error on line 1: no build stage in current context", 1),
    ("FROM alpine\nCOPY x\n", "dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined", 2),
    ("FROM a b\n", "dockerfile parse error on line 1: FROM requires either one or three arguments", 1),
    ("FROM alpine\nCOPY --form=x a b\n", "dockerfile parse error on line 2: unknown flag: --form", 2),
    ("FROM alpine\nENV A=1 B\n", 'dockerfile parse error on line 2: Syntax error - can\'t find = in "B". Must be of the form: name=value', 2),
    ("FROM alpine\nEXPOSE http\n", "invalid containerPort: http", 2),
    ("FROM alpine\nRUN exit 3\n", 'process "/bin/sh -c exit 3" did not complete successfully: exit code: 3', 2),
    ("FROM alpine\nRUN npm install\n", 'process "/bin/sh -c npm install" did not complete successfully: exit code: 127', 2),
    ("FROM nodee:20\n", "nodee:20: failed to resolve source metadata for docker.io/library/nodee:20: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed", 1),
    ("FROM node:99\n", "node:99: failed to resolve source metadata for docker.io/library/node:99: docker.io/library/node:99: not found", 1),
    ("FROM alpine\nWORKDIR\n", "dockerfile parse error on line 2: WORKDIR requires exactly one argument", 2),
    ("FROM alpine\nHEALTHCHECK TRUE\n", 'dockerfile parse error on line 2: unknown type "TRUE" in HEALTHCHECK (try CMD)', 2),
    ("FROM alpine\nCOPY --from=nope /a /b\n", "nope: failed to resolve source metadata for docker.io/library/nope:latest: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed", 2),
    ("# nothing\n", "file with no instructions", 0),
]  # fmt: skip


@pytest.mark.parametrize(("source", "says", "line"), WRONG, ids=[row[1][:60] for row in WRONG])
def test_what_is_wrong_is_said_as_buildkit_says_it(desk: Desk, source: str, says: str, line: int) -> None:
    desk.write("wrong/Dockerfile", source)
    printed = desk.bad("build wrong")
    assert printed.endswith(f"{HEAD}{says}\n")
    if line:
        assert f"\nDockerfile:{line}\n" in printed
        assert f"   {line} | >>> {source.splitlines()[line - 1]}\n" in printed


def test_what_copy_does_not_find(desk: Desk) -> None:
    desk.write("wrong/Dockerfile", "FROM alpine\nWORKDIR /app\nCOPY nothere.txt .\nRUN ls\n")
    printed = desk.bad("build wrong")
    assert "------\n > [3/4] COPY nothere.txt .:\n------\nDockerfile:3\n--------------------\n" in printed
    assert printed.rstrip().endswith(': "/nothere.txt": not found')


def test_warnings(desk: Desk) -> None:
    desk.write("warned/Dockerfile", "FROM alpine as Base\nENV A 1\nENV DB_PASSWORD=x\nWORKDIR app\nCMD a\nCMD b\n")
    printed = desk("build warned").stderr
    assert " 8 warnings found (use docker --debug to expand):\n" in printed
    for name in (
        "FromAsCasing",
        "StageNameCasing",
        "LegacyKeyValueFormat",
        "SecretsUsedInArgOrEnv",
        "WorkdirRelativePath",
        "MultipleInstructionsDisallowed",
        "JSONArgsRecommended",
    ):
        assert f" - {name}: " in printed


def test_a_server_in_run_does_not_hang_the_build(desk: Desk) -> None:
    desk.write("hangs/Dockerfile", "FROM nginx\nRUN nginx -g 'daemon off;'\n")
    assert "this command never ends" in desk.bad("build hangs")


def test_folders_that_are_not_there(desk: Desk) -> None:
    assert desk.bad("build nowhere") == 'ERROR: failed to build: unable to prepare context: path "nowhere" not found\n'
    desk.write("bare/index.js", "")
    assert "failed to read dockerfile: open Dockerfile: no such file or directory\n" in desk.bad("build bare")
    assert desk.bad("build") == (
        "ERROR: docker: 'docker buildx build' requires 1 argument\n\nUsage:  docker buildx build [OPTIONS] PATH | URL | -\n\n"
        "Run 'docker buildx build --help' for more information\n"
    )


def test_real_folders_are_read(desk: Desk, tmp_path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text("FROM alpine\nCOPY hello /\nCMD cat /hello\n")
    (tmp_path / "app" / "hello").write_text("from the disk\n")
    desk.cwd = tmp_path
    desk.good("build -t disk app")
    assert desk.good("run --rm disk") == "from the disk\n"
    assert desk.good("build -q -f app/Dockerfile app").startswith("sha256:")

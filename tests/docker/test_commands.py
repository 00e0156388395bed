# ruff: noqa: E501
"""docker's other commands, and a table of what beginners type: what is said, and with which exit code."""

from __future__ import annotations

import re

import pytest

from k8snb.cluster import Cluster

from .desk import Desk


@pytest.fixture(scope="module")
def desk() -> Desk:
    found = Desk()
    for image in ("alpine", "nginx"):
        found.good(f"pull {image}")
    found.good("run -d --name web -p 8080:80 nginx")
    found.good("run --name done alpine true")
    return found


def started(command: str, *lines: str) -> str:
    """What `docker run` and its like print of something that went wrong."""
    return "docker: " + "\n".join(lines) + f"\n\nRun 'docker {command} --help' for more information\n"


DAEMON = "Error response from daemon: "
RUNC = (
    f"{DAEMON}failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process: error during container init: exec: "
)
MISTAKES = [
    ("foo", 1, "docker: unknown command: docker foo\n\nRun 'docker --help' for more information\n"),
    ("image foo", 1, "docker: unknown command: docker image foo\n\nUsage:  docker image COMMAND\n\nRun 'docker image --help' for more information\n"),
    ("--foo ps", 125, "unknown flag: --foo\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information\n"),
    ("ps --foo", 125, "unknown flag: --foo\n\nUsage:  docker ps [OPTIONS]\n\nRun 'docker ps --help' for more information\n"),
    ("ps -z", 125, "unknown shorthand flag: 'z' in -z\n\nUsage:  docker ps [OPTIONS]\n\nRun 'docker ps --help' for more information\n"),
    ("ps web", 1, "docker: 'docker ps' accepts no arguments\n\nUsage:  docker ps [OPTIONS]\n\nRun 'docker ps --help' for more information\n"),
    ("run", 1, "docker: 'docker run' requires at least 1 argument\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nSee 'docker run --help' for more information\n"),
    ("rm", 1, "docker: 'docker rm' requires at least 1 argument\n\nUsage:  docker rm [OPTIONS] CONTAINER [CONTAINER...]\n\nSee 'docker rm --help' for more information\n"),
    ("tag alpine", 1, "docker: 'docker tag' requires 2 arguments\n\nUsage:  docker tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]\n\nRun 'docker tag --help' for more information\n"),
    ("pull", 1, "docker: 'docker pull' requires 1 argument\n\nUsage:  docker pull [OPTIONS] NAME[:TAG|@DIGEST]\n\nRun 'docker pull --help' for more information\n"),
    ("exec web", 1, "docker: 'docker exec' requires at least 2 arguments\n\nUsage:  docker exec [OPTIONS] CONTAINER COMMAND [ARG...]\n\nSee 'docker exec --help' for more information\n"),
    ("run nope", 125, "Unable to find image 'nope:latest' locally\n" + started("run", f"{DAEMON}pull access denied for nope, repository does not exist or may require 'docker login': denied: requested access to the resource is denied")),
    ("run nginx:nope", 125, "Unable to find image 'nginx:nope' locally\n" + started("run", f"{DAEMON}manifest for nginx:nope not found: manifest unknown: manifest unknown")),
    ("run Nginx", 125, started("run", f"{DAEMON}invalid reference format: repository name must be lowercase")),
    ("run --pull never nope", 125, started("run", f"{DAEMON}No such image: nope:latest")),
    ("run --name web nginx", 125, None),
    ("run --name ! nginx", 125, started("run", f"{DAEMON}Invalid container name (!), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")),
    ("run -p 99999:80 nginx", 125, started("run", "invalid hostPort: 99999")),
    ("run -p 80:x nginx", 125, started("run", "invalid containerPort: x")),
    ("run --restart never nginx", 125, started("run", f"{DAEMON}invalid restart policy: unknown policy 'never'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'")),
    ("run --rm --restart always nginx", 125, started("run", "conflicting options: cannot specify both --restart and --rm")),
    ("run --network nope nginx", 125, started("run", f"{DAEMON}network nope not found")),
    ("run -m 1m nginx", 125, started("run", f"{DAEMON}Minimum memory limit allowed is 6MB")),
    ("run -u nobody7 nginx", 125, started("run", f"{DAEMON}unable to find user nobody7: no matching entries in passwd file")),
    ("run alpine nope", 127, started("run", f'{RUNC}"nope": executable file not found in $PATH')),
    ("run alpine /nope", 127, started("run", f'{RUNC}"/nope": stat /nope: no such file or directory')),
    ("run alpine /etc/passwd", 126, started("run", f'{RUNC}"/etc/passwd": permission denied')),
    ("run alpine sh -c 'exit 9'", 9, ""),
    ("exec nope ls", 1, f"{DAEMON}No such container: nope\n"),
    ("exec done ls", 1, None),
    ("exec web nope", 127, 'OCI runtime exec failed: exec failed: unable to start container process: exec: "nope": executable file not found in $PATH\n'),
    ("logs nope", 1, f"{DAEMON}No such container: nope\n"),
    ("stop nope", 1, f"{DAEMON}No such container: nope\n"),
    ("rm web", 1, f'{DAEMON}cannot remove container "web": container is running: stop the container before removing or force remove\n'),
    ("rmi nope", 1, f"{DAEMON}No such image: nope:latest\n"),
    ("rmi alpine", 1, None),
    ("inspect nope", 1, "error: no such object: nope\n"),
    ("history nope", 1, f"{DAEMON}No such image: nope:latest\n"),
    ("tag nope x", 1, f"{DAEMON}No such image: nope:latest\n"),
    ("tag alpine me/X", 1, 'Error parsing reference: "me/X" is not a valid repository/tag: invalid reference format: repository name must be lowercase\n'),
    ("push nope", 1, "An image does not exist locally with the tag: nope\n"),
    ("pull nope.example/x", 1, f'{DAEMON}Get "https://nope.example/v2/": dial tcp: lookup nope.example: no such host\n'),
    ("network rm bridge", 1, f"{DAEMON}bridge is a pre-defined network and cannot be removed\n"),
    ("network rm nope", 1, f"{DAEMON}network nope not found\n"),
    ("volume rm nope", 1, f"{DAEMON}get nope: no such volume\n"),
    ("start nope", 1, f"{DAEMON}No such container: nope\nfailed to start containers: nope\n"),
    ("kill done", 1, None),
    ("port web 81", 1, "no public port '81/tcp' published for web\n"),
    ("swarm init", 1, "# k8snb: there is no Swarm here: this lab is about Kubernetes\n"),
    ("compose up -d", 1, "# k8snb: compose files are not simulated: start the containers with docker run, on a network of their own\n"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "says"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_mistakes(desk: Desk, line: str, code: int, says: str | None) -> None:
    result = desk(line)
    assert result.exit_code == code
    if says is not None:
        assert result.stderr == says
    else:
        assert DAEMON in result.stderr


def test_what_is_in_the_way(desk: Desk) -> None:
    taken = desk.bad("run --name web nginx", 125)
    assert 'Conflict. The container name "/web" is already in use by container "' in taken
    busy = desk.bad("run --name second -p 8080:80 nginx", 125)
    assert "driver failed programming external connectivity on endpoint second (" in busy
    assert "): Bind for 0.0.0.0:8080 failed: port is already allocated\n" in busy
    assert "Created" in desk.good("ps -a --filter name=second")
    desk.good("rm second")
    stopped = desk.bad("rmi alpine")
    assert "(must be forced) - container " in stopped
    assert "is using its referenced image" in stopped
    assert "is not running" in desk.bad("exec done ls")


def test_life_of_a_container(desk: Desk) -> None:
    desk.good(
        "run -d --name life alpine sh -c 'trap \"echo bye; exit 0\" TERM; while true; do echo tick; sleep 1; done'"
    )
    desk.cluster.advance(2.5)
    assert desk.good("logs life") == "tick\n" * 3
    assert re.fullmatch(r"2026-01-01T00:00:\d\d\.\d{9}Z tick\n", desk.good("logs --tail 1 -t life"))
    assert "Up 2 seconds" in desk.good("ps")
    desk.good("pause life")
    desk.cluster.advance(5)
    assert "(Paused)" in desk.good("ps --filter name=life")
    desk.good("unpause life")
    assert desk.good("stop life") == "life\n"
    assert desk.good("logs life").endswith("bye\n")
    assert "Exited (0)" in desk.good("ps -a --filter name=life")
    desk.good("start life")
    desk.good("kill life")
    assert "Exited (137)" in desk.good("ps -a --filter name=life")
    desk.good("restart life")
    desk.good("rename life lives")
    assert desk.good("ps -q --filter name=lives").strip() == desk.good("inspect -f '{{slice .Id 0 12}}' lives").strip()
    assert desk.good("exec -w /etc -e X=5 -u nobody lives sh -c 'pwd; echo $X; whoami'") == "/etc\n5\nnobody\n"
    assert desk.good("top lives").splitlines()[0].split() == ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
    desk.good("rm -f lives")


def test_restart_policies(desk: Desk) -> None:
    desk.good("run -d --name twice --restart on-failure:2 alpine sh -c 'echo x; exit 3'")
    desk.good("run -d --name always --restart always alpine sh -c 'echo x; exit 0'")
    desk.cluster.advance(5)
    assert desk.good("logs twice") == "x\n" * 3
    assert desk.good("inspect -f '{{.RestartCount}} {{.State.Status}}' twice") == "2 exited\n"
    assert "Restarting (0)" in desk.good("ps --filter name=always")
    desk.good("stop always")
    desk.cluster.advance(60)
    assert "Exited (0)" in desk.good("ps -a --filter name=always")
    desk.good("rm always twice")


def test_volumes_and_networks(desk: Desk) -> None:
    for count in (1, 2):
        assert desk.good("run --rm -v data:/data alpine sh -c 'echo x >> /data/f; wc -l < /data/f'").strip() == str(
            count
        )
    assert desk.good("volume ls -q") == "data\n"
    desk.write("site/index.html", "mine\n")
    desk.good("run -d --name site -p 8090:80 -v ./site:/usr/share/nginx/html:ro nginx")
    assert desk.curl("http://localhost:8090") == "mine\n"
    assert desk("exec site sh -c 'echo x > /usr/share/nginx/html/x'").exit_code != 0
    desk.good("rm -f site")
    desk.good("create --name holds -v data:/d alpine")
    assert "volume is in use" in desk.bad("volume rm data")
    desk.good("rm holds")
    desk.good("volume rm data")

    desk.good("network create back")
    desk.good("run -d --name db --network back nginx")
    assert "Welcome to nginx!" in desk.good("run --rm --network back alpine wget -qO- http://db")
    assert "bad address 'db'" in desk("run --rm alpine wget -qO- http://db").stderr  # the default bridge has no names
    assert "Welcome to nginx!" in desk.good("run --rm --link web:www alpine wget -qO- http://www")
    assert "Welcome to nginx!" in desk.good("run --rm alpine wget -qO- http://host.docker.internal:8080")
    assert "has active endpoints" in desk.bad("network rm back")
    assert '"db"' in desk.good("network inspect back")
    desk.good("rm -f db")
    desk.good("network rm back")


def test_terminals(desk: Desk) -> None:
    opened = desk("run -it --name term alpine")
    assert "type into it with %%docker attach term" in opened.stderr
    assert desk.good("attach term", "x=4; cd /etc\n") == ""
    assert desk.good("attach term", "echo $x; pwd\n") == "4\n/etc\n"
    assert desk("attach term", "exit 3\n").exit_code == 3
    assert desk.good("run -i --rm alpine sh", "echo in; read line; echo $line\nnext\n") == "in\nnext\n"
    assert desk.good("run --rm alpine") == ""
    desk.good("rm term")


def test_format_and_filters(desk: Desk) -> None:
    assert desk.good("ps --format '{{.Names}}: {{.Image}}'") == "web: nginx\n"
    assert desk.good("ps --format 'table {{.Names}}\\t{{.Ports}}'").splitlines()[0] == "NAMES     PORTS"
    assert '"Names":"web"' in desk.good("ps --format json")
    assert desk.good("ps -a --filter status=exited --format '{{.Names}}'").splitlines()[-1] == "done"
    assert desk.good("images --format '{{.Repository}}:{{.Tag}}' nginx") == "nginx:latest\n"
    assert "template parsing error" in desk.bad("ps --format '{{.Nope'")
    assert (
        desk.good("inspect -f '{{.NetworkSettings.IPAddress}} {{.HostConfig.RestartPolicy.Name}}' web")
        == "172.17.0.2 no\n"
    )


def test_help_version_info(desk: Desk) -> None:
    shown = desk.good("--help")
    assert shown.startswith(
        "Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n\nCommon Commands:\n  run         Create and run a new container from an image\n"
    )
    assert "  -d, --detach " in desk.good("run --help")
    assert "Aliases:\n  docker container run, docker run\n" in desk.good("help run")
    assert "Commands:\n" in desk.good("image")
    assert desk.good("-v") == "Docker version 28.5.2, build ecc6942\n"
    assert "Server: Docker Engine - Community\n" in desk.good("version")
    assert " Running: 1\n" in desk.good("info")
    assert desk.good("system df").splitlines()[0].split() == ["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"]


def test_prune_leaves_what_runs(desk: Desk) -> None:
    assert "add -f" in desk("system prune").stderr
    printed = desk.good("system prune -f --volumes")
    assert "Deleted Containers:\n" in printed
    assert "Total reclaimed space: " in printed
    assert desk.good("ps -a --format '{{.Names}}'") == "web\n"
    printed = desk.good("image prune -a -f")
    assert "untagged: alpine:latest\n" in printed
    assert desk.good("images -q nginx")


def test_runaways_end_as_containers_do(desk: Desk) -> None:
    desk.good("pull alpine")
    assert desk("run --rm alpine sh -c 'while true; do :; done'").exit_code == 137
    assert desk("run --rm -m 6m nginx").exit_code in (0, 137)
    assert desk("run --rm alpine sh -c 'f() { f & f & wait; }; f'").exit_code != 0


def test_everything_is_plain_state() -> None:
    desk = Desk(Cluster(seed=3))
    desk.good("run -d --name loop alpine sh -c 'i=0; while true; do i=$((i+1)); echo $i; sleep 1; done'")
    desk.cluster.advance(3)
    fork, snapshot = Desk(desk.cluster.fork()), desk.cluster.snapshot()
    for one in (desk, fork):
        one.cluster.advance(4)
    assert desk.good("logs -t loop") == fork.good("logs -t loop")
    assert desk.good("logs loop").splitlines()[-1] == "8"
    fork.good("rm -f loop")
    assert desk.good("ps -q")
    desk.cluster.restore(snapshot)
    assert desk.good("logs loop").splitlines()[-1] == "4"
    again = Desk(Cluster(seed=3))
    again.good("run -d --name loop alpine sh -c 'i=0; while true; do i=$((i+1)); echo $i; sleep 1; done'")
    again.cluster.advance(3)
    assert again.good("inspect loop") == desk.good("inspect loop")


def test_nothing_is_left() -> None:
    desk = Desk()
    desk.good("run -d --name web -p 80:80 -v data:/x nginx")
    desk.good("rm -fv web")
    desk.good("system prune -af --volumes")
    desk.good("volume rm data")
    docker = desk.cluster.docker
    assert not docker.state.boxes
    assert not docker.state.volumes
    assert docker.published() == []
    assert not [timer for timer in desk.cluster.clock.timers() if timer.owner == docker.name]

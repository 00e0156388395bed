# ruff: noqa: E501
"""The notes' Days 3 and 4, and the seed's hello-node: from a Dockerfile to a request that the learner's own code answers."""

from __future__ import annotations

import time

from .desk import INDEX, Desk


def test_day_3_build_and_run() -> None:
    desk = Desk()
    desk.demo()
    built = desk("build docker-demo")
    assert built.exit_code == 0
    assert built.stdout == ""  # progress goes to standard error
    for line in (
        "#1 [internal] load build definition from Dockerfile",
        "] FROM docker.io/library/node:6.2.2@sha256:",
        "[2/4] WORKDIR /app",
        "[3/4] ADD . /app",
        "[4/4] RUN npm install",
        "myapp@1.0.0 /app",
        "└── express@4.21.2",
        " 1 warning found (use docker --debug to expand):",
        " - JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals (line 6)",
    ):
        assert line in built.stderr
    rows = desk.good("image ls").splitlines()
    assert rows[0] == "REPOSITORY   TAG       IMAGE ID       CREATED                  SIZE"
    repository, tag, identity = rows[1].split()[:3]
    assert (repository, tag) == ("<none>", "<none>")

    ran = desk(f"run -p 3000:3000 -it {identity}")
    assert "> myapp@1.0.0 start /app\n> node index.js\n" in ran.stdout.replace("\r", "")
    assert "Example app listening at 'http://:::3000'" in ran.stdout
    assert "it goes on in the background" in ran.stderr
    assert desk.curl("http://127.0.0.1:3000/") == "Hello World!"
    assert desk.curl("-s -o /dev/null -w %{http_code} http://localhost:3000/x") == "404"
    assert "0.0.0.0:3000->3000/tcp, [::]:3000->3000/tcp" in desk.good("ps")

    # EXPOSE 300 is only a note: publishing that port leads nowhere
    desk.good(f"run -d -p 3001:300 {identity}")
    assert desk.curl("http://localhost:3001").startswith("(56)")

    desk.write("docker-demo/index.js", INDEX.replace("World!", "World! v2"))
    assert desk.curl("http://localhost:3000") == "Hello World!"  # what runs was built before
    desk.good("build -t second docker-demo")
    desk.good("run -d -p 3002:3000 second")
    assert desk.curl("http://localhost:3002") == "Hello World! v2"
    assert desk.good("images -q --filter dangling=true").strip() == identity


def test_day_4_login_tag_push_pull() -> None:
    desk = Desk()
    desk.demo()
    identity = desk.good("build -q docker-demo").strip()[7:19]
    desk.good(f"tag {identity} me/docker-demo")
    desk.good(f"tag {identity} me/docker-demo:1.0.0")
    desk.kubectl("run early --image=me/docker-demo")
    desk.cluster.advance(20)
    assert desk.pod("early")[1] in ("ErrImagePull", "ImagePullBackOff")

    assert "denied: requested access to the resource is denied\n" in desk.bad("push me/docker-demo")
    assert "unauthorized: incorrect username or password" in desk.bad("login -u me -p hunter2")
    assert desk.good("login -u me --password-stdin", "dummy\n") == "Login Succeeded\n"
    pushed = desk.good("push me/docker-demo")
    assert pushed.startswith("Using default tag: latest\nThe push refers to repository [docker.io/me/docker-demo]\n")
    assert pushed.count(": Pushed\n") == 3
    assert pushed.count(": Mounted from library/node\n") == 3
    again = desk.good("push me/docker-demo:1.0.0")
    assert again.count(": Layer already exists\n") == 6
    assert pushed.splitlines()[-1].split()[2] == again.splitlines()[-1].split()[2]  # one digest under two tags

    desk.cluster.advance(60)
    assert desk.pod("early") == ("Running", "")
    assert "denied" in desk.bad("push me/docker-demo:never") or "tag does not exist" in desk.bad(
        "push me/docker-demo:never"
    )
    desk.good(f"tag {identity} docker-demo")
    assert "you are logged in as me" in desk.bad("push docker-demo")

    pulled = desk.good("pull nginx")
    assert "latest: Pulling from library/nginx\n" in pulled
    assert "Status: Downloaded newer image for nginx:latest\ndocker.io/library/nginx:latest\n" in pulled
    assert "Status: Image is up to date for nginx:latest\n" in desk.good("pull nginx")


def test_a_moved_tag_leaves_the_other_one_alone() -> None:
    desk = Desk()
    desk.demo()
    desk.good("login -u me -p dummy")
    for tag in ("1.0.0", "latest"):
        desk.good(f"build -t me/app:{tag} docker-demo")
        desk.good(f"push me/app:{tag}")
    desk.kubectl("run one --image=me/app:1.0.0")
    desk.write("docker-demo/index.js", INDEX.replace("World!", "again"))
    desk.good("build -t me/app docker-demo")
    desk.good("push me/app")
    desk.kubectl("run two --image=me/app")
    desk.cluster.advance(30)
    answers = [
        desk.cluster.http(f"http://{p.status.podIP}:3000", "pod/one").response for p in _pods(desk, "one", "two")
    ]
    assert [a.text for a in answers if a is not None] == ["Hello World!", "Hello again"]


def _pods(desk: Desk, *names: str) -> list:
    return [desk.cluster.client.get("pods", name, "default") for name in names]


SERVER = """var http = require('http');
var handleRequest = function(request, response) {
  console.log('Received request for URL: ' + request.url);
  response.writeHead(200);
  response.end('Hello World!');
};
var www = http.createServer(handleRequest);
www.listen(8080);
"""


def test_the_seeds_hello_node() -> None:
    desk = Desk(files={"hello/server.js": SERVER})
    desk.write("hello/Dockerfile", 'FROM node:20\nEXPOSE 8080\nCOPY server.js .\nCMD ["node", "server.js"]\n')
    desk.good("build -t hello-node:v1 hello")
    desk.kubectl("run never --image=hello-node:v1 --image-pull-policy=Never")
    desk.kubectl("run pull --image=hello-node:v1")
    desk.cluster.advance(10)
    assert desk.pod("never") == ("Pending", "ErrImageNeverPull")
    assert desk.pod("pull")[1] in ("ErrImagePull", "ImagePullBackOff")
    assert desk.minikube("image load hello-node:v1").exit_code == 0
    assert "docker.io/library/hello-node:v1\n" in desk.minikube("image ls").stdout
    desk.cluster.advance(60)
    assert desk.pod("never") == desk.pod("pull") == ("Running", "")
    desk.kubectl("expose pod never --type=NodePort --port=8080")
    port = desk.cluster.client.get("services", "never", "default").spec.ports[0].nodePort
    assert desk.curl(f"http://192.168.49.2:{port}/abc") == "Hello World!"
    assert desk.kubectl("logs never") == "Received request for URL: /abc\n"
    assert desk.minikube("image load nobody:v1").exit_code == 80


def test_docker_env_builds_on_the_node() -> None:
    desk = Desk(files={"hello/server.js": SERVER})
    desk.write("hello/Dockerfile", 'FROM node:20\nCOPY server.js .\nCMD ["node", "server.js"]\n')
    shown = desk.minikube("docker-env")
    assert 'export DOCKER_HOST="ssh://docker@127.0.0.1:32769"\n' in shown.stdout
    assert "# eval $(minikube -p minikube docker-env)\n" in shown.stdout
    desk.node = "minikube"
    desk.good("build -t mine:v1 hello")
    assert "registry.k8s.io/kube-apiserver" in desk.good("images")
    assert desk("run mine:v1").exit_code == 1  # containers of the node are the kubelet's
    desk.node = ""
    assert "mine" not in desk.good("images")
    desk.kubectl("run mine --image=mine:v1 --image-pull-policy=Never")
    desk.cluster.advance(5)
    assert desk.pod("mine") == ("Running", "")
    desk.node = "minikube"
    desk.good("rmi mine:v1")
    desk.kubectl("run later --image=mine:v1 --image-pull-policy=Never")
    desk.cluster.advance(5)
    assert desk.pod("later")[1] == "ErrImageNeverPull"


def test_a_local_registry() -> None:
    desk = Desk()
    desk.demo()
    desk.good("build -t localhost:5000/app docker-demo")
    assert "dial tcp 127.0.0.1:5000: connect: connection refused" in desk.bad("push localhost:5000/app")
    desk.good("run -d -p 5000:5000 --name registry registry:3")
    assert ": Pushed\n" in desk.good("push localhost:5000/app")
    assert '{"repositories":["app"]}' in desk.curl("http://localhost:5000/v2/_catalog")
    desk.good("rmi localhost:5000/app")
    desk.good("pull localhost:5000/app")
    desk.good("run -d -p 3000:3000 localhost:5000/app")
    assert desk.curl("http://localhost:3000") == "Hello World!"
    # to a node, localhost is the node itself
    desk.kubectl("run far --image=localhost:5000/app")
    desk.cluster.advance(10)
    assert desk.pod("far")[1] in ("ErrImagePull", "ImagePullBackOff")


def test_the_notes_dockerfile_builds_quickly() -> None:
    desk = Desk()
    desk.demo()
    desk.good("build -t warm docker-demo")
    best = 9.0
    for attempt in range(3):
        began = time.perf_counter()
        desk.good(f"build --no-cache -t app{attempt} docker-demo")
        best = min(best, time.perf_counter() - began)
    assert best < 0.5

"""`%docker` in cells: the notes' Days 3 and 4 as a notebook, and what outlives a cluster."""

from __future__ import annotations

from tests.docker.desk import DOCKERFILE, INDEX, PACKAGE

from .conftest import Notebook


def test_days_3_and_4_in_cells(notebook: Notebook) -> None:
    assert notebook.good(f"%%dockerfile docker-demo\n{DOCKERFILE}") == "docker-demo/Dockerfile saved\n"
    assert notebook.good(f"%%dockerfile docker-demo/index.js\n{INDEX}") == "docker-demo/index.js saved\n"
    assert notebook.good(f"%%manifest --name docker-demo/package.json\n{PACKAGE}") == "docker-demo/package.json saved\n"
    built = notebook("%docker build -t me/docker-demo docker-demo")
    assert built.ok
    assert "[4/4] RUN npm install" in built.out  # a build that goes well is no error
    assert built.err == ""
    notebook.good("image = %docker images -q me/docker-demo")
    assert len(notebook.shell.user_ns["image"].stdout.strip()) == 12
    ran = notebook("docker run -p 3000:3000 -it {image.stdout.strip()}")
    assert ran.ok
    assert "listening at 'http://:::3000'" in ran.out
    assert "it goes on in the background" in ran.err
    assert notebook.good("%curl http://localhost:3000") == "Hello World!\n"
    assert "Login Succeeded" in notebook.good("%docker login -u me -p dummy")
    assert "latest: digest: sha256:" in notebook.good("%docker push me/docker-demo")
    notebook.good(
        "%kubectl run demo --image=me/docker-demo --port=3000\n%kubectl wait --for=condition=Ready pod/demo --timeout=60s"
    )
    assert "Example app listening" in notebook.good("%kubectl logs demo")
    assert notebook.good("%kubectl exec demo -- ls /app") == "Dockerfile\nindex.js\nnode_modules\npackage.json\n"
    assert "unknown command: docker pss" in notebook.bad("%docker pss")
    assert notebook.good("%docker --expect-error rm nope") == "Error response from daemon: No such container: nope\n"
    assert notebook.good("%docker ps --format '{{.Image}}'") == f"{notebook.shell.user_ns['image'].stdout.strip()}\n"
    assert notebook.good("%%docker run -i --rm alpine sh\necho $((1 + 2))").endswith("\n3\n")


def test_docker_env_in_cells(notebook: Notebook) -> None:
    notebook.lab.start()
    notebook.good("%%dockerfile tool\nFROM alpine\nCMD echo from the node; sleep 1000")
    notebook.good("eval $(minikube docker-env)")
    notebook.good("%docker build -t tool:v1 tool")
    notebook.good("%eval $(minikube docker-env --unset)")
    assert "tool" not in notebook.good("%docker images")
    notebook.good(
        "%kubectl run tool --image=tool:v1 --image-pull-policy=Never\n%kubectl wait --for=condition=Ready pod/tool"
    )
    assert notebook.good("%kubectl logs tool") == "from the node\n"
    assert "only `eval $(minikube docker-env)`" in str(notebook.bad("%eval ls"))


def test_the_learners_machine_outlives_the_cluster(notebook: Notebook) -> None:
    notebook.lab.start()
    notebook.good("%docker run -d --name web -p 8080:80 nginx")
    notebook.good("%minikube delete")
    assert "web" in notebook.good("%docker ps")
    assert "Welcome to nginx!" in notebook.good("%curl http://localhost:8080")
    notebook.good("%minikube start")
    assert "web" in notebook.good("%docker ps")
    assert "Welcome to nginx!" in notebook.good("%curl http://localhost:8080")
    assert "nginx" in notebook.good("%docker images")


def test_what_docker_says_can_be_put_into_a_line(notebook: Notebook) -> None:
    notebook.good("%docker run -d --name one alpine sleep 100\n%docker run -d --name two alpine sleep 100")
    removed = notebook.good("%docker rm -f $(docker ps -aq)").split()
    assert len(removed) >= 2  # other tests of this notebook left some
    assert notebook.good("%docker ps -aq") == ""
    assert "requires at least 1 argument" in notebook.bad("%docker rm -f $(docker ps -aq)")  # as in a terminal
    assert "unknown command: docker pss" in notebook.bad("%docker rm $(docker pss)")


def test_a_picture_of_docker(notebook: Notebook) -> None:
    notebook.good("%docker run -d --name web -p 8080:80 nginx")
    text = notebook.good("%view --of docker --text")
    assert "web, Up" in text
    assert "localhost:8080, to port 80" in text

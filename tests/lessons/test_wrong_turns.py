# ruff: noqa: E501
"""A beginner's wrong turns, typed for real: what each day's learner gets wrong, and that the answer helps.

Each row is a cell as it was typed, and what the answer has to say so that the next step is clear: the word that was wrong, what
would be right, or where to look. Later rows of a day meet the cluster that earlier ones have left behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from k8snb.grading.lesson import root
from tests.magics.conftest import Notebook


def kept(name: str, *lines: str) -> str:
    """A manifest that is kept, and handed in with `kubectl create`."""
    return f"%%manifest --name {name}\n" + "\n".join(lines)


def pod(*spec: str) -> tuple[str, ...]:
    """The lines of a Pod with one container."""
    return (
        "apiVersion: v1",
        "kind: Pod",
        "metadata:",
        "  name: bad",
        "spec:",
        "  containers:",
        "  - name: c",
        "    image: nginx",
        *spec,
    )


def dockerfile(*lines: str) -> str:
    return "%%dockerfile bad/Dockerfile\n" + "\n".join(lines)


#: what a day begins with
GIVEN = {
    1: ["%kubectl apply -f ../day01_why/manifests/shop.yaml\n%kubectl rollout status deployment shop"],
    2: ["%kubectl create deployment web --image=nginx"],
    3: [
        "%%dockerfile page/index.js\nrequire('http').createServer((q, r) => r.end('Hello')).listen(3000);",
        '%%dockerfile page/Dockerfile\nFROM node:22-slim\nCOPY index.js .\nEXPOSE 3000\nCMD ["node", "index.js"]',
        "%docker build -q -t page page\n%docker run -d -p 3000:3000 --name web page",
    ],
    4: ["%docker pull -q alpine", "%%dockerfile page/Dockerfile\nFROM alpine\nCMD sleep 1000", "%docker build -q -t page page"],
    5: ["%kubectl create -f ../day05_pod/manifests/my-first-pod.yaml\n%kubectl wait --for=condition=Ready pod/my-pod"],
    6: ["%kubectl create -f ../day06_node/manifests/my-first-pod.yaml"],
    7: ["%kubectl create -f ../day07_replication/manifests/my-replication-controller.yaml\n%clock +10s"],
    8: ["%kubectl create deployment web --image=zxcvbnius/docker-demo --replicas=2\n%kubectl rollout status deployment web"],
    9: ["%kubectl create deployment web --image=zxcvbnius/docker-demo\n%kubectl expose deployment web --port=3000\n%kubectl rollout status deployment web"],
    10: ["%kubectl run my-pod --image=nginx --labels=app=web,env=dev"],
    11: ["%kubectl create deployment web --image=zxcvbnius/docker-demo\n%kubectl rollout status deployment web"],
    12: ["%kubectl create secret generic demo --from-literal=username=root"],
}  # fmt: skip

TURNS: dict[int, list[tuple[str, str]]] = {
    1: [
        ("%kubectl get pod -o wides", 'output format "wides", allowed formats are'),
        ("%kubectl get deployment shops", 'deployments.apps "shops" not found'),
        ("%kubectl drain minikube", "use --ignore-daemonsets to ignore"),
        ("%kubectl drain minikube-m09 --ignore-daemonsets", 'nodes "minikube-m09" not found'),
        ("%kubectl uncordon", "USAGE: uncordon NODE"),
        ("%kubectl scale deployment shop 6", 'required flag(s) "replicas" not set'),
        ("%kubectl scale shop --replicas=6", 'the server doesn\'t have a resource type "shop"'),
        ("%kubectl scale deployment shop --replica=6", "unknown flag: --replica\nSee 'kubectl scale --help' for usage."),
        ("%kubectl exec shop -- kill 1", 'pods "shop" not found'),
        ("%kubectl exec deploy/shop kill 1", "Use exec [POD] -- [COMMAND] instead"),
        ("%kubectl delete pods", "no name was specified"),
        ("%minikube add node", 'unknown command "add" for "minikube"'),
        ("%minikube nodes add", "Did you mean this?\n\tnode"),
        ("%clock 5m", "usage: %clock [+5m"),
        ("%clock +5", 'missing unit in duration "5"'),
        ("%check D01-E9", "This lesson has D01-E1, D01-E2, D01-E3."),
    ],
    2: [
        ("%minikube strat", "Did you mean this?\n\tstart"),
        ("%minikube service hello", "Service 'hello' was not found in 'default' namespace"),
        ("%minikube get pods", 'unknown command "get" for "minikube"'),
        ("%kubectl start", 'unknown command "start" for "kubectl"'),
        ("%kubectl get node minikub", 'nodes "minikub" not found'),
        ("%kubectl version --short", "type: kubectl version"),
        ("%kubectl create deployment hello-minikube", 'required flag(s) "image" not set'),
        ("%kubectl create deployment hello_minikube --image=nginx", "lower case alphanumeric characters, '-' or '.'"),
        ("%kubectl expose deployment web --type=nodeport --port=8080", 'supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'),
        ("%kubectl expose deployment web --type=NodePort", "couldn't find port via --port flag"),
        ("%kubectl expose deployment wbe --port=80", 'deployments.apps "wbe" not found'),
        ("%kubectl config use-context minikub", 'no context exists with the name: "minikub"'),
        ("%kubectl config set-contexts market", "See 'kubectl config -h' for help and examples"),
        ("%kubectl get pods -n kube-sytem", "No resources found in kube-sytem namespace."),
        ("%kubectl create deployment web --image=nginx", 'deployments.apps "web" already exists'),
        ("%kubectl rolling-update web", "kubectl set image, kubectl rollout status"),
        ("%minikube stop\n%kubectl get pods", "was refused - did you specify the right host or port?"),
        ("%minikube service web --url", "The control-plane node minikube host is not running"),
    ],
    3: [
        ("%docker build -t page", "requires 1 argument\n\nUsage:  docker buildx build [OPTIONS] PATH"),
        ("%docker build pages", 'path "pages" not found'),
        ("%docker build -t Page page", "repository name must be lowercase"),
        ("%docker biuld page", "unknown command: docker biuld"),
        ("%docker run pgae", "Unable to find image 'pgae:latest' locally"),
        ("%docker run page -d -p 3001:3000", 'exec: "-d"'),
        ("%docker run -d -p 3000:3000 page", "Bind for 0.0.0.0:3000 failed: port is already allocated"),
        ("%docker run -d --name web page", "You have to remove (or rename) that container"),
        ("%docker rm web", "stop the container before removing or force remove"),
        ("%docker rmi page", "is using its referenced image"),
        ("%docker stop page", "No such container: page"),
        ("%docker exec web", "requires at least 2 arguments"),
        ("%docker exec web vi", '"vi": executable file not found in $PATH'),
        ("%docker run -d -p 3001:80 --name wrong page\n%curl http://localhost:3001", "Connection reset by peer"),
        ("%curl http://localhost:3002", "Failed to connect to localhost port 3002"),
        (dockerfile("FORM node:22-slim") + "||%docker build bad", "unknown instruction: FORM (did you mean FROM?)"),
        (dockerfile("FROM node:22-slm") + "||%docker build bad", "docker.io/library/node:22-slm: not found"),
        (dockerfile("FROM node:22-slim", "COPY server.js .") + "||%docker build bad", '"/server.js": not found'),
        (dockerfile("FROM node:22-slim", "RUN nmp install") + "||%docker build bad", "nmp: not found"),
        (dockerfile("WORKDIR /app") + "||%docker build bad", "no build stage in current context"),
        ("%docker compose up", "start the containers with docker run"),
        ("%view --of dockr", "usage: %view"),
        ("%docker run hello-world", "your installation appears to be working correctly"),
    ],
    4: [
        ("%docker push page", "docker login comes before docker push"),
        ("%docker push moonlight/page", "An image does not exist locally with the tag: moonlight/page"),
        ("%docker login -u moonlight -p secret", "never type a real one into a notebook"),
        ("%docker login -u moonlight\n%docker push page", "docker tag it as moonlight/page and push that"),
        ("%docker tag page tom/page\n%docker push tom/page", "you are logged in as moonlight, and tom/page is not yours"),
        ("%docker tag pgae moonlight/page", "No such image: pgae:latest"),
        ("%docker tag page moonlight/Page:1", "repository name must be lowercase"),
        ("%docker tag page", "requires 2 arguments\n\nUsage:  docker tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]"),
        ("%docker tag page moonlight/page\n%docker push moonlight/page:1.0.0", "tag does not exist: moonlight/page:1.0.0"),
        ("%docker push moonlight/page\n%docker pull moonlight/page:1.0.0", "manifest for moonlight/page:1.0.0 not found"),
        ("%docker pull moonlight/pages", "repository does not exist or may require 'docker login'"),
        ("%docker push ghcr.io/moonlight/page", "does not exist locally"),
        ("%docker tag page ghcr.io/moonlight/page\n%docker push ghcr.io/moonlight/page", "docker login ghcr.io comes before docker push"),
        ("%docker pull ghcr.io/moonlight/secret", "manifests/latest\": unauthorized"),
        ("%docker pull registry.example.com/page", "lookup registry.example.com: no such host"),
        ("%kubectl run page --image=page\n%clock +10s\n%kubectl events --for pod/page", '"docker.io/library/page:latest": pull access denied, repository does not exist'),
        ("%minikube image load nothing:v1", "no such image in your docker"),
        ("%kubectl create secret docker-registry pass --docker-server=ghcr.io", "the combination of --docker-username, --docker-password and --docker-server is required"),
        ("%kubectl create secret docker pass", "See 'kubectl create secret -h' for help and examples"),
    ],
    5: [
        ("%kubectl create -f my-frist-pod.yaml", 'the path "my-frist-pod.yaml" does not exist'),
        ("%kubectl create my-first-pod.yaml", "See 'kubectl create -h' for help and examples"),
        ("%kubectl create -f ../day05_pod/manifests/my-first-pod.yaml", 'pods "my-pod" already exists'),
        ("%kubectl get pod mypod", 'pods "mypod" not found'),
        ("%kubectl get podes", 'the server doesn\'t have a resource type "podes"'),
        ("%kubectl describe my-pod", 'the server doesn\'t have a resource type "my-pod"'),
        ("%kubectl logs pod my-pod", 'pods "pod" not found in namespace "default"'),
        ("%kubectl exec my-pod ls /app", "Use exec [POD] -- [COMMAND] instead"),
        ("%kubectl exec my-pod -- bassh", '"bassh": executable file not found in $PATH'),
        ("%curl http://localhost:9999", "Failed to connect to localhost port 9999"),
        ("%kubectl expose pod my-pod --type=NodePort --name=my_pod", "must consist of lower case alphanumeric characters or '-'"),
        ("%kubectl expose pod my-pod --type=3000 --name=svc", 'supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'),
        ("%kubectl label pods my-pod app=web", "'app' already has a value (webserver), and --overwrite is false"),
        ("%kubectl label pods my-pod version latest", "at least one label update is required"),
        ("%kubectl get pods --show-all", "type: kubectl get pods"),
        ("%kubectl get pods my-pod app=webserver", 'pods "app=webserver" not found'),
        ("%kubectl run my-pod --image=nginx", 'pods "my-pod" already exists'),
        ("%kubectl run My-Pod --image=nginx", "metadata.name: Invalid value: \"My-Pod\": a lowercase RFC 1123 subdomain"),
        (kept("a.yaml", "apiVersion: v1", "kind: Pod", "metadata:", "\tname: bad") + "||%kubectl create -f a.yaml", "yaml: line 4: found character that cannot start any token"),
        (kept("a.yaml", "apiVersion: v1", "kind: Pod", "metadata:", "  name: bad", "spec:", "  container:", "  - name: a") + "||%kubectl create -f a.yaml", 'unknown field "spec.container"'),
        (kept("a.yaml", "apiVersion: v1", "kind: pod", "metadata:", "  name: bad") + "||%kubectl create -f a.yaml", 'no kind "pod" is registered'),
        ("%check D05-E1", "There is no Service with a node port."),
    ],
    6: [
        ("%kubectl describe node minikube-9", 'nodes "minikube-9" not found'),
        ("%kubectl get nodes -o wdie", 'output format "wdie", allowed formats are'),
        ("%minikube ssh -n minikube-m09", "Node minikube-m09 does not exist."),
        ("%minikube node delete minikube-m09", "Could not find node minikube-m09"),
        ("%minikube node stop", "Usage: minikube node stop [name]"),
        ("%kubectl drain node minikube", 'nodes "node" not found'),
        ("%kubectl cordon minikube-m07", 'nodes "minikube-m07" not found'),
        ("%kubectl delete node", "no name was specified"),
        ("%cluster stop kubelt/minikube", "there is no component 'kubelt/minikube'"),
        ("%cluster stop", "an argument is missing"),
        ("%kubectl get componentstatuses", "kubectl get --raw='/readyz?verbose'"),
        ("%kubectl top nodes", "Metrics API not available"),
        ("%kubectl logs kubelet -n kube-system", 'pods "kubelet" not found in namespace "kube-system"'),
        ("%kubectl get pods kube-system", 'pods "kube-system" not found'),
        ("%view --of iptables", "name a Service"),
        ("%view --of iptables svc/nothing", 'services "nothing" not found'),
        ("%trace http://my-pod:3000", "no name server outside the cluster knows my-pod"),
    ],
    7: [
        ("%kubectl get replicationcontrolers", 'the server doesn\'t have a resource type "replicationcontrolers"'),
        ("%kubectl scale rc my-replication-controller", 'required flag(s) "replicas" not set'),
        ("%kubectl scale rc my-replication-controller --replicas=four", 'invalid argument "four" for "--replicas"'),
        ("%kubectl scale rc my-replication-controller --replicas=-1", "COUNT must be greater than or equal to 0"),
        ("%kubectl scale rc my-replication-control --replicas=4", 'replicationcontrollers "my-replication-control" not found'),
        ("%kubectl scale --replicas=4 my-replication-controller", 'the server doesn\'t have a resource type "my-replication-controller"'),
        ("%kubectl scale --replicas=4 -f ./my-replication-controler.yaml", 'the path "./my-replication-controler.yaml" does not exist'),
        ("%kubectl delete rc my-replication-controller --cascade=flase", 'Must be "background", "foreground", or "orphan"'),
        ("%kubectl delete rc my-replication-controller --cascade=false", "background (the default), foreground or orphan"),
        ("%kubectl autoscale rc nothing --max=3", 'replicationcontrollers "nothing" not found'),
        ("%kubectl rolling-update a b", "rolling-update is gone since v1.18"),
        ("%kubectl delete pods --grace-period=0", "no name was specified"),
        ("%kubectl describe rc", "No resources found in default namespace."),
        (
            kept("rc.yaml", "apiVersion: v1", "kind: ReplicationController", "metadata: {name: x}", "spec:", "  selector: {app: a}", "  template:", "    metadata: {labels: {app: b}}", "    spec: {containers: [{name: c, image: nginx}]}") + "||%kubectl create -f rc.yaml",
            "`selector` does not match template `labels`",
        ),
        (kept("rc.yaml", "apiVersion: apps/v1", "kind: ReplicationController", "metadata: {name: x}") + "||%kubectl create -f rc.yaml", 'no matches for kind "ReplicationController" in version "apps/v1"'),
    ],
    8: [
        ("%kubectl set image deploy/web nginx=zxcvbnius/docker-demo:v2.0.0", 'unable to find container named "nginx"'),
        ("%kubectl set image web docker-demo=zxcvbnius/docker-demo:v2.0.0", 'the server doesn\'t have a resource type "web"'),
        ("%kubectl set image deploy/web docker-demo:v2.0.0", "when passing arguments in resource/name form"),
        ("%kubectl rollout undo deployment web", 'no rollout history found for deployment "web"'),
        ("%kubectl rollout undo deployment web --to-revision=9", "unable to find specified revision 9 in history"),
        ("%kubectl rollout deployment web", "See 'kubectl rollout -h' for help and examples"),
        ("%kubectl rollout history", "required resource not specified"),
        ("%kubectl create deployment web --image=nginx", 'deployments.apps "web" already exists'),
        ("%kubectl create deployment other --image=nginx --replica=3", "unknown flag: --replica\nSee 'kubectl create deployment --help'"),
        ("%kubectl expose deployment web", "couldn't find port via --port flag"),
        ('%kubectl patch deploy web -p \'{"spec":{"strategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":0}}}}\'', "may not be 0 when `maxSurge` is 0"),
        ("%kubectl patch deploy web -p '{spec: {replicas: 3}'", "invalid character 's' looking for beginning of object key string"),
        ("%kubectl run web --image=nginx --replicas=3", "For a Deployment type: kubectl create deployment"),
        ("%kubectl set image deploy/web docker-demo=zxcvbnius/docker-demo:v2.0\n%clock +20s\n%kubectl get pods", "ImagePullBackOff"),
        ("%clock +10m\n%kubectl rollout status deploy/web", "exceeded its progress deadline"),
        (kept("d.yaml", "apiVersion: extensions/v1beta1", "kind: Deployment", "metadata: {name: x}") + "||%kubectl create -f d.yaml", "write apiVersion: apps/v1"),
        (kept("d.yaml", "apiVersion: apps/v1", "kind: Deployment", "metadata: {name: x}", "spec:", "  template:", "    metadata: {labels: {app: a}}", "    spec: {containers: [{name: c, image: nginx}]}") + "||%kubectl create -f d.yaml", "spec.selector: Required value"),
    ],
    9: [
        ("%kubectl expose deployment web --port=3000 --type=NodePort", 'services "web" already exists'),
        ("%kubectl expose deployment web --name=two --port=3000 --type=Nodeport", 'supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'),
        ("%kubectl expose deployment web --name=two", "couldn't find port via --port flag"),
        ("%kubectl expose deployment web --name=two --port=http", 'parsing "http": invalid syntax'),
        ("%kubectl create service nodeport two --tcp=80:3000 --node-port=3000", "The range of valid ports is 30000-32767"),
        ("%kubectl create service two", "See 'kubectl create service -h' for help and examples"),
        ("%minikube service web --url", "service default/web has no node port"),
        ("%minikube service nothing --url", "Service 'nothing' was not found in 'default' namespace"),
        ("%minikube tunel", "Did you mean this?\n\ttunnel"),
        ("%curl http://web:3000", "Could not resolve host: web"),
        ("%kubectl get service webb", 'services "webb" not found'),
        ("%kubectl port-forward service/web 8080:9999", "Service web does not have a service port 9999"),
        ("%kubectl get endpoints web", "use discovery.k8s.io/v1 EndpointSlice"),
        ('%kubectl patch svc web -p \'{"spec":{"clusterIP":"10.1.2.3"}}\'', "may not change once set"),
        ("%kubectl set selector service web app:other", "couldn't parse the selector string \"app:other\""),
        (kept("s.yaml", "apiVersion: v1", "kind: Service", "metadata: {name: s}", "spec:", "  selector: {app: web}", "  ports:", "  - {port: 80, targetport: 3000}") + "||%kubectl create -f s.yaml", 'unknown field "spec.ports[0].targetport"'),
        (kept("s.yaml", "apiVersion: v1", "kind: Service", "metadata: {name: s}", "spec:", "  selector: {app: web}", "  ports:", "  - {port: 3000, nodePort: 30000}") + "||%kubectl create -f s.yaml", "may not be used when `type` is 'ClusterIP'"),
    ],
    10: [
        ("%kubectl label pods my-pod env=production", "'env' already has a value (dev), and --overwrite is false"),
        ("%kubectl label pods my-pod env:production", "at least one label update is required"),
        ("%kubectl label pods nobody env=test", 'pods "nobody" not found'),
        ("%kubectl label pods my-pod 'env=my test'", "a valid label must be an empty string or consist of alphanumeric characters"),
        ("%kubectl label pods my-pod -env", "unknown shorthand flag: 'e' in -env"),
        ("%kubectl label pods my-pod tier-", 'label "tier" not found.'),
        ("%kubectl label my-pod a=b", 'the server doesn\'t have a resource type "my-pod"'),
        ("%kubectl get pods -l env=nowhere", "No resources found in default namespace."),
        ("%kubectl get pods -l 'env in dev'", "found 'dev' expected: '('"),
        ("%kubectl get pods --selector env:dev", 'Invalid value: "env:dev"'),
        ("%kubectl get pods -L", "flag needs an argument: 'L' in -L"),
        ("%kubectl label node minikub hardware=high-memory", 'nodes "minikub" not found'),
        ("%kubectl label node minikube hardware=high memory", "all resources must be specified before label changes: memory"),
        ("%kubectl annotate pod my-pod note", "at least one annotation update is required"),
        ('%kubectl run picky --image=nginx --overrides=\'{"spec":{"nodeSelector":{"disk":"ssd"}}}\'\n%clock +5s\n%kubectl events --for pod/picky', "node(s) didn't match Pod's node affinity/selector"),
        ('%kubectl patch pod my-pod -p \'{"spec":{"nodeSelector":{"a":"b"}}}\'', "pod updates may not change fields other than"),
    ],
    11: [
        ("%kubectl logs web", 'pods "web" not found in namespace "default"'),
        ("%kubectl logs deploy/web -p", 'previous terminated container "docker-demo"'),
        ("%kubectl logs deploy/web -c nope", "container nope is not valid for pod web-"),
        ("%kubectl describe pod nothing", 'pods "nothing" not found'),
        ("%kubectl rollout status deploy/web --timeout=5", 'missing unit in duration "5"'),
        ("%kubectl wait --for=ready pod -l app=web", 'unrecognized condition: "ready"'),
        ("%kubectl wait --for=condition=Ready pod/web --timeout=5s", 'pods "web" not found'),
        ("%kubectl events --for web", "--for must be in resource/name form"),
        ("%traffic start rain", "usage: %traffic start NAME URL"),
        ("%traffic stop nobody", "there is no traffic 'nobody': none was started"),
        ("%traffic start rain localhost:1 --rps many", "--rps needs a number, not 'many'"),
        (kept("p.yaml", *pod("    livenessProbe:", "      http: {path: /, port: 80}")) + "||%kubectl create -f p.yaml", 'unknown field "spec.containers[0].livenessProbe.http"'),
        (kept("p.yaml", *pod("    livenessProbe:", "      initialDelaySeconds: 5")) + "||%kubectl create -f p.yaml", "livenessProbe: Required value: must specify a handler type"),
        (kept("p.yaml", *pod("    livenessProbe:", "      httpGet: {path: /}")) + "||%kubectl create -f p.yaml", "httpGet.port: Invalid value: 0: must be between 1 and 65535"),
        (kept("p.yaml", *pod("  livenessProbe:", "    httpGet: {path: /, port: 80}")) + "||%kubectl create -f p.yaml", 'unknown field "spec.livenessProbe"'),
        (kept("p.yaml", *pod("    livenessProbe:", "      httpGet: {path: /health, port: 80}", "      periodSeconds: 5")) + "||%kubectl create -f p.yaml\n%clock +30s\n%kubectl events --for pod/bad", "Liveness probe failed: HTTP probe failed with statuscode: 404"),
    ],
    12: [
        ("%kubectl create secret demo2 --from-literal=a=b", "See 'kubectl create secret --help' for usage."),
        ("%kubectl create secret generic demo --from-literal=a=b", 'secrets "demo" already exists'),
        ("%kubectl create secret generic demo3 --from-literal=a", "invalid literal source a, expected key=value"),
        ("%kubectl create secret generic demo4 --from-file=./nothing.txt", "error reading ./nothing.txt: no such file or directory"),
        ("%kubectl create secret generic Demo5 --from-literal=a=b", "a lowercase RFC 1123 subdomain"),
        ("%kubectl create secret generic demo6 --from-literal=my key=b", "exactly one NAME is required, got 2"),
        ("%kubectl get secret demo -o jsonpath={.data.username", "unclosed action"),
        ("%kubectl get secrets nothing", 'secrets "nothing" not found'),
        ("%kubectl get secret demo --decode", "unknown flag: --decode"),
        ("%kubectl exec -it my-pod -- /bin/bash", 'pods "my-pod" not found'),
        (kept("s.yaml", "apiVersion: v1", "kind: Secret", "metadata: {name: s}", "data: {password: rootpass!}") + "||%kubectl create -f s.yaml", "illegal base64 data at input byte 8"),
        (kept("s.yaml", "apiVersion: v1", "kind: Secret", "metadata: {name: s}", "stringData: {port: 5432}") + "||%kubectl create -f s.yaml", "cannot unmarshal number into Go struct field Secret.stringData of type string"),
        (kept("p.yaml", *pod("    env:", "    - name: A", "      valueFrom: {secretKeyRef: {name: demo, key: pasword}}")) + "||%kubectl create -f p.yaml\n%clock +10s\n%kubectl events --for pod/bad", "couldn't find key pasword in Secret default/demo"),
        (kept("p.yaml", *(line.replace("bad", "none") for line in pod("    envFrom:", "    - secretRef: {name: dmeo}"))) + "||%kubectl create -f p.yaml\n%clock +10s\n%kubectl events --for pod/none", 'secret "dmeo" not found'),
        ("%kubectl create configmap", "exactly one NAME is required, got 0"),
    ],
}  # fmt: skip
ROWS = [(day, typed, help) for day, turns in TURNS.items() for typed, help in turns]


@pytest.fixture(scope="module")
def days() -> Iterator[dict[int, Notebook]]:
    """The notebook of the day at hand: a day's rows come one after the other, and the next day's begin anew."""
    found: dict[int, Notebook] = {}
    here = Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("K8SNB_PACE", "jump"), ("K8SNB_PROGRESS", "off"), ("K8SNB_LANG", "en")):
            patch.setenv(name, value)
        os.chdir(root() / "en")
        try:
            yield found
        finally:
            os.chdir(here)
            for notebook in found.values():
                notebook.close()


def opened(days: dict[int, Notebook], day: int) -> Notebook:
    if day not in days:
        for earlier in list(days):
            days.pop(earlier).close()
        days[day] = Notebook()
        days[day].good(f"%lesson start {day}")
        for cell in GIVEN[day]:
            days[day].good(cell)
    return days[day]


def test_there_are_enough_of_every_day() -> None:
    assert {day: len(turns) for day, turns in TURNS.items() if len(turns) < 10} == {}
    assert list(TURNS) == list(range(1, 13))


@pytest.mark.parametrize(
    ("day", "typed", "help"), ROWS, ids=[f"day{row[0]:02}-{number}" for number, row in enumerate(ROWS)]
)
def test_the_answer_helps(days: dict[int, Notebook], day: int, typed: str, help: str) -> None:
    notebook = opened(days, day)
    *before, last = typed.split("||")
    for cell in before:
        notebook.good(cell)
    answer = notebook(last).text
    assert help in answer
    assert "Traceback" not in answer
    assert len(answer) < 20_000

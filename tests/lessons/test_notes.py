"""Nothing of the 2018 notes is lost: every command line of a day stands in its lesson, in both languages."""

from __future__ import annotations

import re

import pytest

from k8snb.grading import translation
from k8snb.grading.lesson import Lesson, find

COMMANDS = {
    5: """
        kubectl create -f my-first-pod.yaml
        kubectl get pods
        kubectl get pods --show-all
        kubectl get pods --show-labels
        kubectl get pods -l
        kubectl get pods my-pod app=webserver
        kubectl describe pods my-pod
        kubectl describe pod POD
        kubectl port-forward my-pod 8000:3000
        kubectl port-forward <pod> <external-port>:<pod-port>
        kubectl expose pod my-pod --type=NodePort --name=my-pod-service
        kubectl expose pod <pod> --port=<port> --name=<service-name>
        kubectl get services
        minikube status
        minikube service my-pod-service --url
        kubectl attach my-pod -i
        kubectl exec my-pod -- ls /app
        kubectl exec POD -- CMD
        kubectl label pods my-pod version=latest
        kubectl label pods POD KEY=VALUE
        kubectl run -i --tty alpine --image=alpine --restart=Never -- sh
        apk add --no-cache curl
        docker run
        docker ps
        --attach
    """,
    8: """
        kubectl version
        kubectl create -f my-deployment.yaml
        kubectl get deployments
        kubectl get rs
        kubectl get pods --show-labels
        kubectl get all
        kubectl describe deploy hello-deployment
        kubectl expose deploy hello-deployment --type=NodePort --name=my-deployment-service
        minikube service my-deployment-service --url
        kubectl set image deploy/hello-deployment my-pod=zxcvbnius/docker-demo:v2.0.0
        kubectl rollout status deploy hello-deployment
        kubectl edit deploy hello-deployment
        kubectl set image deploy/hello-deployment my-pod=zxcvbnius/docker-demo --record
        kubectl rollout undo deployment hello-deployment
        kubectl rollout history deploy hello-deployment
        kubectl rollout undo deploy hello-deployment --to-revision=3
        kubectl scale deployment hello-node --replicas=2
        kubectl run hello-node --image=hello-node:v1 --port=8080
        kubectl expose deployment hello-node --type=LoadBalancer
        apps/v1beta2
        matchExpressions
        my-deployment:latest
    """,
}
LINES = [(day, line.strip()) for day, lines in COMMANDS.items() for line in lines.strip().splitlines()]


def said(lesson: Lesson) -> dict[str, str]:
    code = "\n".join(cell.source for cell in lesson.source.cells if cell.cell_type == "code")
    texts = {"en": lesson.prose, "zh-TW": list(translation.load(lesson.translations).values())}
    whole = {language: "\n".join([*prose, code]) for language, prose in texts.items()}
    return {language: re.sub(r" --expect-error|^%", "", text, flags=re.MULTILINE) for language, text in whole.items()}


@pytest.mark.parametrize(("day", "line"), LINES)
def test_a_line_of_the_notes_stands_in_its_lesson(day: int, line: str) -> None:
    for language, text in said(find(str(day))[0]).items():
        assert line in text, language


def test_get_by_itself_is_tried() -> None:
    assert re.search(r"^kubectl get$", said(find("8")[0])["en"], re.MULTILINE)

"""Nothing of the 2018 notes is lost: every command line of a day stands in its lesson, in both languages."""

from __future__ import annotations

import re

import pytest

from k8snb.grading import translation
from k8snb.grading.lesson import Lesson, find

COMMANDS = {
    2: """
        brew cask install minikube
        where minikube
        minikube version
        minikube start
        cat ~/.kube/config
        minikube status
        https://dl.k8s.io/release/$(curl -Ls https://dl.k8s.io/release/stable.txt)/bin/linux/amd64/kubectl
        chmod +x ./kubectl
        sudo mv ./kubectl /usr/local/bin/kubectl
        curl -Lo minikube https://storage.googleapis.com/minikube/releases/latest/minikube-linux-amd64
        gcr.io/google_containers/echoserver:1.8
        kubectl run hello-minikube --image=registry.k8s.io/echoserver:1.10 --port=8080
        kubectl create deployment hello-minikube
        kubectl expose deployment hello-minikube --type=NodePort
        minikube service hello-minikube --url
        minikube service [-n NAMESPACE] [--url] NAME
        minikube dashboard
        kubectl get services
        kubectl describe pods hello-minikube-65df575c69-w5qsn
        /hellokube
    """,
    3: """
        sudo apt-get update && sudo apt-get install docker.io
        groups
        sudo usermod -G docker -a ubuntu
        docker version
        mkdir docker-demo
        ls docker-demo
        docker build .
        docker image ls
        docker run -p 3000:3000 -it 59f3e3615488
        docker run -p 3000:3000 -it
        http://127.0.0.1:3000/
        FROM node:6.2.2
        WORKDIR /app
        ADD . /app
        RUN npm install
        EXPOSE 300
        CMD npm start
        "express": "^4.16.2"
        Step 1/6 : FROM node:6.2.2
        Successfully built 59f3e3615488
        Example app listening
        hello-node:v1
        8080
    """,
    4: """
        docker login
        docker image ls
        docker images
        docker tag 59f3e3615488 zxcvbnius/docker-demo
        docker tag {DOCKER_IMAGE_ID} {YOUR_ACCOUNT_NAME}/{REPOSITORY_NAME}:1.0.0
        docker push zxcvbnius/docker-demo
        docker pull nginx
        docker run
        Mounted from library/node
        Layer already exists
        latest
        denied: requested access to the resource is denied
        imagePullSecrets
        kubectl create deployment hello-node --image=hello-node:v1 --port=8080
        minikube image load hello-node:v1
        minikube docker-env
    """,
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
    6: """
        kubectl get nodes
        kubectl describe nodes minikub
        kubectl describe node minikube-m02
        kubelet
        kube-proxy
        iptables
        containerd
        localhost
    """,
    7: """
        kubectl get nodes
        kubectl create -f ./my-replication-controller.yaml
        kubectl get rc
        kubectl get pods
        kubectl describe pod my-replication-controller-4ftnj
        kubectl delete pod
        kubectl scale --replicas=4 -f ./my-replication-controller.yaml
        kubectl scale deployment hello-node --replicas=2
        kubectl describe rc my-replication-controller
        kubectl delete rc my-replication-controller --cascade=false
        kubectl delete rc NAME --cascade=orphan
        kubectl delete pods POD --grace-period=0 --force
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
    9: """
        kubectl expose deploy hello-deployment --type=NodePort --name=my-deployment-service
        kubectl get node
        kubectl create -f ./my-deployment.yaml
        kubectl get pods --show-labels
        kubectl create -f ./my-service.yaml
        kubectl run -i --tty alpine --image=alpine --restart=Never -- sh
        minikube service hello-service --url
        kubectl get svc
        kubectl delete svc/hello-service && kubectl create -f ./my-service.yaml
        minikube stop && minikube start --extra-config=apiserver.ServiceNodePortRange=1-50000
        kubectl edit svc/hello-service
        kubectl get svc hello-service
        apk add --no-cache curl
        curl 10.104.188.91:3000
        kubectl get services
    """,
    10: """
        kubectl create -f ./my-pod.yaml
        kubectl describe pods my-pod
        kubectl label pods my-pod env=production
        kubectl get pods my-pod --show-labels
        kubectl create -f ./my-pod-with-node-selector.yaml
        kubectl label node minikube hardware=high-memory
        kubectl get node --show-labels
        kubectl get pods
        kubectl get pods --show-labels
        kubectl get nodes --show-labels
        cat my-pod-with-node-selector.yaml
    """,
    11: """
        kubectl create -f ./my-deployment-with-health-checks.yaml
        kubectl get deploy
        kubectl describe pod hello-deployment-6b56dd6494-mx5jk
        kubectl get pods
    """,
    12: """
        echo -n "root" > ./username.txt
        echo -n "rootpass" > ./password.txt
        kubectl create secret generic demo-secret-from-file --from-file=./username.txt --from-file=./password.txt
        kubectl get secrets
        kubectl describe secrets demo-secret-from-file
        kubectl create secret generic demo-secret-from-literal --from-literal=username=root --from-literal=password=rootpass
        kubectl describe secret demo-secret-from-literal
        echo -n "root" | base64
        echo -n "rootpass" | base64
        kubectl create -f ./my-secret.yaml
        kubectl create -f ./my-pod.yaml
        kubectl get pods my-pod
        kubectl exec -it my-pod -- /bin/bash
        echo $SECRET_USERNAME
        echo $SECRET_PASSWORD
        kubectl create -f ./my-pod-with-mounting-secret.yaml
        kubectl exec -it my-pod-with-mounting-secret -- /bin/bash
        ls /etc/creds
        echo "$(cat /etc/creds/username)"
        echo "$(cat /etc/creds/password)"
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

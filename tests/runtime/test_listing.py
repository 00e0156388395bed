"""ls on what a Secret's volume looks like: links, and with -L what they lead to."""

from __future__ import annotations

import re

from k8snb import Cluster

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: zxcvbnius/docker-demo
    volumeMounts: [{name: creds, mountPath: /etc/creds, readOnly: true}]
  volumes: [{name: creds, secret: {secretName: login, defaultMode: 0400}}]
"""


def test_links_and_what_they_lead_to() -> None:
    cluster = Cluster()
    cluster.kubectl("create secret generic login --from-literal=password=rootpass")
    cluster.apply(POD)
    cluster.settle()
    links = cluster.kubectl("exec web -- ls -l /etc/creds").stdout
    assert re.fullmatch(r"total 0\nlrwxrwxrwx .* password -> \.\.data/password\n", links)
    files = cluster.kubectl("exec web -- ls -lL /etc/creds").stdout
    assert re.fullmatch(r"total 4\n-r-------- 1 root root 8 .* password\n", files)
    assert re.search(r"\.\.20\d\d(_\d\d){5}\.\d+\n", cluster.kubectl("exec web -- ls -a /etc/creds").stdout)


def test_one_key_of_a_secret_as_a_file_of_its_own() -> None:
    cluster = Cluster()
    cluster.kubectl("create secret generic login --from-literal=password=rootpass --from-literal=username=root")
    cluster.apply(POD.replace("mountPath: /etc/creds", "mountPath: /etc/creds/db.pass, subPath: password"))
    cluster.settle()
    assert "creds" in cluster.kubectl("exec web -- ls /etc").stdout.split()
    assert cluster.kubectl("exec web -- ls /etc/creds").stdout == "db.pass\n"
    assert cluster.kubectl("exec web -- cat /etc/creds/db.pass").stdout == "rootpass"
    assert cluster.kubectl("exec web -- stat -c %a /etc/creds/db.pass").stdout == "400\n"

"""WordPress and MySQL as Days 13, 17 and 22 use them: together in a Pod, apart behind a Service, on a volume."""

from __future__ import annotations

import base64

import pytest

from k8snb import Cluster
from k8snb.runtime.net import HttpResponse

SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: wp}\ndata: {password: cm9vdHBhc3M=, other: b3RoZXI=}\n"
TOGETHER = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: blog}}
spec:
  selector: {{matchLabels: {{app: blog}}}}
  template:
    metadata: {{labels: {{app: blog}}}}
    spec:
      containers:
      - name: wordpress
        image: wordpress:4-php7.0
        ports: [{{name: web, containerPort: 80}}]
        env:
        - {{name: WORDPRESS_DB_HOST, value: {host}}}
        - {{name: WORDPRESS_DB_PASSWORD, valueFrom: {{secretKeyRef: {{name: wp, key: password}}}}}}
      - name: mysql
        image: mysql:5.7
        env: [{{name: MYSQL_ROOT_PASSWORD, valueFrom: {{secretKeyRef: {{name: wp, key: {key}}}}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: blog}}
spec:
  type: NodePort
  ports: [{{port: 3000, nodePort: 30300, targetPort: web}}]
  selector: {{app: blog}}
"""
APART = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mysql}
spec:
  strategy: {type: Recreate}
  selector: {matchLabels: {app: mysql}}
  template:
    metadata: {labels: {app: mysql}}
    spec:
      containers:
      - name: mysql
        image: mysql:5.7
        args: ["--ignore-db-dir=lost+found"]
        env: [{name: MYSQL_ROOT_PASSWORD, value: rootpass}]
        volumeMounts: [{name: data, mountPath: /var/lib/mysql}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
---
apiVersion: v1
kind: Service
metadata: {name: mysql-server-service}
spec: {ports: [{port: 3306}], selector: {app: mysql}}
---
apiVersion: v1
kind: Pod
metadata: {name: blog, labels: {app: blog}}
spec:
  containers:
  - name: wordpress
    image: wordpress:4-php7.0
    env: [{name: WORDPRESS_DB_HOST, value: mysql-server-service}, {name: WORDPRESS_DB_PASSWORD, value: rootpass}]
---
apiVersion: v1
kind: Service
metadata: {name: blog}
spec: {type: NodePort, ports: [{port: 80, nodePort: 30300}], selector: {app: blog}}
"""
FORM = b"weblog_title=My+blog&user_name=admin&admin_password=pw&admin_email=a%40b.c"
BASIC = {"Authorization": "Basic " + base64.b64encode(b"admin:pw").decode()}


def ask(cluster: Cluster, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> HttpResponse:
    answer = cluster.network.request("host", f"http://192.168.49.2:30300{path}", method, headers, body).response
    assert answer is not None
    return answer


def start(manifest: str) -> Cluster:
    cluster = Cluster()
    cluster.apply(SECRET + "---\n" + manifest)
    cluster.settle(timeout=600)
    return cluster


def test_together_it_works_and_dies_with_its_pod() -> None:
    cluster = start(TOGETHER.format(host="127.0.0.1", key="password"))
    shown = cluster.kubectl("get pods --no-headers").stdout.split()
    assert shown[1:3] == ["2/2", "Running"]
    log = cluster.kubectl("logs deploy/blog -c wordpress").stdout
    assert "\nMySQL Connection Error: (2002) Connection refused\n" in log
    answer = ask(cluster, "/")
    assert (answer.status, answer.headers["Location"]) == (302, "http://192.168.49.2:30300/wp-admin/install.php")
    assert "Success!" in ask(cluster, "/wp-admin/install.php?step=2", "POST", FORM).text
    text = ask(cluster, "/").text
    assert '<h1 class="site-title"><a href="/">My blog</a></h1>' in text
    assert "Just another WordPress site" in text
    login = ask(cluster, "/wp-login.php", "POST", b"log=admin&pwd=pw")
    cookie = login.headers["Set-Cookie"].partition(";")[0]
    assert "Howdy, admin" in ask(cluster, "/wp-admin/", Cookie=cookie).text
    assert ask(cluster, "/wp-admin/").status == 302
    assert ask(cluster, "/wp-admin/post.php", "POST", b"post_title=Second&content=x", Cookie=cookie).status == 200
    fork = cluster.fork()
    assert ask(fork, "/").text == ask(cluster, "/").text
    assert "Second" in ask(fork, "/").text
    rows = "SELECT post_title FROM wp_posts ORDER BY ID"
    command = ["exec", shown[0], "-c", "mysql", "--", "mysql", "-uroot", "-prootpass", "wordpress", "-N", "-e", rows]
    assert cluster.kubectl(command).stdout == "Hello world!\nSecond\n"
    cluster.kubectl(["delete", "pod", shown[0]])
    cluster.settle(timeout=600)
    assert ask(cluster, "/").status == 302


@pytest.mark.parametrize(
    ("host", "key", "problem"),
    [
        ("127.0.0.1", "other", "(1045) Access denied for user 'root'@'127.0.0.1' (using password: YES)"),
        ("localhost", "password", "(2002) No such file or directory"),
        ("nowhere", "password", "(2002) php_network_getaddresses: getaddrinfo failed: Name or service not known"),
    ],
)
def test_what_must_not_work_does_not(host: str, key: str, problem: str) -> None:
    cluster = start(TOGETHER.format(host=host, key=key))
    cluster.advance(120)
    item = next(pod for pod in cluster.client.list("pods", "default").items).status.containerStatuses
    wordpress = next(status for status in item if status.name == "wordpress")
    assert wordpress.restartCount >= 1
    assert wordpress.lastState.terminated.exitCode == 1
    log = cluster.kubectl("logs deploy/blog -c wordpress --previous").stdout
    assert log.count(f"MySQL Connection Error: {problem}\n") == 10


def test_apart_they_find_each_other_and_data_stays_on_the_volume() -> None:
    cluster = start(APART)
    ask(cluster, "/wp-admin/install.php?step=2", "POST", FORM)
    cluster.kubectl("delete service mysql-server-service")
    assert "Error establishing a database connection" in ask(cluster, "/").text
    cluster.apply(APART)
    cluster.settle(timeout=300)
    assert "My blog" in ask(cluster, "/").text
    created = ask(
        cluster,
        "/wp-json/wp/v2/posts",
        "POST",
        b'{"title":"Kept","content":"x"}',
        **BASIC,
        **{"Content-Type": "application/json"},
    )
    assert created.status == 201
    cluster.kubectl("delete pods --all")
    cluster.apply(APART)
    cluster.settle(timeout=600)
    assert "Kept" in ask(cluster, "/").text


def test_uploads_need_a_directory_of_the_web_servers_own() -> None:
    cluster = start(TOGETHER.format(host="127.0.0.1", key="password"))
    ask(cluster, "/wp-admin/install.php?step=2", "POST", FORM)
    run = ["exec", "deploy/blog", "-c", "wordpress", "--", "/bin/bash", "-c"]
    cluster.kubectl(
        [*run, "mkdir -p wp-content/uploads; chown root:root wp-content/uploads; chmod 755 wp-content/uploads"]
    )
    head = {**BASIC, "Content-Disposition": 'attachment; filename="cat.png"'}
    refused = ask(cluster, "/wp-json/wp/v2/media", "POST", b"PNG", **head)
    assert refused.status == 500
    assert (
        "Unable to create directory wp-content/uploads/2026/01. Is its parent directory writable by the server?"
        in refused.text
    )
    cluster.kubectl([*run, "chown www-data:www-data /var/www/html/wp-content/uploads"])
    assert ask(cluster, "/wp-json/wp/v2/media", "POST", b"PNG", **head).status == 201
    picture = ask(cluster, "/wp-content/uploads/2026/01/cat.png")
    assert (picture.body, picture.headers["Content-Type"]) == (b"PNG", "image/png")


def test_todays_image_starts_without_its_database() -> None:
    cluster = Cluster()
    cluster.kubectl("run blog --image=wordpress --labels=app=blog --env=WORDPRESS_DB_HOST=nowhere")
    cluster.apply(APART[APART.rindex("---") :])
    cluster.settle()
    answer = ask(cluster, "/")
    assert (answer.status, "Error establishing a database connection" in answer.text) == (500, True)

"""httpd: its document root, its configuration, virtual hosts, listings, reloading, and errors in its words."""

from __future__ import annotations

from k8snb.runtime.machine import Machine
from k8snb.runtime.net import HttpResponse, NetError
from tests.runtime.box import Box, FakeNet

CONF = "/usr/local/apache2/conf/httpd.conf"


def page(answer: HttpResponse | NetError) -> tuple[int, str]:
    assert isinstance(answer, HttpResponse)
    return answer.status, answer.text


def test_it_serves_its_document_root() -> None:
    box = Box("httpd", ())
    assert box.container.ports == {80}
    assert page(box.get(80)) == (200, "<html><body><h1>It works!</h1></body></html>\n")
    box.run("cd /usr/local/apache2/htdocs; mkdir -p d; echo hi > d/a.txt; echo '{}' > x.json")
    status, text = page(box.get(80, "/d/"))
    assert (status, "<title>Index of /d</title>" in text, '<a href="a.txt">' in text) == (200, True, True)
    assert page(box.get(80, "/d"))[0] == 301
    assert page(box.get(80, "/d/a.txt")) == (200, "hi\n")
    answer = box.get(80, "/x.json")
    assert isinstance(answer, HttpResponse)
    assert answer.headers["Content-Type"] == "application/json"
    assert page(box.get(80, "/none"))[0] == 404
    assert page(box.get(80, "/../../../etc/passwd"))[0] == 404
    assert "10.244.0.1 - - [01/Jan/2026:00:0" in box.log
    assert '"GET /none HTTP/1.1" 404 196\n' in box.log


def test_it_reads_its_configuration_again() -> None:
    box = Box("httpd", (), net=FakeNet({}, {"http://app:3000/x": HttpResponse(200, b"from app", {}, 0.01)}))
    more = """Listen 8080
<VirtualHost *:8080>
  ServerName one
  DocumentRoot /srv/one
  ErrorDocument 404 "nothing here"
</VirtualHost>
<VirtualHost *:8080>
  ServerName two
  DocumentRoot "/srv/two"
  Redirect permanent /old http://new.example/base
  ProxyPass /app http://app:3000
</VirtualHost>
<Directory /srv>
  Require all granted
</Directory>
"""
    box.run(
        f"mkdir -p /srv/one /srv/two; echo 1 > /srv/one/index.html; echo 2 > /srv/two/index.html; cat >> {CONF} <<'X'\n{more}X"
    )
    assert box.exec(("httpd", "-t"))[1].endswith("Syntax OK\n")
    box.exec(("httpd", "-k", "graceful"))
    assert box.container.ports == {80, 8080}
    assert page(box.get(8080, Host="one:8080")) == (200, "1\n")
    assert page(box.get(8080, Host="two")) == (200, "2\n")
    assert page(box.get(8080, Host="other")) == (200, "1\n")
    assert page(box.get(8080, "/none", Host="one")) == (404, "nothing here")
    moved = box.get(8080, "/old/x", Host="two")
    assert isinstance(moved, HttpResponse)
    assert (moved.status, moved.headers["Location"]) == (301, "http://new.example/base/x")
    assert page(box.get(8080, "/app/x", Host="two")) == (200, "from app")
    assert page(box.get(8080, "/app/y", Host="two"))[0] == 503
    assert page(box.get(80))[0] == 200


def test_what_is_wrong_is_said_with_its_line() -> None:
    box = Box("httpd", ())
    box.run(f"echo 'Foo bar' >> {CONF}")
    _, err, status = box.exec(("httpd", "-t"))
    assert err.startswith("AH00526: Syntax error on line ")
    assert err.endswith(
        f" of {CONF}:\nInvalid command 'Foo', perhaps misspelled or defined by a module not included in the server "
        "configuration\n"
    )
    assert status == 1
    box.run(f"sed -i '$d' {CONF}; sed -i 's|^DocumentRoot .*|DocumentRoot /nowhere|' {CONF}")
    assert "DocumentRoot '/nowhere' is not a directory, or is not readable" in box.exec(("httpd", "-t"))[1]
    box.act(Machine.kill, 1, 1, True)
    assert box.container.exit_code == 1


def test_it_stops_gracefully() -> None:
    box = Box("httpd", ())
    box.act(Machine.kill, 1, 28, True)
    assert (box.container.phase, box.container.exit_code) == ("exited", 0)
    assert "caught SIGWINCH, shutting down gracefully" in box.log

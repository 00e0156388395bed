# ruff: noqa: E501
"""The learner's own Node programs: what they can do, how they end, and that a fork goes on where they were."""

from __future__ import annotations

import time

import pytest

from k8snb.runtime.javascript import session

from .desk import PACKAGE, Desk

pytest.importorskip("quickjs")


@pytest.fixture(scope="module")
def desk() -> Desk:
    found = Desk()
    found.good("pull node:20")
    return found


def node(desk: Desk, source: str, code: int = 0) -> str:
    """Run a program by itself; its standard output, or with a code its standard error."""
    result = desk("run --rm -i node:20 node -", source)
    assert result.exit_code == code, result.stdout + result.stderr
    return result.stdout if not code else result.stderr


LINES = [
    ("console.log('a', 1, true, null, undefined)", "a 1 true null undefined\n"),
    ("console.log({a: 1, b: [1, 'x', {c: {d: {e: 1}}}]})", "{ a: 1, b: [ 1, 'x', { c: [Object] } ] }\n"),
    ("console.log('%s is %d years', 'x', 3, {z: 1})", "x is 3 years { z: 1 }\n"),
    ("console.log(new Map([[1, 'a']]), new Set([2]), [undefined], () => 1)", "Map(1) { 1 => 'a' } Set(1) { 2 } [ undefined ] [Function (anonymous)]\n"),
    ("console.log(require('path').join('/a', '..', 'b'), require('os').platform(), process.version)", "/b linux v20.19.5\n"),
    ("setTimeout(() => console.log('later'), 2000); console.log('now')", "now\nlater\n"),
    ("Promise.resolve(1).then(console.log); process.nextTick(() => console.log('tick')); console.log('first')", "first\n1\ntick\n"),
    ("(async () => { await new Promise(r => setTimeout(r, 50)); console.log('awaited') })()", "awaited\n"),
    ("const E = require('events'); const e = new E(); e.once('x', v => console.log(v)); e.emit('x', 5); e.emit('x', 6)", "5\n"),
    ("console.log(Buffer.from('aGk=', 'base64').toString(), btoa('hi'))", "hi aGk=\n"),
    ("console.log(new URL('http://a:1/b?c=d').searchParams.get('c'), JSON.stringify(require('querystring').parse('a=1&a=2')))", 'd {"a":["1","2"]}\n'),
    ("require('fs').writeFileSync('/tmp/x', 'kept'); console.log(require('fs').readFileSync('/tmp/x', 'utf8'))", "kept\n"),
    ("try { require('fs').readFileSync('/nope') } catch (e) { console.log(e.code, e.message) }", "ENOENT ENOENT: no such file or directory, open '/nope'\n"),
    ("process.on('exit', c => console.log('bye', c))", "bye 0\n"),
    ("console.log(typeof require('http').createServer, Object.keys(process.env).includes('PATH'))", "function true\n"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "prints"), LINES, ids=[row[0][:50] for row in LINES])
def test_lines(desk: Desk, source: str, prints: str) -> None:
    assert node(desk, source) == prints


ENDS = [
    ("process.exit(7)", 7, ""),
    ("throw new TypeError('boom')", 1, "TypeError: boom\n    at "),
    ("require('lodash')", 1, "Error: Cannot find module 'lodash'\nRequire stack:\n- /[eval]"),
    ("require('./nothere')", 1, "Error: Cannot find module './nothere'"),
    ("require('child_process')", 1, "Error: Cannot find module 'child_process'"),
    ("let x = ;", 1, "SyntaxError"),
    ("import x from 'y'", 1, "SyntaxError: Cannot use import statement outside a module"),
    ("setTimeout(() => { nothing.at.all }, 100)", 1, "ReferenceError: nothing is not defined"),
    ("while (true) {}", 137, "used up its CPU without ever waiting for anything"),
    ("(function f() { Promise.resolve().then(f) })()", 137, "used up its CPU"),
    ("const a = []; while (true) a.push('x'.repeat(1e6) + a.length)", 134, "JavaScript heap out of memory"),
    ("const s = require('http').createServer(); s.listen(1); require('http').createServer().listen(1)", 1, "listen EADDRINUSE: address already in use :::1"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "code", "says"), ENDS, ids=[row[0][:50] for row in ENDS])
def test_how_programs_end(desk: Desk, source: str, code: int, says: str) -> None:
    assert says in node(desk, source, code)


APP = """
const express = require('express'), fs = require('fs');
const app = express();
let count = 0;
app.use(express.json());
app.use((req, res, next) => { console.log(req.method, req.originalUrl); next(); });
app.get('/', (req, res) => res.send(`count ${++count}`));
app.get('/users/:id', (req, res) => res.json({ id: req.params.id, q: req.query.q, host: req.hostname }));
app.post('/echo', (req, res) => res.status(201).json(req.body));
app.get('/slow', (req, res) => setTimeout(() => res.send('at last'), 3000));
app.get('/async', async (req, res) => { await new Promise((r) => setTimeout(r, 10)); res.type('text').send('done'); });
app.get('/crash', () => { setTimeout(() => { throw new Error('later') }, 1000); });
app.get('/fail', () => { throw new Error('broken'); });
app.get('/file', (req, res) => res.send(fs.readFileSync('/tmp/note', 'utf8')));
app.get('/out', async (req, res) => { try { res.send(await (await fetch('http://other:3000/users/5')).text()); } catch (e) { res.status(502).send(e.cause.code); } });
app.get('/never', () => {});
app.use('/api', express.Router().get('/x', (req, res) => res.send(req.baseUrl + ' ' + req.path)));
app.use(express.static('public'));
process.on('SIGTERM', () => { console.log('going'); server.close(() => process.exit(0)); });
const server = app.listen(process.env.PORT || 3000, () => console.log('up', server.address().port));
"""


@pytest.fixture(scope="module")
def app(desk: Desk) -> Desk:
    for name, text in (
        (
            "Dockerfile",
            'FROM node:20\nWORKDIR /app\nCOPY package.json .\nRUN npm install\nCOPY . .\nCMD ["node", "index.js"]\n',
        ),
        ("index.js", APP),
        ("package.json", PACKAGE),
        ("public/page.html", "<p>static</p>\n"),
    ):
        desk.write(f"app/{name}", text)
    desk.good("build -t app app")
    desk.good("network create net")
    desk.good("run -d --name app -p 3000:3000 --network net app")
    return desk


def test_an_express_application(app: Desk) -> None:
    url = "http://localhost:3000"
    assert [app.curl(url) for _ in range(3)] == ["count 1", "count 2", "count 3"]
    assert app.curl(f"{url}/users/7?q=z") == '{"id":"7","q":"z","host":"localhost"}'
    headed = app.curl(f'-i -X POST -H Content-Type:application/json -d {{"a":1}} {url}/echo')
    assert headed.startswith("HTTP/1.1 201 Created\r\n")
    assert "X-Powered-By: Express\r\n" in headed
    assert "Content-Type: application/json; charset=utf-8\r\n" in headed
    assert headed.endswith('{"a":1}')
    assert app.curl(f"{url}/slow -w :%{{time_total}}").startswith("at last:3.0")
    assert app.curl(f"{url}/async") == "done"
    assert app.curl(f"{url}/api/x") == "/api /x"
    assert app.curl(f"{url}/page.html") == "<p>static</p>\n"
    assert "<pre>Cannot GET /nope</pre>" in app.curl(f"{url}/nope")
    assert "Error: broken<br> &nbsp; &nbsp;at " in app.curl(f"{url}/fail")
    assert "Error: broken\n    at " in app("logs app").stderr
    assert app.curl(f"{url}/never").startswith("(56)")


def test_files_are_read_as_they_are_then(app: Desk) -> None:
    assert "ENOENT" in app.curl("http://localhost:3000/file")
    for text in ("one", "two"):
        app.good(f"exec app sh -c 'echo {text} > /tmp/note'")
        assert app.curl("http://localhost:3000/file") == f"{text}\n"


def test_requests_to_others(app: Desk) -> None:
    assert app.curl("http://localhost:3000/out") == "ENOTFOUND"
    app.good("run -d --name other --network net app")
    assert app.curl("http://localhost:3000/out") == '{"id":"5","host":"other"}'
    app.good("rm -f other")


def test_signals_and_crashes(app: Desk) -> None:
    app.good("run -d --name brief app")
    began = app.cluster.now
    app.good("stop brief")
    assert app.cluster.now - began < 1
    assert app.good("logs brief").endswith("going\n")
    assert "Exited (0)" in app.good("ps -a --filter name=brief")
    app.good("run -d --name crash -p 3009:3000 --restart on-failure app")
    app.curl("http://localhost:3009/crash")
    app.cluster.advance(3)
    assert "Error: later" in app("logs crash").stderr
    assert app.good("inspect -f {{.RestartCount}} crash") == "1\n"
    assert app.curl("http://localhost:3009") == "count 1"


def test_a_fork_goes_on_where_the_program_was(app: Desk) -> None:
    app.good("run -d --name fork -p 3010:3000 app")
    url = "http://localhost:3010"
    assert [app.curl(url) for _ in range(3)] == ["count 1", "count 2", "count 3"]
    fork = Desk(app.cluster.fork())
    assert app.curl(url) == "count 4"
    assert fork.curl(url) == "count 4"  # replayed: the live context went on with the other one
    assert [fork.curl(url), app.curl(url), app.curl(url)] == ["count 5", "count 5", "count 6"]
    session._LIVE.clear()
    assert [fork.curl(url), app.curl(url)] == ["count 6", "count 7"]
    assert fork.good("logs fork") == fork.good("logs fork")
    snapshot = app.cluster.snapshot()
    assert app.curl(url) == "count 8"
    app.cluster.restore(snapshot)
    assert app.curl(url) == "count 8"


def test_the_same_in_a_pod(app: Desk) -> None:
    app.good("tag app app:v1")
    app.minikube("image load app:v1")
    app.kubectl("create deployment app --image=app:v1 --replicas=2 --port=3000")
    app.kubectl("set env deployment/app PORT=8080")
    app.cluster.settle()
    pods = [pod for pod in app.cluster.client.list("pods").items if pod.metadata.name.startswith("app-")]
    assert [pod.status.phase for pod in pods] == ["Running"] * 2
    assert (
        app.cluster.http(f"http://{pods[0].status.podIP}:8080", f"pod/{pods[1].metadata.name}").response.text
        == "count 1"
    )
    assert app.cluster.kubectl(f"logs {pods[0].metadata.name}").stdout == "up 8080\nGET /\n"


HOST = [
    "require('fs').readFileSync('/etc/hostname', 'utf8').trim().length",
    "require('fs').existsSync('/work') || require('fs').existsSync('/home/runner')",
    "Object.keys(process.env).sort().join()",
    "typeof std + typeof os + typeof Deno",
]


def test_no_way_to_the_host(desk: Desk) -> None:
    printed = node(desk, "".join(f"console.log({line});" for line in HOST)).splitlines()
    assert printed == ["12", "false", "HOME,HOSTNAME,NODE_VERSION,PATH", "undefinedundefinedundefined"]


def test_a_thousand_requests(desk: Desk) -> None:
    desk.write("fast/Dockerfile", 'FROM node:20\nCOPY s.js .\nCMD ["node", "s.js"]\n')
    desk.write("fast/s.js", "let n = 0; require('http').createServer((q, s) => s.end('n' + ++n)).listen(80)")
    desk.good("build -t fast fast")
    identity = desk.good("run -d fast").strip()
    from k8snb.runtime.net import HttpRequest

    began = time.perf_counter()
    for _ in range(1000):
        answer = desk.cluster.docker.request(identity, 80, HttpRequest())
    assert answer.text == "n1000"
    assert time.perf_counter() - began < 3  # measured: 0.3 s; other work shares the machine

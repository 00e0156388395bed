"""Solved notebooks of Days 5 and 8, and what may happen to them on their way: by accident, in despair and in bad faith.

`python -m tests.grading.mangling [COUNT]` marks that many mangled copies (300) and says how long it took and what was lost.
"""

from __future__ import annotations

import copy
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from k8snb.grading.lesson import root
from k8snb.grading.marking import batch, policy

Notebook = dict[str, Any]

FIVE = {
    "D05-E1": [
        "%kubectl run my-pod --image=zxcvbnius/docker-demo --port=3000 --labels=app=webserver\n"
        "%kubectl expose pod my-pod --type=NodePort --name=my-svc"
    ],
    "D05-E2": [
        "%kubectl run -i --tty alpine --image=alpine --restart=Never -- sh",
        "%%podsh alpine\napk add --no-cache curl",
        'r = %kubectl get pod my-pod -o json\npod_ip = r.json()["status"]["podIP"]\n'
        "%kubectl exec alpine -- curl -s http://{pod_ip}:3000",
    ],
    "D05-E3": ["%kubectl label pods -l app=webserver,version=latest inspect=yes"],
    "D05-E4": [
        "%%writefile menu.yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: menu-pod\n  labels:\n    app: menu\nspec:\n"
        "  containers:\n  - name: pod-demo\n    image: zxcvbnius/docker-demo\n    ports:\n    - containerPort: 3000\n",
        "%kubectl apply -f menu.yaml",
    ],
}
EIGHT = {
    "D08-E1": [
        "r = %minikube service my-deployment-service --url\nurl = r.stdout.strip()\n%curl {url}\n"
        "%kubectl set image deploy/hello-deployment my-pod=zxcvbnius/docker-demo:v2.0.0\n"
        "%kubectl rollout status deploy hello-deployment\nimport time\ntime.sleep(2)\n%curl {url}"
    ],
    "D08-E2": [
        "%kubectl patch deploy order-deployment -p "
        '\'{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}}\'\n'
        "%kubectl rollout restart deploy order-deployment\n%kubectl rollout status deploy order-deployment"
    ],
    "D08-E3": [
        "%kubectl rollout undo deploy menu-deployment --to-revision=1\n%kubectl rollout status deploy menu-deployment\n"
        '%kubectl annotate deploy/menu-deployment kubernetes.io/change-cause="the prices were wrong"'
    ],
    "D08-E4": [
        "%minikube image load hello-node:v1\n"
        "%kubectl create deployment hello-node --image=hello-node:v1 --port=8080 --replicas=2\n"
        "%kubectl rollout status deployment hello-node\n%kubectl expose deployment hello-node --type=LoadBalancer"
    ],
}
LESSONS = {"05-pod.ipynb": (FIVE, 40), "08-deployments.ipynb": (EIGHT, 42)}

FOREVER = "while True: pass"
STUBBORN = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
ENDINGS = (
    "exit()",
    "quit()",
    "import sys; sys.exit(1)",
    "raise SystemExit",
    "import os; os._exit(3)",
    "import os; os.abort()",
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
    "import ctypes; ctypes.string_at(0)",
)
FLOODS = (
    "print('x' * 10_000_000)",
    "for _ in range(200): print('y' * 100_000)",
    "'z' * 50_000_000",
    "hog = [bytearray(10**9) for _ in range(50)]",
    "for n in range(2000): open(f'f{n}', 'wb').write(bytes(10**6))",
    "import os\nwhile True: os.fork()",
    "import time; time.sleep(10**9)",
    "for _ in range(100_000): get_ipython().run_line_magic('kubectl', 'get pods')",
)
#: they would be marks for nothing; each has to bring none, and to take none
FORGERIES = (
    "from k8snb.grading import check, runner\n"
    "check.Check.__call__ = lambda self, world: check.Outcome(self, (check.Finding(self.points, self.points, self.title),))",
    "from k8snb.grading.world import World\nWorld.obj = World.objs = lambda *a, **k: (_ for _ in ()).throw(KeyError())",
    "cluster = get_ipython()._k8snb_lab.cluster\ncluster.journal._records.clear()\ncluster.journal.load(())",
    "cluster = get_ipython()._k8snb_lab.cluster\n"
    "cluster.kubectl('run my-pod --image=zxcvbnius/docker-demo --port=3000 --labels=app=webserver')\n"
    "cluster.kubectl('run menu-pod --image=zxcvbnius/docker-demo --port=3000 --labels=app=menu')",
    "import os, json\nfor fd in range(3, 64):\n    for line in ({'nonce': '', 'done': True, 'outcomes': "
    "{'D05-E1': {'earned': 10}}}, [0, 'end', '', '', None]):\n"
    "        try: os.write(fd, json.dumps(line).encode() + b'\\n')\n        except OSError: pass",
    "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'\\xff' * 5000 + b'\\n')\n    except OSError: pass",
    "import os\nos.closerange(0, 64)",
    "from pathlib import Path\nfor name in ('/tmp/marks.csv', '../../marks.csv', '../day05_pod/manifests/market.yaml'):\n"
    "    try: Path(name).write_text('D05-E1,10')\n    except OSError: pass",
    "import socket\ntry: socket.create_connection(('127.0.0.1', 80), 1)\nexcept OSError: pass",
    "magics = get_ipython().magics_manager.magics['line']\nmagics['check'] = magics['hint'] = lambda line='': None",
)


class Mangled(NamedTuple):
    """A notebook as it came in, and the marks it has to get: exactly, or None if it has to have no marks at all."""

    kind: str
    text: str
    marks: float | None


def solved(name: str) -> Notebook:
    """A shipped notebook with every exercise done."""
    answers, _ = LESSONS[name]
    found = shipped(name)
    cells = []
    for cell in found["cells"]:
        cells.append(cell)
        mine = answers.get("".join(cell["source"]).strip().removeprefix("# "), [])
        if cell["cell_type"] == "code" and mine:
            cell["source"] = mine[0] if mine[0].startswith("%%") else f"{''.join(cell['source'])}\n{mine[0]}"
            cells += [code(source, f"{cell['id']}{number}") for number, source in enumerate(mine[1:])]
    found["cells"] = cells
    return found


def shipped(name: str) -> Notebook:
    """A notebook as learners get it, without its outputs."""
    found: Notebook = json.loads((root() / "en" / name).read_text(encoding="utf-8"))
    for cell in found["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
    return found


def code(source: str, id: str) -> dict[str, Any]:
    return {"cell_type": "code", "id": id, "metadata": {}, "outputs": [], "execution_count": None, "source": source}


def _own(notebook: Notebook) -> list[dict[str, Any]]:
    """The cells that a learner wrote."""
    given = {cell["id"]: "".join(cell["source"]) for name in LESSONS for cell in shipped(name)["cells"]}
    return [cell for cell in notebook["cells"] if given.get(cell["id"]) != "".join(cell["source"])]


def shuffled(notebook: Notebook, chance: random.Random) -> None:
    own = _own(notebook)
    follows = {id(cell): [] for cell in notebook["cells"]}  # a learner's cells of one exercise stay together
    last = notebook["cells"][0]
    for cell in notebook["cells"]:
        if cell in own and not "".join(cell["source"]).startswith("# D") and "%%writefile" not in cell["source"]:
            follows[id(last)].append(cell)
        else:
            last = cell
    heads = [cell for cell in notebook["cells"] if not any(cell in group for group in follows.values())]
    chance.shuffle(heads)
    notebook["cells"] = [each for head in heads for each in (head, *follows[id(head)])]


def deleted(notebook: Notebook, chance: random.Random) -> None:
    own = _own(notebook)
    notebook["cells"] = [cell for cell in notebook["cells"] if cell in own or chance.random() < 0.6]


def duplicated(notebook: Notebook, chance: random.Random) -> None:
    own = _own(notebook)
    notebook["cells"] = [
        copied
        for cell in notebook["cells"]
        for copied in [copy.deepcopy(cell)] * (2 if cell not in own and chance.random() < 0.4 else 1)
    ]


def edited(notebook: Notebook, chance: random.Random) -> None:
    own = _own(notebook)
    for cell in notebook["cells"]:
        if cell not in own and cell["cell_type"] == "code" and chance.random() < 0.4:
            cell["source"] = chance.choice(["", "1 / 0", "def (", "%no_such_magic", "# gone", "%view"])


def without_ids(notebook: Notebook, chance: random.Random) -> None:
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        del cell["id"]


def inserting(sources: tuple[str, ...]) -> Callable[[Notebook, random.Random], None]:
    """Put one of these somewhere in the notebook."""

    def mangle(notebook: Notebook, chance: random.Random) -> None:
        own = _own(notebook)
        free = [
            place for place in range(1, len(notebook["cells"]) + 1)
            if notebook["cells"][place - 1] not in own or notebook["cells"][place:place + 1] in ([], [None])
        ]  # fmt: skip
        notebook["cells"].insert(chance.choice(free), code(chance.choice(sources), "mangled"))

    return mangle


KINDS: dict[str, Callable[[Notebook, random.Random], None]] = {
    "intact": lambda notebook, chance: None,
    "shuffled": shuffled,
    "deleted": deleted,
    "duplicated": duplicated,
    "edited": edited,
    "without ids": without_ids,
    "loop": inserting((FOREVER, STUBBORN, "import time\nwhile True: time.sleep(0.1)")),
    "flood": inserting(FLOODS),
    "ending": inserting(ENDINGS),
    "forged": inserting(FORGERIES),
    "nothing done, forged": inserting(FORGERIES),
    "broken": lambda notebook, chance: None,
}


def mangled(number: int) -> Mangled:
    """The copy of this number: always the same one."""
    chance = random.Random(number)
    kind = list(KINDS)[number % len(KINDS)]
    name = list(LESSONS)[number // len(KINDS) % len(LESSONS)]
    notebook = shipped(name) if kind.startswith("nothing") else solved(name)
    KINDS[kind](notebook, chance)
    text = json.dumps(notebook)
    if kind == "broken":
        return Mangled(kind, chance.choice([text[: len(text) // 2], "", "[" * 100_000, "\0" * 1000, "{}"]), None)
    return Mangled(kind, text, 0.0 if kind.startswith("nothing") else float(LESSONS[name][1]))


def main() -> int:
    """Mark many, and say what was lost."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        wanted = {Path(folder) / f"{number:03}.ipynb": mangled(number) for number in range(count)}
        for path, each in wanted.items():
            path.write_text(each.text, encoding="utf-8")
        start = time.perf_counter()
        rows = batch.mark(list(wanted), policy.load(None), jobs=2, timeout=10)
        seconds = time.perf_counter() - start
    wrong = 0
    for row, each in zip(rows, wanted.values(), strict=True):
        got = None if row.failed else row.marks
        if got != each.marks:
            wrong += 1
            sys.stdout.write(f"{Path(row.path).name} {each.kind}: {got}, not {each.marks} {row.remarks}\n")
    sys.stdout.write(f"{len(rows)} notebooks in {seconds:.0f} s, {wrong} with other marks than they have to get\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Day 3: ways that look right and are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import docker, near_miss

if TYPE_CHECKING:
    from k8snb import Cluster

INDEX = """const express = require('express');
const app = express();
app.get('/', (req, res) => res.send('Hello World!'));
app.listen(3000, () => console.log('Moonlight Tea is open on port 3000'));
"""
PACKAGE = '{"name": "page", "scripts": {"start": "node index.js"}, "dependencies": {"express": "^4.16.2"}}\n'
PAGE = {"page/index.js": INDEX, "page/package.json": PACKAGE}
GOOD = 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN npm install\nEXPOSE {port}\nCMD ["npm", "start"]\n'
V2 = INDEX.replace("World!", "World! v2")


def _menu(page: str, port: int) -> dict[str, str]:
    return {"menu/index.js": page, "menu/package.json": PACKAGE, "menu/Dockerfile": GOOD.format(port=port)}


@near_miss("D03-E1")
def what_the_lid_says(c: Cluster) -> None:
    """Published to 300, as EXPOSE says: the container runs, and nobody is at home."""
    docker(c, "build -t page page", {**PAGE, "page/Dockerfile": GOOD.format(port=300)})
    docker(c, "run -d -p 3000:300 page")
    c.advance(2)


@near_miss("D03-E1")
def no_libraries(c: Cluster) -> None:
    """Without `npm install` the container falls over at once."""
    docker(
        c,
        "build -t page page",
        {**PAGE, "page/Dockerfile": 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD ["npm", "start"]\n'},
    )
    docker(c, "run -d -p 3000:3000 page")
    c.advance(2)


@near_miss("D03-E1")
def somebody_elses_crate(c: Cluster) -> None:
    """The author's own image answers the same, but was not built here."""
    docker(c, "run -d -p 3000:3000 zxcvbnius/docker-demo")
    c.advance(2)


@near_miss("D03-E1")
def built_and_not_run(c: Cluster) -> None:
    """An image by itself answers nobody."""
    docker(c, "build -t page page", {**PAGE, "page/Dockerfile": GOOD.format(port=3000)})


@near_miss("D03-E1")
def no_door(c: Cluster) -> None:
    """It runs, but without `-p` there is no way in."""
    docker(c, "build -t page page", {**PAGE, "page/Dockerfile": GOOD.format(port=3000)})
    docker(c, "run -d page")
    c.advance(2)


@near_miss("D03-E1")
def built_here_and_run_there(c: Cluster) -> None:
    """The image is right, but the container behind the port is of another one."""
    docker(c, "build -t page page", {**PAGE, "page/Dockerfile": GOOD.format(port=3000)})
    docker(c, "run -d -p 3000:3000 zxcvbnius/docker-demo")
    c.advance(2)


@near_miss("D03-E2")
def edited_and_restarted(c: Cluster) -> None:
    """A restart does not look at the folder: the container is still made from the old image."""
    docker(c, "restart summer")
    c.advance(2)


@near_miss("D03-E2")
def only_another_name(c: Cluster) -> None:
    """`menu:v2` is the old image with a second sticker."""
    docker(c, "tag menu:v1 menu:v2")
    docker(c, "run -d -p 3011:3000 menu:v2")
    c.advance(2)


@near_miss("D03-E2")
def built_over_the_old_one(c: Cluster) -> None:
    """Both names lead to the new image: summer is lost."""
    docker(c, "build -t menu:v2 -t menu:v1 menu", _menu(V2, 3000))
    docker(c, "run -d -p 3011:3000 menu:v2")
    c.advance(2)


@near_miss("D03-E2")
def the_note_is_still_wrong(c: Cluster) -> None:
    """The page is new, but the lid still says 300."""
    docker(c, "build -t menu:v2 menu", _menu(V2, 300))
    docker(c, "run -d -p 3011:3000 menu:v2")
    c.advance(2)


@near_miss("D03-E2")
def the_old_image_on_the_new_port(c: Cluster) -> None:
    """`menu:v2` is built, but what runs on 3011 is v1."""
    docker(c, "build -t menu:v2 menu", _menu(V2, 3000))
    docker(c, "run -d -p 3011:3000 menu:v1")
    c.advance(2)


@near_miss("D03-E2")
def old_text(c: Cluster) -> None:
    """The lid is right, but somebody forgot the text."""
    docker(c, "build -t menu:v2 menu", _menu(INDEX, 3000))
    docker(c, "run -d -p 3011:3000 menu:v2")
    c.advance(2)


def _hello(c: Cluster, program: str, name: str) -> None:
    files = {"h/s.js": program, "h/Dockerfile": 'FROM node:22-slim\nEXPOSE 8080\nCOPY s.js .\nCMD ["node", "s.js"]\n'}
    docker(c, f"build -t {name} h", files)


SERVER = "require('http').createServer((req, res) => res.end('Hello!')).listen({where});\n"


@near_miss("D03-E3")
def without_the_tag(c: Cluster) -> None:
    """Without `:v1` the name is `hello-node:latest`; v1 is still the one that stood around."""
    _hello(c, SERVER.format(where=8080), "hello-node")


@near_miss("D03-E3")
def another_port(c: Cluster) -> None:
    """EXPOSE says 8080, the program listens on 3000."""
    _hello(c, SERVER.format(where=3000), "hello-node:v1")


@near_miss("D03-E3")
def only_for_itself(c: Cluster) -> None:
    """It listens on 127.0.0.1: nobody outside the container reaches it."""
    _hello(c, SERVER.format(where="8080, '127.0.0.1'"), "hello-node:v1")


@near_miss("D03-E3")
def falls_over(c: Cluster) -> None:
    """A typing mistake in the program: the image is built, the container ends at once."""
    _hello(c, "require('htp').createServer((q, r) => r.end('Hello')).listen(8080);\n", "hello-node:v1")


TILL = {
    "till/till.js": "require('http').createServer((req, res) => res.end('Ready')).listen(8000);\n",
    "till/pin.txt": "the PIN of Mei's till is 4711\n",
}


def _till(c: Cluster, dockerfile: str, **more: str) -> None:
    docker(c, "build -t till:clean till", {**TILL, "till/Dockerfile": dockerfile, **more})


@near_miss("D03-E4")
def as_it_was(c: Cluster) -> None:
    """Another name does not make it clean."""
    _till(c, 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD ["node", "till.js"]\n')


@near_miss("D03-E4")
def removed_afterwards(c: Cluster) -> None:
    """`RUN rm` adds a layer that hides the file; the layer below still has it."""
    _till(c, 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN rm pin.txt\nCMD ["node", "till.js"]\n')


@near_miss("D03-E4")
def renamed(c: Cluster) -> None:
    """Under another name it can be read just as well."""
    _till(c, 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN mv pin.txt .p\nCMD ["node", "till.js"]\n')


@near_miss("D03-E4")
def too_clean(c: Cluster) -> None:
    """Nothing is in there any more, not even the till."""
    _till(c, 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD ["node", "till.js"]\n', **{"till/.dockerignore": "*\n"})


NEAR_MISSES = (
    what_the_lid_says,
    no_libraries,
    somebody_elses_crate,
    built_and_not_run,
    no_door,
    built_here_and_run_there,
    edited_and_restarted,
    only_another_name,
    built_over_the_old_one,
    the_note_is_still_wrong,
    the_old_image_on_the_new_port,
    old_text,
    without_the_tag,
    another_port,
    only_for_itself,
    falls_over,
    as_it_was,
    removed_afterwards,
    renamed,
    too_clean,
)

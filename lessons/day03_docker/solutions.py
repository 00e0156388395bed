"""Day 3: right ways to do the exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import docker, solution

if TYPE_CHECKING:
    from k8snb import Cluster

PAGE = {
    "page/index.js": """const express = require('express');
const app = express();
app.get('/', (req, res) => res.send('Hello World!'));
app.listen(3000, () => console.log('Moonlight Tea is open on port 3000'));
""",
    "page/package.json": """{
  "name": "page",
  "version": "1.0.0",
  "scripts": {"start": "node index.js"},
  "dependencies": {"express": "^4.16.2"}
}
""",
}
MENU = {
    "menu/package.json": PAGE["page/package.json"],
    "menu/index.js": "const app = require('express')();\n"
    "app.get('/', (req, res) => res.send('Hello World! v2'));\napp.listen(3000);\n",
    "menu/Dockerfile": "FROM node:22-slim\nWORKDIR /app\nCOPY package.json .\nRUN npm install\nCOPY . .\n"
    'EXPOSE 3000\nCMD ["npm", "start"]\n',
}
TILL = {
    "till/till.js": "require('http').createServer((req, res) => res.end('Ready')).listen(8000);\n",
    "till/pin.txt": "the PIN of Mei's till is 4711\n",
    "till/Dockerfile": 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nEXPOSE 8000\nCMD ["node", "till.js"]\n',
}
HELLO = "require('http').createServer((req, res) => res.end('Hello, node!')).listen(8080);\n"


@solution("D03-E1")
def write_build_run(c: Cluster) -> None:
    dockerfile = """FROM node:22-slim
WORKDIR /app
COPY package.json .
RUN npm install
COPY . .
EXPOSE 3000
CMD ["npm", "start"]
"""
    docker(c, "build -t page page", {**PAGE, "page/Dockerfile": dockerfile})
    docker(c, "run -d --name page -p 3000:3000 page")
    c.advance(2)


@solution("D03-E1")
def as_in_2018(c: Cluster) -> None:
    dockerfile = "FROM node:6.2.2\nWORKDIR /app\nADD . /app\nRUN npm install\nEXPOSE 300\nCMD npm start\n"
    image = docker(c, "build -q page", {**PAGE, "page/Dockerfile": dockerfile}).stdout.strip()
    docker(c, f"run -p 3000:3000 -it {image[7:19]}")


@solution("D03-E1")
def without_workdir(c: Cluster) -> None:
    dockerfile = 'FROM node:20\nCOPY . /app\nRUN cd /app && npm install\nCMD ["node", "/app/index.js"]\n'
    docker(c, "build -t moon:1 page", {**PAGE, "page/Dockerfile": dockerfile})
    docker(c, "run -d -p 127.0.0.1:3000:3000 moon:1")
    c.advance(2)


@solution("D03-E2")
def edit_build_run(c: Cluster) -> None:
    docker(c, "build -t menu:v2 menu", MENU)
    docker(c, "run -d --name autumn -p 3011:3000 menu:v2")
    c.advance(2)


@solution("D03-E2")
def summer_is_over(c: Cluster) -> None:
    """The old container may go: its image stays."""
    docker(c, "build -t menu:v2 menu", MENU)
    docker(c, "rm -f summer")
    docker(c, "run -d -p 3011:3000 menu:v2")
    c.advance(2)


@solution("D03-E3")
def two_lines(c: Cluster) -> None:
    files = {
        "hello/server.js": HELLO,
        "hello/Dockerfile": 'FROM node:22-slim\nEXPOSE 8080\nCOPY server.js .\nCMD ["node", "server.js"]\n',
    }
    docker(c, "build -t hello-node:v1 hello", files)


@solution("D03-E3")
def named_afterwards(c: Cluster) -> None:
    files = {
        "hello/server.js": "const app = require('express')();\napp.get('/', (q, r) => r.send('hello'));\n"
        "app.listen(process.env.PORT);\n",
        "hello/Dockerfile": "FROM node:20\nWORKDIR /srv\nRUN npm init -y && npm install express\nENV PORT=8080\n"
        "COPY server.js .\nENTRYPOINT node server.js\n",
    }
    docker(c, "build -t mine hello", files)
    docker(c, "tag mine hello-node:v1")


@solution("D03-E4")
def dockerignore(c: Cluster) -> None:
    docker(c, "build -t till:clean till", {**TILL, "till/.dockerignore": "pin.txt\n"})


@solution("D03-E4")
def only_the_program(c: Cluster) -> None:
    dockerfile = 'FROM node:22-slim\nWORKDIR /app\nCOPY till.js .\nEXPOSE 8000\nCMD ["node", "till.js"]\n'
    docker(c, "build -t till:clean till", {**TILL, "till/Dockerfile": dockerfile})


@solution("D03-E4")
def two_stages(c: Cluster) -> None:
    """What is thrown away in an earlier stage is not in the image."""
    dockerfile = (
        "FROM node:22-slim AS sorting\nWORKDIR /app\nCOPY . .\nRUN rm pin.txt\n"
        'FROM node:22-slim\nWORKDIR /app\nCOPY --from=sorting /app .\nCMD ["node", "till.js"]\n'
    )
    docker(c, "build -t till:clean till", {**TILL, "till/Dockerfile": dockerfile})


SOLUTIONS = (
    write_build_run,
    as_in_2018,
    without_workdir,
    edit_build_run,
    summer_is_over,
    two_lines,
    named_afterwards,
    dockerignore,
    only_the_program,
    two_stages,
)

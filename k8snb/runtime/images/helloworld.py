"""hello-world: the image that says that docker works, and ends."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, tree
from k8snb.runtime.image import Image, content_digest
from k8snb.runtime.programs.program import Call, Outcome

_TEXT = """
Hello from Docker!
This message shows that your installation appears to be working correctly.

To generate this message, Docker took the following steps:
 1. The Docker client contacted the Docker daemon.
 2. The Docker daemon pulled the "hello-world" image from the Docker Hub.
    (amd64)
 3. The Docker daemon created a new container from that image which runs the
    executable that produces the output you are currently reading.
 4. The Docker daemon streamed that output to the Docker client, which sent it
    to your terminal.

To try something more ambitious, you can run an Ubuntu container with:
 $ docker run -it ubuntu bash

Share images, automate workflows, and more with a free Docker ID:
 https://hub.docker.com/

For more examples and ideas, visit:
 https://docs.docker.com/get-started/

"""


class HelloWorld(Image):
    repository = "docker.io/library/hello-world"
    tags = {tag: content_digest("hello-world") for tag in ("latest", "linux")}
    size = 4_100
    cmd = ("/hello",)

    def files(self) -> Directory:
        return tree({"/hello": userland.executable("image:helloworld:HelloWorld", 10_000)})

    def start(self, call: Call) -> Outcome:
        call.out(_TEXT)
        return 0

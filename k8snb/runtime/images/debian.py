"""debian and ubuntu: bash and coreutils, apt-get, no network tools. Without a terminal their shell ends at once."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, Entry, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest

_DEBIAN = {
    **dict.fromkeys(("latest", "13", "trixie", "stable", "13.1"), "13 (trixie)"),
    **dict.fromkeys(("12", "bookworm", "oldstable", "12.12"), "12 (bookworm)"),
    **dict.fromkeys(("11", "bullseye"), "11 (bullseye)"),
    **dict.fromkeys(("13-slim", "trixie-slim", "stable-slim"), "13 (trixie)"),
    **dict.fromkeys(("12-slim", "bookworm-slim"), "12 (bookworm)"),
    **dict.fromkeys(("11-slim", "bullseye-slim"), "11 (bullseye)"),
}
_UBUNTU = {
    **dict.fromkeys(("latest", "24.04", "noble"), "24.04.3 LTS (Noble Numbat)"),
    **dict.fromkeys(("22.04", "jammy"), "22.04.5 LTS (Jammy Jellyfish)"),
    **dict.fromkeys(("20.04", "focal"), "20.04.6 LTS (Focal Fossa)"),
    **dict.fromkeys(("25.10", "rolling", "devel", "questing"), "25.10 (Questing Quokka)"),
}


class Debian(Image):
    repository = "docker.io/library/debian"
    tags = {tag: content_digest(f"debian {name}{' slim' if 'slim' in tag else ''}") for tag, name in _DEBIAN.items()}
    size = 48 * MIB
    cmd = ("bash",)
    userland = "debian"

    def __init__(self, tag: str = "latest") -> None:
        super().__init__(tag)
        if tag.endswith("slim"):
            vars(self).update(size=28 * MIB)

    def files(self) -> Directory:
        return userland.debian(_DEBIAN.get(self.tag, "13 (trixie)"))


class Ubuntu(Image):
    repository = "docker.io/library/ubuntu"
    tags = {tag: content_digest(f"ubuntu {name}") for tag, name in _UBUNTU.items()}
    size = 29 * MIB
    cmd = ("/bin/bash",)
    userland = "debian"

    def files(self) -> Directory:
        name = _UBUNTU.get(self.tag, _UBUNTU["latest"])
        number, code = name.partition(" ")[0], name.partition("(")[2].rstrip(")").partition(" ")[0].lower()
        release = (
            f'PRETTY_NAME="Ubuntu {name.partition(" (")[0]}"\nNAME="Ubuntu"\nVERSION_ID="{number[:5]}"\nVERSION="{name}"\n'
            f"VERSION_CODENAME={code}\nID=ubuntu\nID_LIKE=debian\n"
        )
        own: dict[str, str | bytes | Entry] = {
            "/etc/os-release": release,
            "/etc/debian_version": "trixie/sid\n",
            "/home/ubuntu": Directory(uid=1000, gid=1000),
        }
        users = "ubuntu:x:1000:1000:Ubuntu:/home/ubuntu:/bin/bash\n"
        return merge(userland.debian(number, users, "ubuntu:x:1000:\n"), tree(own))

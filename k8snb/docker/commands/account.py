"""`docker login`, `logout` and `search`: accounts of the simulated registries. Nothing leaves the notebook.

No real credentials are ever taken: the one password that works is `dummy`, and a login without words is the account `learner`.
"""

from __future__ import annotations

from k8snb.docker.command import FILTER, FORMAT, NO_TRUNC, Command, Invocation, switch, text
from k8snb.docker.image import created_at
from k8snb.docker.words import listing, shorten
from k8snb.runtime.images import IMAGES, load
from k8snb.runtime.registry import HUB, PASSWORD, Reference, short_name

ACCOUNT = "learner"


def login(call: Invocation) -> int | None:
    server = call.args[0] if call.args else ""
    domain = HUB if server in ("", "docker.io", "index.docker.io", "https://index.docker.io/v1/") else server
    name, password = str(call.flag("username")), str(call.flag("password"))
    if call.flag("password-stdin"):
        if password:
            call.err("--password and --password-stdin are mutually exclusive\n")
            return 1
        if not name:
            call.err("must provide --username with --password-stdin\n")
            return 1
        password = (call.stdin or "").strip()
    elif password:
        call.err("WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n")
    if not name or not password:
        account = name or ACCOUNT
        call.lab(
            f"nobody is asked for a password here, and none is sent: {account} is an account of a simulated registry"
        )
        name, password = name or ACCOUNT, PASSWORD
    elif password != PASSWORD:
        host = "https://registry-1.docker.io/v2/" if domain == HUB else f"https://{domain}/v2/"
        call.err(f'Error response from daemon: Get "{host}": unauthorized: incorrect username or password\n')
        call.lab(
            f"this registry is simulated, and its only password is {PASSWORD}: never type a real one into a notebook"
        )
        return 1
    docker = call.docker
    docker.state = docker.state._replace(accounts={**docker.state.accounts, domain: name})
    call.out("Login Succeeded\n")
    return 0


def logout(call: Invocation) -> int | None:
    server = call.args[0] if call.args else ""
    domain = HUB if server in ("", "docker.io") else server
    shown = "https://index.docker.io/v1/" if domain == HUB else domain
    docker = call.docker
    call.out(f"Removing login credentials for {shown}\n")
    docker.state = docker.state._replace(
        accounts={key: value for key, value in docker.state.accounts.items() if key != domain}
    )
    return 0


def search(call: Invocation) -> int | None:
    wanted, rows = call.args[0].lower(), []
    for repository, row in IMAGES.items():
        image = load(row, "latest")
        if not repository.startswith(HUB) or image.local_only or image.owner or wanted not in repository:
            continue
        name = short_name(Reference(HUB, repository.removeprefix(f"{HUB}/")))
        text_of = (image.__doc__ or type(image).__module__.rpartition(".")[2]).strip().splitlines()[0]
        official = "[OK]" if "/" not in name else ""
        rows.append(
            {
                "Name": name,
                "Description": shorten(text_of, 45),
                "StarCount": str(int(created_at(image)) % 900),
                "IsOfficial": official,
            }
        )
    rows.sort(key=lambda row: (not row["IsOfficial"], row["Name"]))
    columns = (("Name", "NAME"), ("Description", "DESCRIPTION"), ("StarCount", "STARS"), ("IsOfficial", "OFFICIAL"))
    call.out(listing(rows, columns, str(call.flag("format"))))
    return 0


LOGIN = Command(
    "login",
    "Authenticate to a registry",
    "login [OPTIONS] [SERVER]",
    login,
    (
        text("password", "Password or Personal Access Token (PAT)", "p"),
        switch("password-stdin", "Take the Password or Personal Access Token (PAT) from stdin"),
        text("username", "Username", "u"),
    ),
    0,
    1,
    group="common",
)
LOGOUT = Command("logout", "Log out from a registry", "logout [SERVER]", logout, (), 0, 1, group="common")
SEARCH = Command(
    "search",
    "Search Docker Hub for images",
    "search [OPTIONS] TERM",
    search,
    (FILTER, FORMAT, NO_TRUNC, text("limit", "Max number of search results")),
    1,
    1,
    group="common",
)

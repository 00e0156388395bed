"""wordpress: Apache with a model of WordPress, whose posts and users are in MySQL and whose uploads are files.

It does what shows where state lives: the database it looks for at its start, the installation, logging in, posts (pages and
the REST API), uploads to `wp-content/uploads`. Themes, plugins, comments and the editor are left out; PHP is not run. Tags
of 2017 (`4-php7.0`) try the database ten times and then end; today's start without it and say so on each page.
Source: docker-library/wordpress, docker-entrypoint.sh of December 2017 and of 2026.
"""

from __future__ import annotations

from typing import NamedTuple

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, Entry, FileError, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.images.wordpresssite import ROOT, Site, query
from k8snb.runtime.mysql.wire import Answer
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Become, Call, Outcome, Pause, Serve

_OLD = ("4-php7.0", "4", "4.9", "4.9-php7.0", "4.9.8", "4.8", "php7.0", "4-php7.0-apache")
_NEW = ("latest", "6", "6.8", "6.8.3", "6-apache", "6.8-apache", "php8.3", "6-php8.3", "5", "php8.3-apache", "apache")
_WWW_DATA = 33
_TRIES, _APART = 10, 3.0
_LATENCY = 0.045


class Tries(NamedTuple):
    """The entry point while it waits for the database: connections still to be tried."""

    left: int = _TRIES


class WordPress(Image):
    repository = "docker.io/library/wordpress"
    tags = {
        **{tag: content_digest("wordpress 4.9.8") for tag in _OLD},
        **{tag: content_digest("wordpress 6.8.3") for tag in _NEW},
    }
    size = 220 * MIB
    memory = 60 * MIB
    cpu_millis = 1
    entrypoint = ("docker-entrypoint.sh",)
    cmd = ("apache2-foreground",)
    workdir = ROOT
    exposed = ("80/tcp",)
    stop_signal = "SIGWINCH"
    userland = "debian"

    def __init__(self, tag: str = "latest") -> None:
        super().__init__(tag)
        version = "4.9.8" if tag in _OLD else "6.8.3"
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        vars(self).update(
            version=version, env={"PATH": path, "WORDPRESS_VERSION": version, "APACHE_CONFDIR": "/etc/apache2"}
        )

    def files(self) -> Directory:
        server = userland.executable("image:wordpress:WordPress", 700_000)
        files: dict[str, str | bytes | Entry] = {
            "/usr/local/bin/docker-entrypoint.sh": server,
            "/usr/local/bin/apache2-foreground": server,
            "/usr/sbin/apache2": server,
            "/usr/src/wordpress/version": vars(self)["version"],
            ROOT: Directory(uid=_WWW_DATA, gid=_WWW_DATA),
            "/usr/bin/curl": userland.executable("curl"),
        }
        return merge(userland.debian("9 (stretch)" if self.tag in _OLD else "12 (bookworm)"), tree(files))

    # -- starting ----------------------------------------------------------------------------------------------------

    def start(self, call: Call) -> Outcome:
        if call.name == "docker-entrypoint.sh":
            words = call.args or ["apache2-foreground"]
            if not words[0].startswith("apache2"):
                return Become(tuple(words), call.env)
            if call.state is None:
                _copy(call)
            if _old(call):
                waiting = self._wait_for_database(call)
                if waiting is not None:
                    return waiting
            return Become(tuple(words), call.env)
        call.listen(80)
        ip = call.machine.world.ip or "127.0.0.1"
        note = f"AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using {ip}. "
        call.err(f"{note}Set the 'ServerName' directive globally to suppress this message\n" * 2)
        call.err(
            _note(
                call,
                "AH00163: Apache/2.4.25 (Debian) PHP/7.0.32 configured -- resuming normal operations",
                "mpm_prefork",
            )
        )
        call.err(_note(call, "AH00094: Command line: 'apache2 -D FOREGROUND'", "core"))
        return Serve(None)

    def _wait_for_database(self, call: Call) -> Outcome | None:
        """One connection of the ten: None once it has worked and the database is there."""
        tries: Tries = call.state or Tries()
        name = call.env.get("WORDPRESS_DB_NAME", "wordpress")
        answer, seconds = query(call, f"CREATE DATABASE IF NOT EXISTS `{name}`", "")
        if isinstance(answer, Answer):
            if answer.error is not None:
                call.err(f'\nMySQL "CREATE DATABASE" Error: {answer.error.text}\n')
                return 1
            return None
        call.out(
            f"\nWarning: mysqli::__construct(): ({answer.state}/{answer.code}): {answer.text} "
            "in Standard input code on line 22\n"
        )
        call.err(f"\nMySQL Connection Error: ({answer.code}) {answer.text}\n")
        if tries.left <= 1:
            return 1
        return Pause(_APART + seconds, Tries(tries.left - 1))

    def signal(self, call: Call, signal: int) -> int | None:
        if call.name == "docker-entrypoint.sh" or signal not in (2, 15, 28):
            return None
        text = (
            "AH00169: caught SIGTERM, shutting down"
            if signal != 28
            else "AH00492: caught SIGWINCH, shutting down gracefully"
        )
        call.err(_note(call, text, "mpm_prefork"))
        return 0

    # -- serving -----------------------------------------------------------------------------------------------------

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        fs = call.machine.fs
        before = fs.uid, fs.gid
        fs.uid = fs.gid = _WWW_DATA
        try:
            status, body, head = Site(call, request).answer()
        finally:
            fs.uid, fs.gid = before
        stamp = format_date("%d/%b/%Y:%H:%M:%S +0000", call.now)
        agent, referrer = request.header("User-Agent") or "-", request.header("Referer") or "-"
        line = f'{request.client or "127.0.0.1"} - - [{stamp}] "{request.method} {request.target} HTTP/1.1"'
        call.out(f'{line} {status} {len(body)} "{referrer}" "{agent}"\n')
        head = {"Server": "Apache/2.4.25 (Debian)", "Content-Type": "text/html; charset=UTF-8", **head}
        head["Content-Length"] = str(len(body))
        return HttpResponse(status, b"" if request.method == "HEAD" else body, head, _LATENCY)


def _old(call: Call) -> bool:
    try:
        return call.machine.fs.read("/usr/src/wordpress/version").startswith(b"4.")
    except FileError:
        return False


def _copy(call: Call) -> None:
    """Unpack WordPress into the document root, unless something is there."""
    fs = call.machine.fs
    if fs.exists(f"{ROOT}/index.php"):
        return
    call.err(f"WordPress not found in {ROOT} - copying now...\n")
    files = {
        "index.php": "<?php\ndefine('WP_USE_THEMES', true);\nrequire __DIR__ . '/wp-blog-header.php';\n",
        "wp-login.php": "<?php\n", "wp-config-sample.php": "<?php\n", "wp-settings.php": "<?php\n",
        "wp-config.php": "<?php\n// taken from the environment: WORDPRESS_DB_HOST, _USER, _PASSWORD, _NAME\n",
        "wp-admin/install.php": "<?php\n", "wp-admin/index.php": "<?php\n", "wp-includes/version.php": "<?php\n",
        "wp-content/index.php": "<?php\n// Silence is golden.\n", "wp-content/themes/index.php": "<?php\n",
        "wp-content/plugins/index.php": "<?php\n",
    }  # fmt: skip
    for name, text in files.items():
        path = f"{ROOT}/{name}"
        fs.mkdir(path.rpartition("/")[0], parents=True)
        fs.write(path, text.encode())
    for name in ("", *files, "wp-admin", "wp-includes", "wp-content", "wp-content/themes", "wp-content/plugins"):
        if call.process.uid == 0:
            fs.chown(f"{ROOT}/{name}".rstrip("/"), _WWW_DATA, _WWW_DATA)
    call.err(f"Complete! WordPress has been successfully copied to {ROOT}\n")


def _note(call: Call, text: str, module: str) -> str:
    stamp = (
        format_date("%a %b %d %H:%M:%S", call.now) + f".{int(call.now % 1 * 1e6):06d}" + format_date(" %Y", call.now)
    )
    return f"[{stamp}] [{module}:notice] [pid {call.process.pid}] {text}\n"

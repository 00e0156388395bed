"""One request to the simulated WordPress: installation, pages, logging in, posts and uploads.

What is remembered is in MySQL and below `wp-content/uploads`; this module keeps nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote

from k8snb.runtime.filesystem import FileError, join
from k8snb.runtime.images import wordpresspages as pages
from k8snb.runtime.mysql.dialect import quoted
from k8snb.runtime.mysql.errors import SqlError
from k8snb.runtime.mysql.result import Result
from k8snb.runtime.mysql.wire import Answer, Question
from k8snb.runtime.net import HttpRequest, NetError
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Call
from k8snb.runtime.programs.talk import MYSQL, exchange, over_socket

ROOT = "/var/www/html"
_UPLOADS = "wp-content/uploads"
_KEYS = (
    "AUTH_KEY",
    "SECURE_AUTH_KEY",
    "LOGGED_IN_KEY",
    "NONCE_KEY",
    "AUTH_SALT",
    "SECURE_AUTH_SALT",
    "LOGGED_IN_SALT",
    "NONCE_SALT",
)
_SCHEMA = (
    "CREATE TABLE wp_options (option_id bigint(20) unsigned NOT NULL AUTO_INCREMENT, option_name varchar(191) NOT NULL, "
    "option_value longtext NOT NULL, PRIMARY KEY (option_id), UNIQUE KEY option_name (option_name));"
    "CREATE TABLE wp_users (ID bigint(20) unsigned NOT NULL AUTO_INCREMENT, user_login varchar(60) NOT NULL, "
    "user_pass varchar(255) NOT NULL, user_email varchar(100) NOT NULL, display_name varchar(250) NOT NULL, PRIMARY KEY (ID));"
    "CREATE TABLE wp_posts (ID bigint(20) unsigned NOT NULL AUTO_INCREMENT, post_author bigint(20) unsigned NOT NULL, "
    "post_date datetime NOT NULL, post_content longtext NOT NULL, post_title text NOT NULL, post_status varchar(20) NOT NULL, "
    "post_name varchar(200) NOT NULL, post_type varchar(20) NOT NULL, guid varchar(255) NOT NULL DEFAULT '', PRIMARY KEY (ID))"
)


Page = tuple[int, bytes, dict[str, str]]


class _NoDatabase(Exception):
    """The database did not answer, or refused."""


class Site:
    """One request to WordPress."""

    def __init__(self, call: Call, request: HttpRequest) -> None:
        self.call, self.request = call, request
        self.form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        self.query = {name: values[-1] for name, values in parse_qs(request.query).items()}

    def answer(self) -> Page:
        path = self.request.path
        found = self._file(path)
        if found is not None:
            return found
        try:
            return self._route(path)
        except _NoDatabase:
            return 500, pages.NO_DATABASE.encode(), {}

    def _file(self, path: str) -> Page | None:
        """A file below wp-content."""
        if not join("/", path).startswith("/wp-content/"):
            return None
        try:
            content = self.call.machine.fs.read(ROOT + join("/", path))
        except FileError as error:
            denied = error.name == "EACCES"
            return (403 if denied else 404), b"Forbidden\n" if denied else b"Not Found\n", {}
        kinds = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "txt": "text/plain"}
        return 200, content, {"Content-Type": kinds.get(path.rpartition(".")[2].lower(), "application/octet-stream")}

    def _route(self, path: str) -> Page:
        ready = self._installed()
        if path == "/wp-admin/install.php":
            return self._install(ready)
        if not ready:
            return 302, b"", {"Location": self._url("/wp-admin/install.php")}
        if path.startswith("/wp-json/wp/v2/"):
            return self._rest(path.removeprefix("/wp-json/wp/v2/").strip("/"))
        routes = {
            "/": self._home, "/index.php": self._home, "/wp-login.php": self._login, "/wp-admin": self._admin,
            "/wp-admin/": self._admin, "/wp-admin/post.php": self._publish, "/wp-admin/async-upload.php": self._upload_form,
        }  # fmt: skip
        handler = routes.get(path)
        return (
            handler()
            if handler is not None
            else (404, pages.page("Page not found", "<h1>Oops! That page can’t be found.</h1>"), {})
        )

    def _url(self, path: str) -> str:
        return f"{self.request.scheme}://{self.request.header('host') or 'localhost'}{path}"

    # -- the database --------------------------------------------------------------------------------------------------

    def sql(self, text: str) -> list[Result]:
        """Run statements; _NoDatabase if that does not work."""
        answer, _ = query(self.call, text, self.call.env.get("WORDPRESS_DB_NAME", "wordpress"))
        if not isinstance(answer, Answer):
            self.call.err(f"PHP Warning:  mysqli_real_connect(): ({answer.state}/{answer.code}): {answer.text}\n")
            raise _NoDatabase
        if answer.error is not None:
            if answer.error.code == 1146:
                return []
            self.call.err(f"WordPress database error {answer.error.text} for query {text[:200]}\n")
            raise _NoDatabase
        return list(answer.results)

    def rows(self, text: str) -> tuple[tuple[Any, ...], ...]:
        found = self.sql(text)
        return found[-1].rows if found else ()

    def _installed(self) -> bool:
        return bool(self.rows("SELECT option_value FROM wp_options WHERE option_name = 'siteurl'"))

    def option(self, name: str) -> str:
        found = self.rows(f"SELECT option_value FROM wp_options WHERE option_name = {quoted(name)}")
        return str(found[0][0]) if found else ""

    # -- pages -------------------------------------------------------------------------------------------------------

    def _install(self, ready: bool) -> Page:
        if ready:
            return 200, pages.already_installed(), {}
        form = self.form
        if self.request.method != "POST" or "user_name" not in form:
            return 200, pages.install_form(), {}
        title, user = form.get("weblog_title", ""), form["user_name"].strip()
        password, mail = form.get("admin_password", form.get("pass1", "")), form.get("admin_email", "")
        problem = (
            "Please provide a valid username." if not user else "You must provide an email address." if not mail else ""
        )
        if not problem and "@" not in mail:
            problem = "Sorry, that isn’t a valid email address. Email addresses look like username@example.com."
        if problem:
            return 200, pages.install_form(problem, form), {}
        stamp = format_date("%Y-%m-%d %H:%M:%S", self.call.now)
        options = {"siteurl": self._url(""), "home": self._url(""), "blogname": title,
                   "blogdescription": "Just another WordPress site", "admin_email": mail}  # fmt: skip
        rows = ",".join(f"({quoted(name)}, {quoted(value)})" for name, value in options.items())
        hello = "Welcome to WordPress. This is your first post. Edit or delete it, then start writing!"
        self.sql(
            f"{_SCHEMA}; INSERT INTO wp_options (option_name, option_value) VALUES {rows};"
            f"INSERT INTO wp_users (user_login, user_pass, user_email, display_name) VALUES "
            f"({quoted(user)}, {quoted(_hashed(password, user))}, {quoted(mail)}, {quoted(user)});"
            f"INSERT INTO wp_posts (post_author, post_date, post_content, post_title, post_status, post_name, post_type) "
            f"VALUES (1, {quoted(stamp)}, {quoted(hello)}, 'Hello world!', 'publish', 'hello-world', 'post')"
        )
        return 200, pages.installed(user), {}

    def _home(self) -> Page:
        where = "post_type = 'post' AND post_status = 'publish'"
        number = self.query.get("p", "")
        if number.isdigit():
            where += f" AND ID = {int(number)}"
        posts = self.rows(
            f"SELECT ID, post_title, post_content, post_date FROM wp_posts WHERE {where} ORDER BY ID DESC LIMIT 10"
        )
        if number and not posts:
            return 404, pages.page("Page not found", "<h1>Oops! That page can’t be found.</h1>"), {}
        return 200, pages.home(self.option("blogname"), self.option("blogdescription"), posts, self._user()), {}

    def _login(self) -> Page:
        if self.request.method != "POST":
            return 200, pages.login_form(), {}
        user = self.form.get("log", "")
        if not self._check(user, self.form.get("pwd", "")):
            return (
                200,
                pages.login_form(
                    f"<strong>Error:</strong> The password you entered for the username <strong>{user}</strong> is incorrect."
                ),
                {},
            )
        cookie = f"wordpress_logged_in={quote(user)}|{self._seal(user)}; path=/; HttpOnly"
        return 302, b"", {"Location": self._url("/wp-admin/"), "Set-Cookie": cookie}

    def _check(self, user: str, password: str) -> bool:
        found = self.rows(f"SELECT user_pass FROM wp_users WHERE user_login = {quoted(user)}")
        return bool(found) and found[0][0] == _hashed(password, user)

    def _seal(self, user: str) -> str:
        """What makes a cookie valid: the keys of the configuration, or, without them, this container's own."""
        env = self.call.env
        keys = "".join(env.get(f"WORDPRESS_{name}", "") for name in _KEYS) or str(self.call.machine.container.id)
        return hashlib.sha256(f"{keys}|{user}".encode()).hexdigest()[:32]

    def _user(self) -> str:
        """Who has logged in, by the cookie or by basic authentication; "" for nobody."""
        for part in self.request.header("Cookie").split(";"):
            name, _, value = part.strip().partition("=")
            user, _, seal = value.rpartition("|")
            if name == "wordpress_logged_in" and user and seal == self._seal(user):
                return user
        scheme, _, secret = self.request.header("Authorization").partition(" ")
        if scheme.lower() == "basic":
            try:
                user, _, password = base64.b64decode(secret).decode().partition(":")
            except ValueError:
                return ""
            return user if self._check(user, password) else ""
        return ""

    def _admin(self, said: str = "") -> Page:
        user = self._user()
        if not user:
            return 302, b"", {"Location": self._url("/wp-login.php?redirect_to=%2Fwp-admin%2F")}
        counts = self.rows("SELECT post_type, count(*) FROM wp_posts GROUP BY post_type ORDER BY post_type DESC")
        names = {"post": "Posts", "attachment": "Media"}
        listed = {names.get(str(kind), str(kind)): int(number) for kind, number in counts}
        return 200, pages.dashboard(self.option("blogname"), user, listed, said), {}

    def _publish(self) -> Page:
        if not self._user():
            return self._admin()
        self._insert(self.form.get("post_title", ""), self.form.get("content", ""), "post")
        return self._admin("Post published.")

    def _insert(self, title: str, content: str, kind: str, guid: str = "") -> int:
        stamp = format_date("%Y-%m-%d %H:%M:%S", self.call.now)
        name = "-".join("".join(char if char.isalnum() else " " for char in title.lower()).split())
        status = "publish" if kind == "post" else "inherit"
        values = ", ".join(map(quoted, (stamp, content, title, status, name, kind, guid)))
        columns = "post_author, post_date, post_content, post_title, post_status, post_name, post_type, guid"
        found = self.rows(f"INSERT INTO wp_posts ({columns}) VALUES (1, {values}); SELECT LAST_INSERT_ID()")
        return int(found[0][0])

    # -- the REST API, and uploads -------------------------------------------------------------------------------------

    def _rest(self, path: str) -> Page:
        if path not in ("posts", "media"):
            return _json(
                404,
                {
                    "code": "rest_no_route",
                    "message": "No route was found matching the URL and request method.",
                    "data": {"status": 404},
                },
            )
        if self.request.method == "GET":
            kind = "post" if path == "posts" else "attachment"
            rows = self.rows(
                "SELECT ID, post_date, post_title, post_content, guid FROM wp_posts "
                f"WHERE post_type = '{kind}' ORDER BY ID DESC"
            )
            return _json(200, [_shown(*row) for row in rows])
        if not self._user():
            message = "Sorry, you are not allowed to create posts as this user."
            return _json(401, {"code": "rest_cannot_create", "message": message, "data": {"status": 401}})
        if path == "media":
            name = self.request.header("Content-Disposition").partition("filename=")[2].strip('"; ') or "upload.bin"
            return self._upload(name, self.request.body)
        fields: Mapping[str, Any] = self.form
        if "json" in self.request.header("Content-Type"):
            try:
                fields = json.loads(self.request.body)
            except ValueError:
                return _json(
                    400, {"code": "rest_invalid_json", "message": "Invalid JSON body passed.", "data": {"status": 400}}
                )
        title, content = str(fields.get("title", "")), str(fields.get("content", ""))
        number = self._insert(title, content, "post")
        return _json(201, _shown(number, format_date("%Y-%m-%d %H:%M:%S", self.call.now), title, content, ""))

    def _upload_form(self) -> Page:
        if not self._user():
            return self._admin()
        return self._upload(self.form.get("name", "upload.bin"), self.form.get("content", "").encode())

    def _upload(self, name: str, content: bytes) -> Page:
        """Keep a file below wp-content/uploads, as the web server's own user."""
        fs, name = self.call.machine.fs, name.replace("/", "_")
        folder = f"{_UPLOADS}/{format_date('%Y/%m', self.call.now)}"
        try:
            fs.mkdir(f"{ROOT}/{folder}", parents=True)
        except FileError:
            message = f"Unable to create directory {folder}. Is its parent directory writable by the server?"
            return _json(500, {"code": "rest_upload_unknown_error", "message": message, "data": {"status": 500}})
        try:
            fs.write(f"{ROOT}/{folder}/{name}", content)
        except FileError:
            message = f"The uploaded file could not be moved to {folder}."
            return _json(500, {"code": "rest_upload_unknown_error", "message": message, "data": {"status": 500}})
        url = self._url(f"/{folder}/{name}")
        number = self._insert(name.rpartition(".")[0] or name, "", "attachment", url)
        return _json(201, _shown(number, format_date("%Y-%m-%d %H:%M:%S", self.call.now), name, "", url))


def _shown(number: Any, date: Any, title: Any, content: Any, url: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": number,
        "date": str(date).replace(" ", "T"),
        "title": {"rendered": title},
        "content": {"rendered": content},
    }
    return {**shown, "source_url": url} if url else shown


def _json(status: int, data: object) -> Page:
    return status, json.dumps(data, separators=(",", ":")).encode(), {"Content-Type": "application/json; charset=UTF-8"}


def _hashed(password: str, salt: str) -> str:
    return "$P$B" + base64.b64encode(hashlib.sha256(f"{salt}:{password}".encode()).digest()).decode()[:30]


def query(call: Call, sql: str, database: str) -> tuple[Answer | SqlError, float]:
    """(the database's answer, or why there is no connection; the seconds that took)."""
    env = call.env
    place = env.get("WORDPRESS_DB_HOST", "mysql")
    host, _, port = place.partition(":")
    password = env.get("WORDPRESS_DB_PASSWORD", "")
    question = Question(env.get("WORDPRESS_DB_USER", "root"), password, database, sql).encode()
    number = int(port) if port.isdigit() else 3306
    if host == "localhost":  # mysqli takes the name for the socket of this container
        reply = over_socket(call, MYSQL, number, question)
        if isinstance(reply, NetError):
            return SqlError(2002, "HY000", "No such file or directory"), 0.0
    else:
        reply = exchange(call, MYSQL, host, number, question)
    if isinstance(reply, NetError):
        words = {
            "dns": "php_network_getaddresses: getaddrinfo failed: Name or service not known",
            "timeout": "Connection timed out",
            "refused": "Connection refused",
            "reset": "MySQL server has gone away",
        }
        code = 2006 if reply.kind == "reset" else 2002
        return SqlError(code, "HY000", words.get(reply.kind, "No route to host")), reply.seconds
    answer = Answer.decode(reply.body)
    if answer.error is not None and answer.error.code in (1045, 1049, 1044) and not answer.results:
        return answer.error, 0.0
    return answer, 0.0

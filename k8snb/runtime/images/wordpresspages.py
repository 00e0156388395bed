"""The pages of the simulated WordPress: what stands on them, in plain HTML without its themes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

NO_DATABASE = (
    '<!DOCTYPE html>\n<html lang="en-US">\n<head><title>Database Error</title></head>\n<body>\n'
    "<h1>Error establishing a database connection</h1>\n</body>\n</html>\n"
)


def page(title: str, body: str) -> bytes:
    return (
        f'<!DOCTYPE html>\n<html lang="en-US">\n<head>\n<meta charset="UTF-8">\n<title>{escape(title)}</title>\n</head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    ).encode()


def install_form(problem: str = "", given: Mapping[str, str] | None = None) -> bytes:
    """The form of `wp-admin/install.php`."""
    values = given or {}
    fields = (
        ("weblog_title", "Site Title", "text"),
        ("user_name", "Username", "text"),
        ("admin_password", "Password", "password"),
        ("admin_email", "Your Email", "email"),
    )
    rows = "\n".join(
        f'<p><label for="{name}">{label}</label> <input name="{name}" type="{kind}" value="{escape(values.get(name, ""))}"></p>'
        for name, label, kind in fields
    )
    said = f'<p class="message">{escape(problem)}</p>\n' if problem else ""
    return page(
        "WordPress › Installation",
        "<h1>Welcome</h1>\n<p>Welcome to the famous five-minute WordPress installation process!</p>\n"
        f'{said}<form id="setup" method="post" action="install.php?step=2">\n{rows}\n'
        '<p><input type="submit" name="Submit" value="Install WordPress"></p>\n</form>',
    )


def installed(user: str) -> bytes:
    return page(
        "WordPress › Installation",
        "<h1>Success!</h1>\n<p>WordPress has been installed. Thank you, and enjoy!</p>\n"
        f'<p>Username: {escape(user)}</p>\n<p><a href="/wp-login.php">Log In</a></p>',
    )


def already_installed() -> bytes:
    return page(
        "WordPress › Installation",
        "<h1>Already Installed</h1>\n<p>You appear to have already installed WordPress. "
        "To reinstall please clear your old database tables first.</p>",
    )


def home(title: str, tagline: str, posts: Iterable[tuple[object, ...]], user: str) -> bytes:
    """The front page: posts are (id, title, content, date)."""
    listed = "\n".join(
        f'<article id="post-{number}">\n<h2><a href="/?p={number}">{escape(str(head))}</a></h2>\n'
        f"<time>{escape(str(date))}</time>\n<div>{content}</div>\n</article>"
        for number, head, content, date in posts
    )
    hello = f'<div id="wpadminbar">Howdy, {escape(user)}</div>\n' if user else ""
    return page(
        f"{title} – {tagline}",
        f'{hello}<h1 class="site-title"><a href="/">{escape(title)}</a></h1>\n'
        f'<p class="site-description">{escape(tagline)}</p>\n{listed}\n<footer>Proudly powered by WordPress</footer>',
    )


def login_form(problem: str = "") -> bytes:
    said = f'<div id="login_error">{problem}</div>\n' if problem else ""
    return page(
        "Log In",
        f'{said}<form name="loginform" method="post" action="/wp-login.php">\n<p>Username <input name="log"></p>\n'
        '<p>Password <input name="pwd" type="password"></p>\n'
        '<p><input type="submit" name="wp-submit" value="Log In"></p>\n</form>',
    )


def dashboard(title: str, user: str, counts: Mapping[str, int], said: str = "") -> bytes:
    glance = "\n".join(f"<li>{number} {name}</li>" for name, number in counts.items())
    notice = f'<div class="notice">{escape(said)}</div>\n' if said else ""
    return page(
        f"Dashboard ‹ {title} — WordPress",
        f'<div id="wpadminbar">Howdy, {escape(user)}</div>\n<h1>Dashboard</h1>\n{notice}<ul>\n{glance}\n</ul>\n'
        '<form method="post" action="/wp-admin/post.php">\n<p>Title <input name="post_title"></p>\n'
        '<p><textarea name="content"></textarea></p>\n<p><input type="submit" name="publish" value="Publish"></p>\n</form>',
    )

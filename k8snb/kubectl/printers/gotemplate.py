"""`-o go-template`: Go's `text/template` over JSON data, with kubectl's functions and its error texts.

The engine is the gotpl package, imported when first needed; no template reaches Python attributes. What is kubectl's
own is here: `exists` and `base64decode`, the built-ins whose complaints Go words in its own way, and the report that
goes to standard output when a template fails. Upstream: `k8s.io/cli-runtime/pkg/printers/template.go`.
Simplification: of the less common run-time errors the place is right, the wording is gotpl's.
"""

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from k8snb.api import govalue, jsontext
from k8snb.api.validation.field import quote
from k8snb.kubectl.printers import templatefunctions
from k8snb.kubectl.printers.errors import PrinterError

if TYPE_CHECKING:
    from gotpl import Template

#: what one template may print and how often it may loop, so that no template can hang the notebook
_OUTPUT_LIMIT: Final = 4_000_000
_LOOP_LIMIT: Final = 1_000_000

_SYNTAX: Final = (
    (re.compile(r"function '(.*)' not defined"), r'function "\1" not defined'),
    (re.compile(r"undefined variable '(.*)'"), r'undefined variable "\1"'),
    (re.compile(r"unexpected (end|else|break|continue)"), r"unexpected {{\1}}"),
    (re.compile(r"(break|continue) outside range"), r"{{\1}} outside {{range}}"),
)
_CALL: Final = re.compile(r"function '(\w+)' failed: (.*)", re.DOTALL)
_FIELD: Final = re.compile(r"(?:attribute|method|property) '(\w+)' is not allowed")
_MISSING: Final = re.compile(r"missing key or attribute '(\w+)'")
_NO_TEMPLATE: Final = re.compile(r"template '(.*)' is not defined")
_NO_RANGE: Final = re.compile(r"range cannot iterate over \w+")
_NO_ARGUMENT: Final = re.compile(r"function '(and|or)' requires an argument")
_ARITY: Final = re.compile(r"wrong number of args for (\w+):")


class TemplatePrinter:
    """A parsed template; PrinterError for one that is empty or malformed."""

    def __init__(self, template: str, *, allow_missing_keys: bool = True) -> None:
        if not template:
            raise PrinterError("template format specified but no template given")
        self.source = template
        self.template = _compile(template, "default" if allow_missing_keys else "error")

    def print(self, data: Any) -> str:
        """What the template makes of `data`. PrinterError, whose `output` holds what kubectl prints up to then."""
        from gotpl import TemplateError

        out = io.StringIO()
        try:
            self.template.render_to(out, data)
        except TemplateError as error:
            message = _execution_error(self.source, error)
            report = (
                f"Error executing template: {message}. Printing more information for debugging the template:\n"
                f"\ttemplate was:\n\t\t{self.source}\n"
                f"\traw data was:\n\t\t{jsontext.dumps(data)}\n"
                f"\tobject given to template engine was:\n\t\t{govalue.plain(data)}\n\n"
            )
            text = f"error executing template {quote(self.source)}: {message}"
            raise PrinterError(text, out.getvalue() + report) from None
        return out.getvalue()


def _compile(source: str, missing_key: Any) -> "Template":
    from gotpl import ExecutionBudget, SandboxPolicy, Template, TemplateError

    functions: dict[str, Callable[..., object]] = dict(templatefunctions.FUNCTIONS)
    try:
        return Template(
            source,
            name="output",
            functions=functions,
            missing_key=missing_key,
            sandbox=SandboxPolicy(allow_functions=functions),
            budget=ExecutionBudget(max_output_chars=_OUTPUT_LIMIT, max_iterations=_LOOP_LIMIT),
        )
    except TemplateError as error:
        raise PrinterError(f"error parsing template {source}, {_syntax_error(source, error)}") from None


def _syntax_error(source: str, error: Any) -> str:
    message = re.sub(r"^template:\d+:\d+: ", "", str(error))
    keyword = re.search(r"\{\{-?\s*(if|range|with)\s*\Z", source[: getattr(error, "position", 0)])
    if message == "missing value for command" and keyword:
        message = f"missing value for {keyword[1]}"
    if message == "unclosed action":
        message = _lone_brace(source) or message
    for pattern, words in _SYNTAX:
        message = pattern.sub(words, message)
    return f"template: output:{getattr(error, 'line', 1)}: {message}"


def _lone_brace(source: str) -> str:
    """Go's complaint about an action that one brace ends, "" if none does."""
    action = source.rpartition("{{")[2]
    found = re.match(r"""(?:"(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])*'|[^}"`'])*?(?P<word>[\w)]?)\}""", action)
    if found is None:
        return ""
    problem = (
        "bad character" if found["word"].isalnum() or found["word"] == "_" else "unrecognized character in action:"
    )
    return f"{problem} U+007D '}}'"


def _execution_error(source: str, error: Any) -> str:
    """Go's text of a run-time error: `template: output:1:2: executing "output" at <index .a 9>: …`."""
    start = getattr(error, "position", None) or 0
    text = source.encode()[:start].decode(errors="ignore")
    at, where, problem = _place(source, len(text), getattr(error, "message", str(error)))
    line = source.count("\n", 0, at) + 1
    column = len(source[source.rfind("\n", 0, at) + 1 : at].encode())
    name = getattr(error, "template_name", None) or "output"
    return f'template: output:{line}:{column}: executing "{name}" at <{where}>: {problem}'


def _place(source: str, start: int, message: str) -> tuple[int, str, str]:
    """Where the node at fault stands, how Go names it, and the complaint. `start` is where its pipeline begins."""
    called = _CALL.fullmatch(message)
    arity = _ARITY.match(message)
    name = called[1] if called else arity[1] if arity else None
    if name:
        found = re.compile(rf"\b{name}\b").search(source, start)
        at = found.start() if found else start
        return at, _command(source, at), f"error calling {name}: {called[2]}" if called else message
    for pattern, words in (
        (_FIELD, "can't evaluate field {} in type interface {{}}"),
        (_MISSING, 'map has no entry for key "{}"'),
    ):
        field = pattern.fullmatch(message)
        if field:
            at, chain = _chain(source, start, field[1])
            return at, chain, words.format(field[1])
    if _NO_RANGE.fullmatch(message):
        at, chain = _chain(source, start, r"\w+")
        return at, chain, message.replace("range cannot", "range can't")
    if message == "non-callable command has arguments":
        word = _command(source, start).split(" ")[0]
        return start, word, f"can't give argument to non-function {word}"
    bare = _NO_ARGUMENT.fullmatch(message)
    if bare:
        return start, bare[1], f"wrong number of args for {bare[1]}: want at least 1 got 0"
    missing = _NO_TEMPLATE.fullmatch(message)
    if missing:
        at = source.find('"', start)
        return at, f'{{{{template "{missing[1]}"}}}}', f'template "{missing[1]}" not defined'
    return start, _command(source, start), message


def _command(source: str, start: int) -> str:
    """The text of the command that starts there, up to the end of its pipeline step."""
    found = re.compile(r'(?:"(?:\\.|[^"\\])*"|`[^`]*`|[^|}()"`])*').match(source, start)
    return " ".join(found.group().rstrip(" -").split()) if found else ""


def _chain(source: str, start: int, field: str) -> tuple[int, str]:
    """A chain of fields such as `.a.b` with this field in it; Go places it at its second field, if there is one."""
    found = re.compile(rf"((?:\$\w*)?)((?:\.\w+)*\.{field}(?:\.\w+)*)(?!\w)").search(source, start)
    if found is None:
        return start, _command(source, start)
    fields = found[2]
    second = fields.find(".", 1)
    return found.start(2) + (second if second > 0 and not found[1] else 0), found.group()

"""`-o jsonpath`: what kubectl prints of the values that a template finds.

Text as it is, objects and lists as JSON, several results of one expression with spaces between. Upstream:
`k8s.io/cli-runtime/pkg/printers/jsonpath.go`.
"""

from typing import Any

from k8snb.api import govalue, jsontext
from k8snb.api.jsonpath import JSONPath
from k8snb.api.jsonpathparser import JSONPathError
from k8snb.api.validation.field import quote
from k8snb.kubectl.printers.errors import PrinterError


def compile_template(template: str, *, allow_missing_keys: bool = True) -> JSONPath:
    """The template of `-o jsonpath=…`; PrinterError with kubectl's words for one that is empty or malformed."""
    if not template:
        raise PrinterError("template format specified but no template given")
    try:
        return JSONPath(template, allow_missing_keys=allow_missing_keys)
    except JSONPathError as error:
        raise PrinterError(f"error parsing jsonpath {template}, {error}") from None


def print_jsonpath(template: str, data: Any, *, allow_missing_keys: bool = True, as_json: bool = False) -> str:
    """What `kubectl get -o jsonpath=TEMPLATE` prints of `data`, or `-o jsonpath-as-json`; PrinterError."""
    path = compile_template(template, allow_missing_keys=allow_missing_keys)
    try:
        groups = path.find(data)
    except JSONPathError as error:
        raise PrinterError(
            f"error executing jsonpath {quote(template)}: Error executing template: {error}. "
            "Printing more information for debugging the template:\n"
            f"\ttemplate was:\n\t\t{template}\n"
            f"\tobject given to jsonpath engine was:\n\t\t{govalue.syntax(data)}\n\n"
        ) from None
    if as_json:
        return "".join(f"{jsontext.dumps(group, '    ')}\n" for group in groups)
    return "".join(" ".join(_shown(value) for value in group) for group in groups)


def _shown(value: Any) -> str:
    if isinstance(value, dict | list | tuple) or value is None:
        return jsontext.dumps(value)
    return govalue.plain(value)

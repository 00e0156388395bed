"""How answers are printed: `-o`, `--template`, `--show-managed-fields`, `--sort-by` and the flags of tables.

An `Output` is upstream's PrintFlags: without `-o` it says what was done (`deployment.apps/web created`), with it the
object in that format. Source: cli-runtime `pkg/genericclioptions/*_flags.go` and `pkg/printers`, kubectl
`pkg/cmd/get/{get_flags,humanreadable_flags}.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.goorder import in_go_order
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers.errors import PrinterError
from k8snb.kubectl.printers.json import print_json
from k8snb.kubectl.printers.name import print_name
from k8snb.kubectl.printers.yaml import print_yaml

FORMATS: Final = ("json", "yaml", "kyaml", "name")
TEMPLATE_FORMATS: Final = ("go-template", "go-template-file", "template", "templatefile")
JSONPATH_FORMATS: Final = ("jsonpath", "jsonpath-as-json", "jsonpath-file")
COLUMN_FORMATS: Final = ("custom-columns", "custom-columns-file")

_ALL: Final = (*FORMATS, *TEMPLATE_FORMATS, *JSONPATH_FORMATS)
_TEMPLATE_USAGE: Final = (
    "Template string or path to template file to use when -o=go-template, -o=go-template-file. The template format is "
    "golang templates [http://golang.org/pkg/text/template/#pkg-overview]."
)

PRINT_FLAGS: Final = (
    Flag(
        "allow-missing-template-keys",
        "bool",
        True,
        usage="If true, ignore any errors in templates when a field or map key is missing in the template. Only applies "
        "to golang and jsonpath output formats.",
    ),
    Flag("output", shorthand="o", usage=f"Output format. One of: ({', '.join(_ALL)})."),
    Flag(
        "show-managed-fields",
        "bool",
        usage="If true, keep the managedFields when printing objects in JSON or YAML format.",
    ),
    Flag("template", usage=_TEMPLATE_USAGE),
)

GET_PRINT_FLAGS: Final = (
    *(flag for flag in PRINT_FLAGS if flag.name != "output"),
    Flag(
        "output",
        shorthand="o",
        usage=f"Output format. One of: ({', '.join((*_ALL, *COLUMN_FORMATS, 'wide'))}). See custom columns "
        "[https://kubernetes.io/docs/reference/kubectl/#custom-columns], golang template "
        "[http://golang.org/pkg/text/template/#pkg-overview] and jsonpath template "
        "[https://kubernetes.io/docs/reference/kubectl/jsonpath/].",
    ),
    Flag(
        "label-columns",
        "stringSlice",
        shorthand="L",
        usage="Accepts a comma separated list of labels that are going to be presented as columns. Names are "
        "case-sensitive. You can also use multiple flag options like -L label1 -L label2...",
    ),
    Flag(
        "no-headers",
        "bool",
        usage="When using the default or custom-column output format, don't print headers (default print headers).",
    ),
    Flag("show-kind", "bool", usage="If present, list the resource type for the requested object(s)."),
    Flag(
        "show-labels",
        "bool",
        usage="When printing, show all labels as the last column (default hide labels column)",
    ),
    Flag(
        "sort-by",
        usage="If non-empty, sort list types using this field specification.  The field specification is expressed as a "
        "JSONPath expression (e.g. '{.metadata.name}'). The field in the API resource specified by this JSONPath "
        "expression must be an integer or a string.",
    ),
)

#: prints one object
Printer = Callable[[dict[str, Any]], None]


class Output:
    """What `-o` and `--template` ask for.

    `extra` are formats beyond the common ones, `default` the format without -o; `typed` objects are such as kubectl made
    itself: their JSON keeps the order of Go's fields instead of the alphabet's.
    """

    def __init__(
        self, invocation: Invocation, *, extra: Sequence[str] = (), default: str = "", typed: bool = False
    ) -> None:
        self.invocation, self.typed = invocation, typed
        self._known = (*_ALL, *extra)
        self.format, self.argument = self._format(default)
        self._printed = 0

    @property
    def shows_objects(self) -> bool:
        """Whether whole objects are printed, and not what has been done to them."""
        return self.format not in ("", "name")

    def printer(self, operation: str = "", dry_run: str = "none") -> Printer:
        """The printer for objects that have been created, configured, …; CommandError for a wrong format or template."""
        done = {"client": f"{operation} (dry run)", "server": f"{operation} (server dry run)"}.get(dry_run, operation)
        match self.format:
            case "" | "name":
                said = done if self.format == "" else ""
                return lambda obj: self.invocation.out(print_name(obj, said))
            case "json" | "yaml" | "kyaml":
                return self._print_document
            case kind if kind in self._known:
                return self._templated()
        known = ",".join(sorted(self._known))
        raise CommandError(
            f"unable to match a printer suitable for the output format {quoted(self.format)}, allowed formats are: {known}"
        )

    def print(self, obj: dict[str, Any], operation: str = "", dry_run: str = "none") -> None:
        """Print one object."""
        self.printer(operation, dry_run)(obj)

    def _format(self, default: str) -> tuple[str, str]:
        value = str(self.invocation.flag("output")) if self.invocation.changed("output") else default
        template = str(self.invocation.flag("template"))
        for name in self._known:
            if name not in (*FORMATS, "wide") and value.startswith(f"{name}="):
                return name, value[len(name) + 1 :]
        if not value and template:
            return "go-template", template
        lower = value.lower()
        return (lower if lower in (*FORMATS, "wide") else value), template

    # -- formats ----------------------------------------------------------------------------------------------------------

    def _print_document(self, obj: dict[str, Any]) -> None:
        if not self.invocation.flag("show-managed-fields"):
            obj = without_managed_fields(obj)
        if self.typed:
            obj = in_go_order(obj)
        if self.format == "json":
            text = print_json(obj, sort_keys=not self.typed)
        elif self.format == "yaml":
            text = print_yaml(obj, self._printed)
        else:
            from k8snb.kubectl.printers.kyaml import print_kyaml

            text = print_kyaml(obj, sort_keys=not self.typed)
        self._printed += 1
        self.invocation.out(text)

    def _templated(self) -> Printer:
        try:
            show = self._template_printer()
        except PrinterError as error:
            raise CommandError(str(error)) from None

        def printer(obj: dict[str, Any]) -> None:
            try:
                self.invocation.out(show(obj))
            except PrinterError as error:
                self.invocation.out(error.output)
                raise CommandError(str(error)) from None

        return printer

    def _template_printer(self) -> Callable[[dict[str, Any]], str]:
        keep = bool(self.invocation.flag("allow-missing-template-keys"))
        if self.format in COLUMN_FORMATS:
            return self._columns()
        if not self.argument:
            raise PrinterError("template format specified but no template given")
        template = self._read(self.argument) if self.format.endswith("file") else self.argument
        if self.format in TEMPLATE_FORMATS:
            from k8snb.kubectl.printers.gotemplate import TemplatePrinter

            return TemplatePrinter(template, allow_missing_keys=keep).print
        from k8snb.kubectl.printers.jsonpath import compile_template, print_jsonpath

        compile_template(template)
        as_json = self.format == "jsonpath-as-json"
        return lambda obj: print_jsonpath(template, obj, allow_missing_keys=keep, as_json=as_json)

    def _columns(self) -> Callable[[dict[str, Any]], str]:
        from k8snb.kubectl.printers.customcolumns import CustomColumnsPrinter, parse_file, parse_spec

        if self.format == "custom-columns-file":
            if not self.argument:
                raise PrinterError("custom-columns format specified but no custom columns given")
            columns = parse_file(self._read(self.argument, "template"))
        else:
            columns = parse_spec(self.argument)
        printer = CustomColumnsPrinter(columns, no_headers=bool(self.invocation.flag("no-headers")))
        return lambda obj: printer.print(obj["items"] if isinstance(obj.get("items"), list) else [obj])

    def _read(self, name: str, what: str = "--template") -> str:
        kept = self.invocation.session.files.get(name)
        if kept is not None:
            return kept
        path = Path(self.invocation.session.cwd, name)
        if not path.is_file():
            raise PrinterError(f"error reading {what} {name}, open {name}: no such file or directory\n")
        return path.read_text(encoding="utf-8")


def without_managed_fields(obj: dict[str, Any]) -> dict[str, Any]:
    """The object, or the objects of a list, as printed: without the bookkeeping of server-side apply."""
    if isinstance(obj.get("items"), list):
        obj = {**obj, "items": [without_managed_fields(item) for item in obj["items"]]}
    meta = obj.get("metadata")
    if isinstance(meta, dict) and "managedFields" in meta:
        meta = {name: value for name, value in meta.items() if name != "managedFields"}
        return {**obj, "metadata": meta}
    return obj

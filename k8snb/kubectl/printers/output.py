"""`-o`: which output format is meant, whether the command has it, and the printer for it.

Formats that carry an argument (`jsonpath=…`) take it from behind the `=` or from `--template`. An `ObjectPrinter`
prints objects one after the other, as a command meets them. Upstream: `k8s.io/cli-runtime/pkg/genericclioptions`
(print_flags.go, template_flags.go, jsonpath_flags.go), `k8s.io/kubectl/pkg/cmd/get` (get_flags.go,
customcolumn_flags.go).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from k8snb.kubectl.printers.customcolumns import CustomColumnsPrinter, parse_file, parse_spec
from k8snb.kubectl.printers.errors import PrinterError
from k8snb.kubectl.printers.gotemplate import TemplatePrinter
from k8snb.kubectl.printers.json import print_json
from k8snb.kubectl.printers.jsonpath import compile_template, print_jsonpath
from k8snb.kubectl.printers.kyaml import print_kyaml
from k8snb.kubectl.printers.name import print_name
from k8snb.kubectl.printers.yaml import print_yaml

TEMPLATE_FORMATS: Final = ("go-template", "go-template-file", "template", "templatefile")
JSONPATH_FORMATS: Final = ("jsonpath", "jsonpath-as-json", "jsonpath-file")
#: what every command that prints objects can print
OBJECT_FORMATS: Final = ("json", "kyaml", "name", "yaml", *TEMPLATE_FORMATS, *JSONPATH_FORMATS)
COLUMN_FORMATS: Final = ("custom-columns", "custom-columns-file")
#: those of `kubectl get`; `wide` is its table, which is not printed here
GET_FORMATS: Final = (*OBJECT_FORMATS, *COLUMN_FORMATS, "wide")


@dataclass(frozen=True)
class Output:
    """A format and its argument (template, path or columns), "" for none."""

    format: str
    argument: str = ""

    @property
    def is_human(self) -> bool:
        """Whether the command's own table or line is meant, not an object."""
        return self.format in ("", "wide")


def parse_output(output: str, template: str = "", *, formats: Sequence[str] = OBJECT_FORMATS) -> Output:
    """The output that `-o OUTPUT --template TEMPLATE` asks for; PrinterError if the command does not have it."""
    if not output and template:
        output = "go-template"
    if output.lower() in ("json", "kyaml", "name", "yaml"):
        output = output.lower()
    name, equals, argument = output.partition("=")
    takes_argument = name in (*TEMPLATE_FORMATS, *JSONPATH_FORMATS, *COLUMN_FORMATS)
    if template and takes_argument and not equals:
        argument = template
    elif (template and equals) or (equals and not takes_argument):
        name = output
    if name and name not in formats:
        allowed = ",".join(sorted(formats))
        raise PrinterError(
            f'unable to match a printer suitable for the output format "{output}", allowed formats are: {allowed}'
        )
    return Output(name, argument)


@dataclass
class ObjectPrinter:
    """Prints objects in one format; `read` gives the text of a file (OSError).

    `operation` is for a command's own line (`created`); `sort_keys` is False for objects whose key order is kubectl's
    own.
    """

    output: Output
    read: Callable[[str], str]
    operation: str = ""
    no_headers: bool = False
    allow_missing_keys: bool = True
    sort_keys: bool = True
    count: int = 0
    _print: Callable[[Any], str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._print = self._choose()

    def print(self, value: Mapping[str, Any]) -> str:
        """The text of one object or list; PrinterError."""
        text = self._print(value)
        self.count += 1
        return text

    def _choose(self) -> Callable[[Any], str]:
        name, argument = self.output.format, self.output.argument
        if name in TEMPLATE_FORMATS:
            return TemplatePrinter(self._template("file" in name), allow_missing_keys=self.allow_missing_keys).print
        if name in JSONPATH_FORMATS:
            template = self._template("file" in name)
            compile_template(template)
            return lambda value: print_jsonpath(
                template, value, allow_missing_keys=self.allow_missing_keys, as_json=name == "jsonpath-as-json"
            )
        if name in COLUMN_FORMATS:
            columns = parse_file(self._columns_file()) if name == "custom-columns-file" else parse_spec(argument)
            # Upstream the columns of a file always have their headers.
            quiet = self.no_headers and name == "custom-columns"
            printer = CustomColumnsPrinter(columns, no_headers=quiet)
            return lambda value: printer.print(value["items"] if isinstance(value.get("items"), list) else [value])
        match name:
            case "json":
                return lambda value: print_json(value, sort_keys=self.sort_keys)
            case "yaml":
                return lambda value: print_yaml(value, self.count)
            case "kyaml":
                return lambda value: print_kyaml(value, sort_keys=self.sort_keys)
            case "name":
                return lambda value: print_name(value, self.operation)
        raise ValueError(f"{name!r} is the command's own output")

    def _template(self, is_file: bool) -> str:
        argument = self.output.argument
        if not argument or not is_file:
            return argument
        return self._read(argument, f"error reading --template {argument}")

    def _columns_file(self) -> str:
        argument = self.output.argument
        if not argument:
            raise PrinterError("custom-columns format specified but no custom columns given")
        return self._read(argument, f"error reading template {argument}")

    def _read(self, path: str, doing: str) -> str:
        try:
            return self.read(path)
        except OSError as error:
            raise PrinterError(f"{doing}, open {path}: {str(error.strerror).lower()}") from None


def without_managed_fields(value: Any) -> Any:
    """The object, or list of objects, without `metadata.managedFields`; the original is left as it is."""
    if isinstance(value.get("items"), list):
        return {**value, "items": [without_managed_fields(item) for item in value["items"]]}
    metadata = value.get("metadata")
    if not isinstance(metadata, Mapping) or "managedFields" not in metadata:
        return value
    return {**value, "metadata": {key: item for key, item in metadata.items() if key != "managedFields"}}

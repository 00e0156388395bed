"""YAML and JSON manifests to plain JSON data and back, as kubectl and the API server do it.

`documents` splits and reads a stream as apimachinery's YAMLOrJSONDecoder does: JSON objects in a row, or YAML documents
between lines of `---`; `dump` writes what `-o yaml` prints. Parsing is PyYAML's, on libyaml where that is built in; the
meaning of scalars, aliases, merges and keys is that of sigs.k8s.io/yaml on go-yaml v2, and so are the words of the
errors. Like kubectl, a key that appears twice is no error unless `strict`: the last one wins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from k8snb.api import jsonsyntax, jsontext, yamlreader
from k8snb.api.yamlreader import Mark, YAMLError
from k8snb.api.yamlwriter import dump

__all__ = ["LIMIT", "Document", "Mark", "YAMLError", "documents", "dump", "load", "load_all"]

#: characters of one stream that are read; kube-apiserver takes 3 MiB in one request
LIMIT: Final = 3 * 1024 * 1024


@dataclass(frozen=True)
class Document:
    """One document of a stream: `value` is its JSON data, `text` its source, `line` where that starts, counted from
    0."""

    value: Any
    text: str
    line: int

    @cached_property
    def marks(self) -> dict[tuple[str | int, ...], Mark]:
        """Where each value stands, by path (`("spec", "containers", 0, "name")`); read again from the source when
        asked."""
        return yamlreader.marks(self.text, self.line)


def load(text: str, *, strict: bool = False) -> Any:
    """The JSON data of the first document in `text` (`sigs.k8s.io/yaml.Unmarshal`); None for an empty one;
    YAMLError."""
    return yamlreader.read(text, strict=strict)


def load_all(text: str, *, strict: bool = False, limit: int = LIMIT) -> list[Document]:
    """All documents of a manifest; YAMLError for the first that cannot be read."""
    return list(documents(text, strict=strict, limit=limit))


def documents(text: str, *, strict: bool = False, limit: int = LIMIT) -> Iterator[Document]:
    """The documents of a manifest one by one, empty ones left out.

    kubectl acts on each document before it reads the next, so an error in the third leaves two done: hence the
    iterator. With `strict` a repeated key is an error. YAMLError's text is what follows `error parsing x.yaml: `.
    """
    if len(text) > limit:
        raise YAMLError(f"the manifest has more than {limit} characters")
    at, failure = 0, None
    if text.lstrip().startswith("{"):
        read = 0
        while True:
            if jsonsyntax.skip_blank(text, at) == len(text):
                return
            try:
                value, end = jsontext.decode_at(text, at)
            except jsonsyntax.JSONError as error:
                # One JSON object may as well be YAML in flow style; after two the stream is JSON for good.
                if read > 1:
                    raise _json_error(text, error, str(error)) from None
                failure = _json_error(text, error, _json_message(error))
                break
            read += 1
            if value is not None:
                yield Document(value, text[at:end], text.count("\n", 0, at))
            at = end
        at = _after_blank_line_end(text, at)
    yield from _yaml_documents(text, at, strict, failure)


def _yaml_documents(text: str, at: int, strict: bool, failure: YAMLError | None) -> Iterator[Document]:
    for chunk, line in _chunks(text[at:], text.count("\n", 0, at), failure):
        try:
            value = yamlreader.read(chunk, strict=strict, first_line=line)
        except YAMLError as error:
            raise failure or error from None
        failure = None
        if value is not None:
            yield Document(value, chunk, line)


def _chunks(text: str, line: int, failure: YAMLError | None) -> Iterator[tuple[str, int]]:
    """The texts between separators, each with the line it starts at; a separator without a text before it opens one."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    held: list[str] = []
    start = line
    for number, raw in enumerate(lines, line):
        content = raw.removesuffix("\r") + "\n"
        if content.startswith("---"):
            rest = content[3:].strip()
            if rest and not rest.startswith("#"):
                raise failure or YAMLError(f"invalid Yaml document separator: {rest}", number + 1, 1)
            if held:
                yield "".join(held), start
                held, start, failure = [], number + 1, None
                continue
        held.append(content)
    if held:
        yield "".join(held), start


def _after_blank_line_end(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
        if text[at - 1] == "\n":
            break
    return at


def _json_message(error: jsonsyntax.JSONError) -> str:
    if isinstance(error, jsonsyntax.JSONEndError) or not str(error).startswith("invalid character"):
        return str(error)
    return f"json: offset {error.offset}: {error}"


def _json_error(text: str, error: jsonsyntax.JSONError, message: str) -> YAMLError:
    before = text.encode("utf-8", "surrogatepass")[: max(error.offset - 1, 0)].decode("utf-8", "ignore")
    return YAMLError(message, before.count("\n") + 1, len(before) - before.rfind("\n"))

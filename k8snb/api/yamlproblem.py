"""PyYAML's parser, and what it complains about in the words of go-yaml.

libyaml, which PyYAML uses where it is built in, and go-yaml are the same parser and say the same; PyYAML's own parser
in Python (in a browser, say) finds the same problems but words them differently, so its texts are translated here.
"""

from typing import Any, Final

from yaml.error import MarkedYAMLError
from yaml.parser import Parser as _EventParser
from yaml.reader import Reader
from yaml.scanner import Scanner


class PythonParser(Reader, Scanner, _EventParser):
    """PyYAML's event parser without libyaml."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        _EventParser.__init__(self)


def _parser() -> Any:
    try:
        from yaml._yaml import CParser
    except ImportError:
        return PythonParser
    return CParser


#: reads a text by `get_event()`
Parser: Final = _parser()

#: how PyYAML's texts begin, and go-yaml's for the same problem
_WORDS: Final = (
    ("mapping values are not allowed here", "mapping values are not allowed in this context"),
    ("mapping keys are not allowed here", "mapping keys are not allowed in this context"),
    ("sequence entries are not allowed here", "block sequence entries are not allowed in this context"),
    ("found unexpected document separator", "found unexpected document indicator"),
    ("found unknown escape character", "found unknown escape character"),
    ("expected escape sequence of", "did not find expected hexdecimal number"),
    ("expected chomping or indentation", "did not find expected comment or line break"),
    ("expected a comment or a line break", "did not find expected comment or line break"),
    ("expected indentation indicator", "found an indentation indicator equal to 0"),
    ("expected alphabetic or numeric character", "did not find expected alphabetic or numeric character"),
    ("expected ',' or ']'", "did not find expected ',' or ']'"),
    ("expected ',' or '}'", "did not find expected ',' or '}'"),
    ("expected the node content", "did not find expected node content"),
    ("expected '<document start>'", "did not find expected <document start>"),
    ("found undefined tag handle", "found undefined tag handle"),
    ("found duplicate tag handle", "found duplicate %TAG directive"),
    ("found incompatible YAML document", "found incompatible YAML document"),
    ("expected a digit", "did not find expected version number"),
    ("expected URI", "did not find expected tag URI"),
    ("expected ' '", "did not find expected whitespace or line break"),
    ("expected '!'", "did not find expected '!'"),
)


def go_words(error: MarkedYAMLError) -> str:
    """The problem of a scanner or parser error as go-yaml words it."""
    problem = error.problem or "unknown problem parsing YAML content"
    if problem.startswith("found character") and problem.endswith("that cannot start any token"):
        return "found character that cannot start any token"
    if problem.startswith("expected <block end>"):
        in_mapping = error.context is not None and "mapping" in error.context
        return "did not find expected key" if in_mapping else "did not find expected '-' indicator"
    if problem.startswith("expected alphabetic") and "directive" in str(error.context):
        return "could not find expected directive name"
    for start, words in _WORDS:
        if problem.startswith(start):
            return words
    return problem

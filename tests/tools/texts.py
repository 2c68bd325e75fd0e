"""Every text that people read, with its place and kind: ``python -m tests.tools.texts [--words] [--over]``.

``--words`` counts words by page and room of the core, ``--over`` lists what breaks a limit of :data:`LIMITS`. Texts are
found in the source, so those of every state of a page are among them; a value that is filled in counts as one word.
``--root`` reads another checkout, so that two versions can be compared.
"""

import argparse
import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMITS = {"help": (20, "words"), "label": (3, "words"), "caption": (2, "sentences"), "lead": (1, "sentences")}
"""The most words or sentences of a kind of text."""

_LABELED = {
    *("button", "checkbox", "download_button", "expander", "feedback", "file_uploader", "form_submit_button"),
    *("link_button", "metric", "multiselect", "number_input", "pills", "popover", "radio", "segmented_control"),
    *("select_slider", "selectbox", "slider", "status", "text_area", "text_input", "toggle", "camera_input"),
}
_KEYWORDS = {"help": "help", "explanation": "help", "label": "label", "lead": "lead"}
_SILENT = {"key", "width", "height", "gap", "border", "icon", "type", "mime", "file_name", "bind", "persist_state"}
_FILLED = "…"


@dataclass(frozen=True)
class Text:
    """A text of a page or of the core: its file below the root, its line, its kind and its words."""

    path: str
    line: int
    kind: str
    text: str

    @property
    def page(self) -> str:
        """The page it stands on, "shared", or its room of the core."""
        parts = Path(self.path).with_suffix("").parts
        if parts[0] == "fer_core":
            return f"fer_core/{parts[1]}"
        return parts[2] if parts[1] == "parts" else parts[1] if len(parts) == 2 else "shared"

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(re.findall(r"[\w…][\w…'’.,/%-]*", re.sub(r":material/\w+:|https?://\S+", "", self.text)))

    @property
    def sentences(self) -> int:
        """How many sentences it has."""
        return len(re.findall(r"[.!?](?=[\s\"”)*]|$)", re.sub(r"\*\*[^*]*\.\*\*|\be\.g\.", "", self.text))) or 1

    @property
    def is_over(self) -> bool:
        """Whether it breaks the limit of its kind."""
        most, unit = LIMITS.get(self.kind, (10**6, "words"))
        return getattr(self, unit) > most


def all_texts(root: Path = ROOT) -> list[Text]:
    """All texts in the source of the pages and of the core, in the order of the files."""
    paths = [path for folder in ("fer_core", "pages") for path in sorted((root / folder).rglob("*.py"))]
    trees = {path: ast.parse(path.read_text("utf-8")) for path in paths}
    parameters = {
        node.name: [argument.arg for argument in node.args.args]
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }
    return [
        Text(path.relative_to(root).as_posix(), line, kind, text)
        for path, tree in trees.items()
        for line, kind, text in sorted(_Reader(parameters).read(tree))
    ]


class _Reader:
    """Reads one file; knows the parameters of the pages' own functions, by name."""

    def __init__(self, parameters: dict[str, list[str]]) -> None:
        self._parameters = parameters

    def read(self, tree: ast.AST, kind: str = "text") -> Iterator[tuple[int, str, str]]:
        if (text := _text_of(tree)) is not None:
            if _is_text(text, kind):
                yield tree.lineno, kind, text
            return
        if isinstance(tree, ast.Call):
            yield from self._call(tree, kind)
            return
        for child in _children(tree):
            yield from self.read(child, kind if isinstance(tree, ast.IfExp | ast.BoolOp) else "text")

    def _call(self, call: ast.Call, kind: str) -> Iterator[tuple[int, str, str]]:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        yield from self.read(call.func)
        own = self._parameters.get(name, []) if isinstance(call.func, ast.Name) else []
        for place, argument in enumerate(call.args):
            parameter = own[place] if place < len(own) else ""
            if parameter not in _SILENT:
                yield from self.read(argument, _KEYWORDS.get(parameter, "text") if own else _kind_of(name, place, kind))
        for keyword in call.keywords:
            if keyword.arg not in _SILENT:
                yield from self.read(keyword.value, _KEYWORDS.get(keyword.arg or "", "text"))


def _kind_of(function: str, place: int, kind: str) -> str:
    """The kind of an argument of a function that the pages do not define."""
    if function.endswith("Error"):
        return "error"
    if place == 0 and function in _LABELED:
        return "label"
    return "caption" if place == 0 and function == "caption" else kind


def _children(tree: ast.AST) -> Iterator[ast.AST]:
    """The parts of a piece of source, without docstrings."""
    for child in ast.iter_child_nodes(tree):
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield child


def _text_of(tree: ast.AST) -> str | None:
    """What a string, plain, formatted or added together, says, with a mark for each value that is filled in."""
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
        return tree.value
    if isinstance(tree, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else _FILLED for part in tree.values)
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add):
        parts = _text_of(tree.left), _text_of(tree.right)
        return None if None in parts else "".join(part or "" for part in parts)
    return None


def _is_text(text: str, kind: str) -> bool:
    """Whether a person may read it: a label, or several words that are no key, markup or style."""
    text = re.sub(r"\{\w[\w.]*(:[^{}]*)?\}", _FILLED, text)  # a template's fields
    if re.search(r"</?\w+|[{}]|^[\w.]+/|^:material|\d+px", text):
        return False
    if not re.search(r"[^\W\d]", text.replace(_FILLED, "")):
        return False
    is_key = re.fullmatch(r"[a-z_]+( [a-z_]+){0,3}", text)
    return kind != "text" or (not is_key and bool(re.search(r"[\w…”][,.:]? [\w…“]", text)))


def main() -> None:
    options = argparse.ArgumentParser(description="Every text that people read.")
    options.add_argument("--words", action="store_true", help="words by page and room instead")
    options.add_argument("--over", action="store_true", help="only what breaks a limit")
    options.add_argument("--root", type=Path, default=ROOT, help="another checkout")
    asked = options.parse_args()
    texts = all_texts(asked.root)
    if asked.words:
        counts = Counter[str]()
        for text in texts:
            counts[text.page] += text.words
        pages = sum(words for page, words in counts.items() if "/" not in page)
        for page, words in [*sorted(counts.items()), ("all pages", pages)]:
            print(f"{page:22} {words:6,}")
        return
    for text in texts:
        if text.is_over or not asked.over:
            print(f"{text.path}:{text.line}: {text.kind}: {text.text!r}")


if __name__ == "__main__":
    main()

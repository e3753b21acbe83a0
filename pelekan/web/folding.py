"""Templates are compiled once per language, and what can never differ from page to page is worked out then.

Words in `_("…")`, addresses of pages without arguments, files, icons and every macro of the kit that is called with
constants become plain text of the compiled template. A page then pays only for what is its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import EvalContext, Impossible
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

KIT = "ui.html"
PURE = ("url", "static", "draw")
WORDS = ("_", "gettext", "pgettext")


class Folding(CodeGenerator):
    """Jinja's compiler (`Environment.code_generator_class`) with folding before it."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        super().visit_Template(Fold(node, self.environment).visit(node), frame)


class Fold(NodeTransformer):
    def __init__(self, tree: nodes.Template, environment: Any) -> None:
        self.environment = environment
        self.context = EvalContext(environment)
        own = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
        own |= {macro.name for macro in tree.find_all(nodes.Macro)}
        own |= {it.target for it in tree.find_all(nodes.Import) if it.template != nodes.Const(KIT)}
        self.pure = {name: environment.globals[name] for name in (*PURE, *WORDS) if name not in own}
        self.kit = "ui" not in own

    def visit_Import(self, node: nodes.Import) -> nodes.Node | None:
        """The kit is there without being brought in: an import costs more than most of what it brings."""
        return node if node.template != nodes.Const(KIT) or node.target != "ui" else None

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:
        self.generic_visit(node.call)  # the call itself needs its body
        node.body = [self.visit(child) for child in node.body]
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        if node.dyn_args or node.dyn_kwargs:
            return node
        try:
            args = [arg.as_const(self.context) for arg in node.args]
            do = self._pure(node.node)
            if do is self.environment.globals["gettext"] or do is self.environment.globals["_"]:
                return self._words(self.environment.globals["translated"](args[0]), node.kwargs)
            if do is self.environment.globals["pgettext"]:
                return self._words(self.environment.globals["translated_in"](*args), node.kwargs)
            kwargs = dict(pair.as_const(self.context) for pair in node.kwargs)
        except (Impossible, IndexError):
            return node
        return nodes.Const(do(*args, **kwargs), lineno=node.lineno) if do else node

    def _words(self, words: str, values: list[nodes.Keyword]) -> nodes.Expr:
        pairs = [nodes.Pair(nodes.Const(one.key), one.value) for one in values]
        filled = nodes.Mod(nodes.Const(Markup(words)), nodes.Dict(pairs))
        return filled if values else nodes.Const(filled.as_const(self.context))

    def _pure(self, name: nodes.Expr) -> Callable[..., Any] | None:
        if isinstance(name, nodes.Name):
            return self.pure.get(name.name)
        if self.kit and isinstance(name, nodes.Getattr) and name.node == nodes.Name("ui", "load"):
            found: Any = getattr(self.environment.get_template(KIT).module, name.attr, None)
            return found if callable(found) else None
        return None


def kept(macro: Callable[..., str], size: int = 2048) -> Callable[..., str]:
    """A macro that remembers what it drew: only for those whose text follows from their arguments alone, which must be
    values. A `Markup` and a string with the same letters are two different arguments."""

    @lru_cache(size, typed=True)
    def drawn(*args: Any, **kwargs: Any) -> str:
        return macro(
            *args, **{name: dict(value) if name == "attrs" else value for name, value in kwargs.items()}
        )

    def draw(*args: Any, attrs: dict[str, Any] | None = None, **kwargs: Any) -> str:
        if not attrs:
            return drawn(*args, **kwargs)
        return drawn(*args, attrs=Attributes(attrs.items()), **kwargs)

    return draw


class Attributes(tuple[tuple[str, Any], ...]):
    """Attributes as a value. Also here a `Markup` is not the string with the same letters."""

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) and [type(v) for _, v in self] == [type(v) for _, v in other]  # type: ignore[attr-defined]

    __hash__ = tuple.__hash__

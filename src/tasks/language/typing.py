"""Raw tree to typed expression: names resolved, every operand of the type that its operator asks for."""

from __future__ import annotations

from lark import Token, Tree

from ..errors import LanguageError
from . import syntax
from .parse import span
from .syntax import Expression, Type
from .vocabulary import CONSTANTS, FUNCTIONS, LARGEST_INTEGER, QUANTIFIERS, nearest

Node = Tree[Token]

_LOGIC = {
    "EQUIVALENT": "<->", "IMPLIES": "->", "OR": "\\/", "XOR": "xor", "AND": "/\\",
}  # fmt: skip
_COMPARISON = {
    "LESS": "<", "LESS_EQUAL": "<=", "GREATER": ">", "GREATER_EQUAL": ">=", "EQUAL": "=", "NOT_EQUAL": "!=",
}  # fmt: skip
_ARITHMETIC = {"PLUS": "+", "MINUS": "-", "TIMES": "*", "DIV": "div", "MOD": "mod", "PERCENT": "mod"}
_ARTICLE = {"int": "an integer", "bool": "a bool", "set of int": "a set"}


class Elaborator:
    """Turns the raw tree of one text into a typed expression; each method is named as a rule of the grammar."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.scope: list[str] = []
        self.doubled = 0
        """Elements written out twice so far, see membership."""

    def elaborate(self, node: Node) -> Expression:
        result: Expression = getattr(self, str(node.data))(node)
        return result

    def expect(self, node: Node, wanted: Type, by: str, hint: str = "") -> Expression:
        """The expression of node, which must have the type that its user `by` asks for."""
        found = self.elaborate(node)
        if found.type != wanted:
            if not hint and (found.type, wanted) == ("bool", "int"):
                hint = "bool2int(...) makes an integer of a bool"
            raise self.error(node, f"`{by}` needs {_ARTICLE[wanted]}, found {_ARTICLE[found.type]}", hint)
        return found

    def error(self, node: Node | Token, message: str, hint: str = "") -> LanguageError:
        return LanguageError(message, self.text, *span(node), hint)

    # leaves

    def integer(self, node: Node) -> Expression:
        digits = str(node.children[0]).lstrip("0") or "0"
        if len(digits) > 19 or int(digits) > LARGEST_INTEGER:
            raise self.error(node, "the integer does not fit the solver", "the largest is 10^18")
        return syntax.Integer(int(digits), span=span(node))

    def name(self, node: Node) -> Expression:
        name = str(node.children[0])
        if name in self.scope:
            return syntax.Variable(name, span=span(node))
        match name:
            case "N":
                return syntax.Total(span=span(node))
            case "P":
                return syntax.Primes(span=span(node))
            case "true" | "True":
                return syntax.Boolean(True, span=span(node))
            case "false" | "False":
                return syntax.Boolean(False, span=span(node))
            case "x":
                raise self.error(node, "`x` needs an index", "write x[1], or sum(i in 1..8)(x[i])")
        if name in FUNCTIONS or name in QUANTIFIERS:
            raise self.error(node, f"`{name}` needs arguments")
        raise self.unknown(node, name, (*CONSTANTS, *self.scope, *FUNCTIONS, *QUANTIFIERS))

    def unknown(self, node: Node, name: str, candidates: tuple[str, ...]) -> LanguageError:
        near = nearest(name, candidates)
        return self.error(node, f"unknown name '{name}'", f"did you mean '{near}'?" if near else "")

    def index(self, node: Node) -> Expression:
        array, indices = _trees(node)
        if array.data != "name":
            raise self.error(array, "only x has an index")
        if (name := str(array.children[0])) != "x":
            if name in self.scope or name in CONSTANTS:
                raise self.error(node, f"`{name}` has no index", "only x has one")
            raise self.error(array, f"unknown name '{name}'", "did you mean 'x'?")
        (index,) = self.arguments(indices, "x[...]", 1, node)
        expression = self.expect(index, "int", "x[...]")
        if not syntax.is_constant(expression):
            raise self.error(index, "the index of x must be constant", "bound variables may stand in it, x may not")
        return syntax.Coordinate(expression, span=span(node))

    def dotted(self, node: Node) -> Expression:
        raise self.error(node, "a dotted name has no meaning in a formula")

    def group(self, node: Node) -> Expression:
        return self.elaborate(_trees(node)[0])

    def set(self, node: Node) -> Expression:
        elements = _trees(_trees(node)[0]) if node.children else []
        return syntax.SetLiteral(tuple(self.constant(e, "{...}") for e in elements), span=span(node))

    def constant(self, node: Node, by: str) -> Expression:
        expression = self.expect(node, "int", by)
        if not syntax.is_constant(expression):
            raise self.error(node, f"`{by}` needs a constant", "x may not stand in it")
        return expression

    # operators

    def logic(self, node: Node) -> Expression:
        operators = tuple(_LOGIC[t.type] for t in _tokens(node))
        operands = tuple(
            self.expect(child, "bool", str(token))
            for child, token in zip(_trees(node), [_tokens(node)[0], *_tokens(node)], strict=True)
        )
        return syntax.Logic(operators, operands, span=span(node))

    def comparison(self, node: Node) -> Expression:
        left_node, right_node = _trees(node)
        token = _tokens(node)[0]
        operator = _COMPARISON[token.type]
        left, right = self.elaborate(left_node), self.elaborate(right_node)
        where = span(node)
        if left.type == right.type == "bool" and operator in ("=", "!="):
            return syntax.Logic(("<->" if operator == "=" else "xor",), (left, right), span=where)
        if left.type == right.type == "int":
            return syntax.Comparison(operator, left, right, span=where)
        found = f"{_ARTICLE[left.type]} and {_ARTICLE[right.type]}"
        raise self.error(node, f"`{token}` compares two integers, found {found}")

    def membership(self, node: Node) -> Expression:
        element_node, set_node = _trees(node)
        token = _tokens(node)[0]
        doubled = self.doubled
        element = self.expect(element_node, "int", str(token))
        nested = self.doubled > doubled
        domain = self.expect(set_node, "set of int", str(token))
        where = span(node)
        found: Expression
        if isinstance(domain, syntax.Range) and not syntax.is_constant(domain):
            # MiniZinc has no range between variables: the two comparisons say the same. They hold the element twice,
            # so that one inside another would grow exponentially.
            if nested:
                raise self.error(
                    element_node,
                    "a range whose bounds depend on x stands inside the element of another",
                    "write a <= e /\\ e <= b",
                )
            self.doubled += 1
            found = syntax.Logic(
                ("/\\",),
                (
                    syntax.Comparison("<=", domain.low, element, span=where),
                    syntax.Comparison("<=", element, domain.high, span=where),
                ),
                span=where,
            )
        else:
            found = syntax.Membership(element, domain, span=where)
        return syntax.Not(found, span=where) if token.type == "NOT_ELEMENT_OF" else found

    def difference(self, node: Node) -> Expression:
        raise self.error(_tokens(node)[0], "set difference has no meaning in a formula")

    def range(self, node: Node) -> Expression:
        low, high = _trees(node)
        return syntax.Range(self.expect(low, "int", ".."), self.expect(high, "int", ".."), span=span(node))

    def arithmetic(self, node: Node) -> Expression:
        tokens = _tokens(node)
        operands = tuple(
            self.expect(child, "int", str(token))
            for child, token in zip(_trees(node), [tokens[0], *tokens], strict=True)
        )
        operators = tuple(_ARITHMETIC[t.type] for t in tokens)
        for token, child, operand in zip(tokens, _trees(node)[1:], operands[1:], strict=True):
            if _ARITHMETIC[token.type] in ("div", "mod") and not syntax.is_constant(operand):
                raise self.error(child, f"the divisor of `{token}` must be a constant", "x may not stand in it")
        return syntax.Arithmetic(operators, operands, span=span(node))

    def prefix(self, node: Node) -> Expression:
        token = _tokens(node)[0]
        operand = _trees(node)[0]
        if token.type == "MINUS":
            return syntax.Negative(self.expect(operand, "int", "-"), span=span(node))
        hint = f"`{token}` binds tighter than any operator: write {token} (a = b)"
        return syntax.Not(self.expect(operand, "bool", str(token), hint), span=span(node))

    # calls

    def call(self, node: Node) -> Expression:
        callee, *rest = _trees(node)
        if callee.data == "call":
            return self.quantified(node, callee, rest)
        if callee.data != "name":
            raise self.error(callee, "this is no function")
        name = str(callee.children[0])
        if _tokens(node):
            raise self.error(_tokens(node)[0], f"`where` belongs to a quantifier: {name}(i in 1..8 where ...)(...)")
        if name in FUNCTIONS:
            return self.function(node, name, rest[0] if rest else None)
        if name in QUANTIFIERS:
            raise self.error(node, f"`{name}` needs variables and a body", f"write {name}(i in 1..8)(...)")
        if name in CONSTANTS or name in self.scope:
            raise self.error(node, f"`{name}` is no function")
        raise self.unknown(callee, name, (*FUNCTIONS, *QUANTIFIERS))

    def function(self, node: Node, name: str, arguments: Node | None) -> Expression:
        where = span(node)
        if name in ("min", "max"):
            operands = self.arguments(arguments, name, None, node)
            if any(_is_generator(o) for o in operands):
                raise self.error(node, f"`{name}` needs a body", f"write {name}(i in 1..8)(...)")
            return syntax.Extremum(name, tuple(self.expect(o, "int", name) for o in operands), span=where)  # type: ignore[arg-type]
        (argument,) = self.arguments(arguments, name, 1, node)
        if name == "abs":
            return syntax.Absolute(self.expect(argument, "int", name), span=where)
        return syntax.BoolToInt(self.expect(argument, "bool", name, "its argument is a condition"), span=where)

    def arguments(self, node: Node | None, by: str, wanted: int | None, user: Node) -> list[Node]:
        """The items of the list node (None for an empty one), as many as its user `by` takes; None is one or more."""
        found = _trees(node) if node else []
        if wanted is not None and len(found) != wanted:
            raise self.error(node or user, f"`{by}` takes {wanted} argument, found {len(found)}")
        if not found:
            raise self.error(user, f"`{by}` of nothing has no value")
        return found

    def quantified(self, node: Node, head: Node, rest: list[Node]) -> Expression:
        callee, *head_rest = _trees(head)
        name = str(callee.children[0]) if callee.data == "name" else ""
        if name not in QUANTIFIERS:
            if callee.data != "name":
                raise self.error(callee, "this is no quantifier")
            raise self.unknown(callee, name, QUANTIFIERS)
        if _tokens(node):
            raise self.error(_tokens(node)[0], "`where` belongs to the first brackets of a quantifier")
        if not head_rest:
            raise self.error(head, f"`{name}` needs a variable", f"write {name}(i in 1..8)(...)")
        depth = len(self.scope)
        generators = self.generators(head_rest[0], name)
        condition = None
        if len(head_rest) > 1:
            condition = self.expect(head_rest[1], "bool", "where")
            if not syntax.is_constant(condition):
                raise self.error(
                    head_rest[1], "the condition of a quantifier must be constant", "x may not stand in it"
                )
        (body_node,) = self.arguments(rest[0] if rest else None, f"{name}(...)(...)", 1, node)
        if name in ("forall", "exists", "count"):
            body = self.expect(body_node, "bool", name)
        else:
            body = self.elaborate(body_node)
            if name == "sum" and body.type == "bool":
                body = syntax.BoolToInt(body, span=body.span)
            elif body.type != "int":
                raise self.error(body_node, f"`{name}` needs an integer, found {_ARTICLE[body.type]}")
        del self.scope[depth:]
        return syntax.Quantified(name, generators, condition, body, span=span(node))

    def generators(self, node: Node, by: str) -> tuple[syntax.Generator, ...]:
        """The generators of `i, j in 1..4, k in P`; their variables are in scope afterwards."""
        found: list[syntax.Generator] = []
        pending: list[Node] = []
        for item in _trees(node):
            if item.data == "name":
                pending.append(item)
                continue
            if not _is_generator(item):
                raise self.error(item, f"`{by}` expects `variable in set` here", f"write {by}(i in 1..8)(...)")
            variable, domain_node = _trees(item)
            domain = self.expect(domain_node, "set of int", "in")
            if not syntax.is_constant(domain):
                raise self.error(domain_node, "the bounds of a quantifier must be constant", "x may not stand in them")
            for name_node in (*pending, variable):
                name = str(name_node.children[0])
                if name in CONSTANTS or name in FUNCTIONS or name in QUANTIFIERS:
                    raise self.error(name_node, f"'{name}' has a meaning already", "choose another name")
                if name in self.scope:
                    raise self.error(name_node, f"'{name}' is bound already", "choose another name")
                self.scope.append(name)
                found.append(syntax.Generator(name, domain))
            pending = []
        if pending:
            raise self.error(pending[0], f"'{pending[0].children[0]}' has no range", "write i in 1..8")
        return tuple(found)


def _trees(node: Node) -> list[Node]:
    return [child for child in node.children if isinstance(child, Tree)]


def _tokens(node: Node) -> list[Token]:
    return [child for child in node.children if isinstance(child, Token)]


def _is_generator(node: Node) -> bool:
    return (
        node.data == "membership" and _trees(node)[0].data == "name" and _tokens(node)[0].type in ("IN", "ELEMENT_OF")
    )

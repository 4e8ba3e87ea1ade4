"""Raw tree to typed expression: names resolved, every operand of the type that its operator asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lark import Token, Tree

from ..errors import LanguageError
from . import habits, syntax
from .operators import FUNCTIONS, INFIX_SPELT, PREFIX_SPELT, QUANTIFIERS, Operator, Type
from .parse import span
from .syntax import Expression
from .vocabulary import CONSTANTS, LARGEST_INTEGER, MOST_NESTING, nearest

Node = Tree[Token]

_ARTICLE = {"int": "an integer", "bool": "a bool", "set of int": "a set"}


class Elaborator:
    """Turns the raw tree of one text into a typed expression; each method is named as a rule of the grammar.

    bound are variables that are taken as bound around the text.
    """

    def __init__(self, text: str, bound: Iterable[str] = ()) -> None:
        self.text = text
        self.scope = list(bound)
        self.doubled = 0
        """Elements written out twice so far, see membership."""

    def elaborate(self, node: Node) -> Expression:
        result: Expression = getattr(self, str(node.data))(node)
        return result

    def expect(self, node: Node, wanted: Type, by: str, hint: str = "") -> Expression:
        """The expression of node, which must have the type that its user `by` asks for."""
        found = self.elaborate(node)
        self.wants(node, found, wanted, by, hint)
        return found

    def wants(self, node: Node, found: Expression, wanted: Type, by: str, hint: str = "") -> None:
        if found.type != wanted:
            if not hint and (found.type, wanted) == ("bool", "int"):
                hint = "bool2int(...) makes an integer of a bool"
            raise self.error(node, f"`{by}` needs {_ARTICLE[wanted]}, found {_ARTICLE[found.type]}", hint)

    def error(self, node: Node | Token, message: str, hint: str = "") -> LanguageError:
        if len(message) > 300:  # a name can be as long as the text
            message = f"{message[:150]}...{message[-100:]}"
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

    def unknown(self, node: Node, name: str, candidates: Iterable[str]) -> LanguageError:
        hint = habits.of_word(name)
        if not hint and (near := nearest(name, candidates)):
            hint = f"did you mean '{near}'?"
        return self.error(node, f"unknown name '{name}'", hint)

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
        elements = [element for listed in _trees(node) for element in _trees(listed)]
        return syntax.SetLiteral(tuple(self.constant(e, "{...}") for e in elements), span=span(node))

    def constant(self, node: Node, by: str) -> Expression:
        expression = self.expect(node, "int", by)
        if not syntax.is_constant(expression):
            raise self.error(node, f"`{by}` needs a constant", "x may not stand in it")
        return expression

    # operators

    def chain(self, node: Node) -> Expression:
        tokens, children = _tokens(node), _trees(node)
        rows = [INFIX_SPELT[token] for token in tokens]
        operands = [self.expect(children[0], rows[0].operands[0], tokens[0])]
        for token, row, child in zip(tokens, rows, children[1:], strict=True):
            operands.append(self.expect(child, row.operands[1], token))
        for position, (token, row) in enumerate(zip(tokens, rows, strict=True)):
            self.divides(row, token, children[position : position + 2], operands[position : position + 2])
        return syntax.Chain(tuple(row.token for row in rows), tuple(operands), span=span(node))

    def divides(self, row: Operator, by: str, nodes: Sequence[Node], operands: Sequence[Expression]) -> None:
        """Refuses a divisor that is not constant."""
        if row.divisor is not None and not syntax.is_constant(operands[row.divisor]):
            message = f"the divisor of `{by}` must be a constant"
            raise self.error(nodes[row.divisor], message, "x may not stand in it")

    def comparison(self, node: Node) -> Expression:
        left_node, right_node = _trees(node)
        token = _tokens(node)[0]
        row = INFIX_SPELT[token]
        left, right = self.elaborate(left_node), self.elaborate(right_node)
        where = span(node)
        if left.type == right.type == "bool" and row.of_bools:
            return syntax.Chain((row.of_bools,), (left, right), span=where)
        if left.type == right.type == "int":
            return syntax.Comparison(row.token, left, right, span=where)
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
            found = syntax.Chain(
                ("/\\",),
                (
                    syntax.Comparison("<=", domain.low, element, span=where),
                    syntax.Comparison("<=", element, domain.high, span=where),
                ),
                span=where,
            )
        else:
            found = syntax.Membership(element, domain, span=where)
        return syntax.Application("not", (found,), span=where) if token.type == "NOT_ELEMENT_OF" else found

    def difference(self, node: Node) -> Expression:
        raise self.error(_tokens(node)[0], "set difference has no meaning in a formula")

    def range(self, node: Node) -> Expression:
        low, high = _trees(node)
        return syntax.Range(self.expect(low, "int", ".."), self.expect(high, "int", ".."), span=span(node))

    def prefix(self, node: Node) -> Expression:
        token, row = _tokens(node)[0], PREFIX_SPELT[_tokens(node)[0]]
        (wanted,) = row.operands
        hint = f"`{token}` binds tighter than any operator: write {token} (a = b)" if wanted == "bool" else ""
        return syntax.Application(row.token, (self.expect(_trees(node)[0], wanted, token, hint),), span=span(node))

    # calls

    def call(self, node: Node) -> Expression:
        callee, *rest = _trees(node)
        if callee.data == "call":
            return self.quantified(node, callee, rest)
        if callee.data != "name":
            raise self.error(callee, "this is no function")
        name = str(callee.children[0])
        if where := [token for token in _tokens(node) if token.type == "WHERE"]:
            raise self.error(where[0], f"`where` belongs to a quantifier: {name}(i in 1..8 where ...)(...)")
        if name in FUNCTIONS:
            return self.function(node, name, rest[0] if rest else None)
        if name in QUANTIFIERS:
            raise self.error(node, f"`{name}` needs variables and a body", f"write {name}(i in 1..8)(...)")
        if name in CONSTANTS or name in self.scope:
            raise self.error(node, f"`{name}` is no function", "write x[1]" if name == "x" else "")
        raise self.unknown(callee, name, (*FUNCTIONS, *QUANTIFIERS))

    def function(self, node: Node, name: str, arguments: Node | None) -> Expression:
        row = FUNCTIONS[name]
        nodes = self.arguments(arguments, name, None if row.many else len(row.operands), node)
        if name in QUANTIFIERS and any(map(_is_generator, nodes)):
            raise self.error(node, f"`{name}` needs a body", f"write {name}(i in 1..8)(...)")
        operands: list[Expression] = []
        for child, wanted in zip(nodes, row.operands[:1] * len(nodes) if row.many else row.operands, strict=True):
            hint = "its argument is a condition" if wanted == "bool" else ""
            operands.append(self.expect(child, wanted, name, hint))
        self.divides(row, name, nodes, operands)
        return syntax.Application(name, tuple(operands), span=span(node))

    def arguments(self, node: Node | None, by: str, wanted: int | None, user: Node) -> list[Node]:
        """The items of the list node (None for an empty one), as many as its user `by` takes; None is one or more."""
        found = _trees(node) if node else []
        if wanted is not None and len(found) != wanted:
            plural = "" if wanted == 1 else "s"
            raise self.error(node or user, f"`{by}` takes {wanted} argument{plural}, found {len(found)}")
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
        if where := [token for token in _tokens(node) if token.type == "WHERE"]:
            raise self.error(where[0], "`where` belongs to the first brackets of a quantifier")
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
        body = self.elaborate(body_node)
        if name == "sum" and body.type == "bool":
            body = syntax.Application("bool2int", (body,), span=body.span)
        self.wants(body_node, body, QUANTIFIERS[name].body, name)
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
                if len(self.scope) >= MOST_NESTING:
                    raise self.error(
                        name_node, f"more than {MOST_NESTING} variables are bound here", "split the constraint"
                    )
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

"""Chunk files and corpus.yaml files that mean no good: malformed at every level, huge, deep, and with texts that try to
break out of what they are put into.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

Make: TypeAlias = bytes | Callable[[Path], None]
"""The content of a file, or what makes it at a path."""

TEXTS: dict[str, str] = {
    "end of a block comment": "*/ constraint false; /*",
    "end of a Lean comment": "-/ axiom cheat : False /-",
    "nested Lean comment": "/- /- /-",
    "end of a doc comment": "-/\ntheorem t : 1 = 2 := by decide\n/--",
    "MiniZinc item in a new line": "\nconstraint false;\nsolve satisfy;",
    "MiniZinc string": '" :: domain; constraint false; "',
    "MiniZinc interpolation": '\\(1 + 1) \\" \\',
    "Lean quotation": "» := True -- «",
    "Lean exit": "\n#exit\n",
    "Lean option": "\nset_option autoImplicit true\nopen Lean\n",
    "Lean sorry": "sorry native_decide unsafe",
    "carriage return": "fine\r::error::no",
    "line separators": "a\u2028b\u2029c\u0085d\x0be\x0cf",
    "terminal colours": "\x1b[31mred\x1b[0m",
    "terminal title": "\x1b]0;owned\x07",
    "terminal clear": "\x1b[2J\x1b[H all passed",
    "C1 controls": "\x9b31m\x90\x9c",
    "backspaces": "failed\b\b\b\b\b\bpassed",
    "bidirectional override": "\u202edessap\u202c \u2066x\u2069",
    "zero widths": "a\u200b\u200d\ufeffb",
    "null": "a\x00b",
    "delete": "a\x7fb",
    "set-output": "::set-output name=x::1",
    "add-mask": "\n::add-mask::a",
    "stop-commands": "\n::stop-commands::x",
    "error annotation": "\n  ::error file=a,line=1::owned",
    "old workflow command": "##[set-env name=PATH]/evil",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "html comment": "--> <!-- ]]> <![CDATA[",
    "entity": "&lt;b&gt; &#x3c;b&#x3e;",
    "markdown link": "[click](javascript:alert(1)) ![x](http://e/x.png)",
    "markdown table": "a | b | c\n|---|---|\n",
    "markdown code": "``` ` `` ```",
    "mention": "@everyone #1 GH-1 org/repo#2",
    "format strings": "%s %n {0} {__class__} ${HOME} $(id) `id`",
    "shell": "'; touch owned; echo '",
    "path": "../../../../etc/passwd",
    "private use": "\ue000\U000f0000",
    "not a character": "\uffff\ufdd0",
    "combining": "e" + "\u0301" * 500,
    "very long word": "x" * 5000,
    "very long text": "a word " * 3000,
    "trailing backslash": "it ends so \\",
    "percent": "100 % of it; %%%",
    "emoji": "\U0001f9e8\U0001f468\u200d\U0001f469",
}
"""What may stand in a title, a name or notes, by what it attacks: each is rendered harmless, or refused."""

EXPRESSIONS: dict[str, str] = {
    "empty": "", "blank": "   ", "half a formula": "x[1] >=", "unclosed": "(x[1] >= 3", "unopened": "x[1] >= 3)",
    "statement": "x[1] >= 3; constraint false", "include": 'include "/etc/passwd"', "assignment": "N = 3; x[1] = 2",
    "annotation": "x[1] >= 3 :: domain", "comment": "x[1] >= 3 % and more", "block comment": "x[1] /* no */ >= 3",
    "string": '"a" = "a"', "index 0": "x[0] >= 1", "index 9": "x[9] >= 1", "index -1": "x[-1] >= 1",
    "index variable": "x[x[1]] >= 1", "huge index": f"x[{10**30}] >= 1", "by zero": "x[1] div 0 = 1", "mod zero": "x[1] mod 0 = 1",
    "by x": "x[1] div x[2] = 1", "by nothing": "x[1] div (N - 100) = 1", "huge literal": f"x[1] >= {10**40}",
    "4000 digits": "x[1] >= " + "9" * 4000, "5000 digits": "x[1] >= " + "9" * 5000, "float": "x[1] >= 1.5", "exponent": "x[1] >= 1e9",
    "hex": "x[1] >= 0x1F", "chained": "1 <= x[1] <= 3", "type": "x[1] + true >= 3", "number": "x[1] + 3", "set": "{1, 2}",
    "unknown name": "x[1] + y[2] >= 3", "unknown call": "system(x[1]) >= 3", "shadowed": "forall(i in 1..2)(forall(i in 1..2)(x[i] >= 0))",
    "open range": "forall(i in 1..)(x[i] >= 0)", "variable bound": "forall(i in 1..x[1])(x[1] >= 0)",
    "endless": f"forall(i in 1..{10**18})(x[1] >= 0)", "endless condition": f"forall(i in 1..{10**12} where i < 3)(x[i] >= 0)",
    "product of ranges": "forall(i in 1..1000, j in 1..1000, k in 1..1000)(x[1] + i + j + k >= 0)",
    "nested quantifiers": "forall(i in 1..300)(forall(j in 1..300)(x[1] + i * j >= 0))",
    "large body": "forall(i in 1..20000)(" + " + ".join(["x[1]"] * 50) + " >= i)",
    "set of everything": f"x[1] in 1..{10**18}", "min of nothing": "min(i in 1..0)(x[i]) >= 1", "max of nothing": "max() >= 1",
    "deep brackets": "(" * 5000 + "x[1] >= 1" + ")" * 5000, "deep not": "not " * 5000 + "(x[1] >= 1)",
    "deep minus": "-" * 20000 + "x[1] >= 1", "deep implication": " -> ".join(["x[1] >= 1"] * 3000), "deep index": "x[" * 3000 + "1" + "]" * 3000 + " >= 1",
    "long sum": " + ".join(["x[1]"] * 60000) + " >= 1", "too long": " " * 200_000 + "x[1] >= 1", "many commas": "min(" + "," * 1000 + ") >= 1",
    "null": "x[1] >= 1\x00", "escape": "x[1] >= \x1b[31m1", "newlines": "x[1]\n\n>=\n\n::error::1", "workflow command": "::set-output name=a::x[1] >= 1",
    "full width": "x[１] >= 1", "arabic digits": "x[1] >= ٣", "cyrillic x": "х[1] >= 1", "bidi": "x[1] >= \u202e1", "no-break space": "x[1]\u00a0>= 1",
    "zero width": "x\u200b[1] >= 1", "smart quotes": "\u201cx[1]\u201d >= 1", "keyword": "predicate x[1] >= 1", "lean": "by decide", "lean term": "fun x => x.x1 ≥ 1",
    "python": "__import__('os').system('id')", "sql": "'; drop table x; --", "template": "{{ x }} ${{ github.token }}", "question": "x[1] ? 1 : 2",
    "equals words": "x[1] equals three", "sum of bool set": "sum(P) >= 1", "membership chain": "x[1] in P in P", "double not": "!!(x[1] >= 1) !",
}  # fmt: skip
"""Expressions: each is one clear error, or a formula like others."""


def chunk(chunk_id: str, **changes: Any) -> dict[str, Any]:
    data = {
        "id": chunk_id, "title": f"Chunk {chunk_id}", "goalType": "proof",
        "constraints": [{"name": "fine", "expr": "x[1] >= 3"}],
    }  # fmt: skip
    return data | changes


def _dump(data: object) -> bytes:
    return json.dumps(data).encode("utf-8")


def _structures(i: str) -> Iterator[tuple[str, bytes]]:
    """Files that are no chunk, by what is wrong."""
    fine = _dump(chunk(i))
    constraint = {"name": "fine", "expr": "x[1] >= 3"}
    yield from {
        "empty": b"", "blank": b" \n ", "null": b"null", "number": b"7", "string": b'"chunk"', "list": b"[]", "true": b"true",
        "empty object": b"{}", "half": fine[: len(fine) // 2], "twice": fine + fine, "trailing comma": fine[:-1] + b",}",
        "comment": b"// no\n" + fine, "single quotes": fine.replace(b'"', b"'"), "byte-order mark": b"\xef\xbb\xbf" + fine,
        "UTF-16": fine.decode().encode("utf-16"), "UTF-32": fine.decode().encode("utf-32"), "latin-1": fine.replace(b"Chunk", b"\xe9"),
        "overlong UTF-8": fine.replace(b"Chunk", b"\xc0\xaf"), "NUL": fine.replace(b"Chunk", b"\x00"), "all NUL": b"\x00" * 4096,
        "ELF": b"\x7fELF" + bytes(range(256)) * 4, "gzip": b"\x1f\x8b\x08" + bytes(200), "html": b"<!doctype html><script>1</script>",
        "yaml": b"id: '10'\ntitle: no\n", "NaN": fine.replace(b'"proof"', b"NaN"), "Infinity": fine.replace(b'"proof"', b"-Infinity"),
        "duplicate key": fine.replace(b'"title"', b'"id": "99", "title"'), "half a surrogate": fine.replace(b"Chunk", b"\\ud800"),
        "deep lists": b"[" * 100_000, "deep objects": b'{"a":' * 100_000, "deep and closed": b"[" * 50_000 + b"]" * 50_000,
        "huge number": _dump(chunk(i)).replace(b'"proof"', b"1" * 100_000), "huge exponent": fine.replace(b'"proof"', b"1e999999999"),
        "long key": _dump(chunk(i) | {"k" * 100_000: 1}), "control in string": fine.replace(b"Chunk", b"a\x1bb"),
        "five megabytes": fine[:-1] + b', "notes": "' + b"x" * 5_000_000 + b'"}', "prototype": _dump(chunk(i) | {"__proto__": {"a": 1}}),
    }.items()  # fmt: skip
    changed: dict[str, dict[str, object]] = {
        "other id": {"id": "99"}, "id with path": {"id": "../../etc/x"}, "absolute id": {"id": "/etc/x"}, "empty id": {"id": ""},
        "id as number": {"id": int(i)}, "id with newline": {"id": f"{i}\n"}, "id of one digit": {"id": "7"}, "arabic id": {"id": "٠٧"},
        "id of 5000 digits": {"id": "1" * 5000}, "id null": {"id": None}, "id list": {"id": [i]}, "title missing": {"title": None},
        "title list": {"title": ["a"]}, "title object": {"title": {"a": 1}}, "empty title": {"title": ""}, "goal unknown": {"goalType": "magic"},
        "goal command": {"goalType": "::add-mask::x"}, "goal escape": {"goalType": "\x1b[2J"}, "tract unknown": {"tract": "sideways"},
        "tract list": {"tract": []}, "unknown key": {"extra": 1}, "unknown key with escape": {"\x1b[31m": 1}, "unknown command key": {"\n::error::x": 1},
        "no constraints": {"constraints": None}, "constraints object": {"constraints": {}}, "constraints text": {"constraints": "x[1] >= 3"},
        "constraint null": {"constraints": [None]}, "constraint text": {"constraints": ["x[1] >= 3"]}, "constraint list": {"constraints": [[constraint]]},
        "name missing": {"constraints": [{"expr": "x[1] >= 3"}]}, "expr missing": {"constraints": [{"name": "a"}]},
        "expr number": {"constraints": [{"name": "a", "expr": 3}]}, "expr true": {"constraints": [{"name": "a", "expr": True}]},
        "expr list": {"constraints": [{"name": "a", "expr": ["x[1] >= 3"]}]}, "name number": {"constraints": [{"name": 1, "expr": "x[1] >= 3"}]},
        "empty name": {"constraints": [{"name": "", "expr": "x[1] >= 3"}]}, "notes number": {"constraints": [constraint | {"notes": 1}]},
        "same name": {"constraints": [constraint, constraint]}, "more keys": {"constraints": [constraint | {"weight": 1}]},
        "too many": {"constraints": [{"name": f"c{k}", "expr": "x[1] >= 3"} for k in range(1001)]},
        "too much": {"constraints": [{"name": f"c{k}", "expr": f"forall(i in 1..9000)(x[1] + i >= {k})"} for k in range(9)]},
        "parameters list": {"parameters": []}, "parameters null": {"parameters": None}, "N zero": {"parameters": {"scaleN": 0}},
        "N negative": {"parameters": {"scaleN": -5}}, "N huge": {"parameters": {"scaleN": 10**30}}, "N float": {"parameters": {"scaleN": 1.5}},
        "N text": {"parameters": {"scaleN": "100; constraint false"}}, "N true": {"parameters": {"scaleN": True}}, "N null": {"parameters": {"scaleN": None}},
        "prime 4": {"parameters": {"monsterPrimes": [4]}}, "prime text": {"parameters": {"monsterPrimes": ["2"]}}, "prime twice": {"parameters": {"monsterPrimes": [2, 2]}},
        "primes text": {"parameters": {"monsterPrimes": "2, 3}; constraint false; {"}}, "prime list": {"parameters": {"monsterPrimes": [[2]]}},
        "manifold text": {"parameters": {"eightDimManifold": "yes"}}, "objective unknown": {"parameters": {"similarityObjective": "x; solve satisfy"}},
        "objective list": {"parameters": {"similarityObjective": ["none"]}}, "godelization text": {"parameters": {"godelization": "x"}},
    }  # fmt: skip
    for name, changes in changed.items():
        yield name, _dump(chunk(i) | changes)


def _files(i: str) -> Iterator[tuple[str, Callable[[Path], None]]]:
    """What is no plain file at all."""
    yield "folder", lambda path: path.mkdir()
    yield "pipe", lambda path: os.mkfifo(path)
    yield "socket", _socket
    yield "link to nowhere", lambda path: path.symlink_to("/nonexistent/chunk")
    yield "link to itself", lambda path: path.symlink_to(path.name)
    yield "link to /dev/zero", lambda path: path.symlink_to("/dev/zero")
    yield "link to /dev/stdin", lambda path: path.symlink_to("/dev/stdin")
    yield "link to a folder", lambda path: path.symlink_to("/etc")
    yield "link to a foreign file", lambda path: path.symlink_to("/etc/passwd")
    yield "link to kernel memory", lambda path: path.symlink_to("/proc/self/maps")


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's path may have a hundred bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def refused(first: int) -> Iterator[tuple[str, str, Make]]:
    """Files that are no chunk: id, what it attacks, the file. Ids count up from first."""
    number = first
    sources: tuple[Callable[[str], Iterator[tuple[str, Make]]], ...] = (_structures, _files)
    for source in sources:
        for position in range(sum(1 for _ in source("10"))):
            chunk_id = str(number)
            name, make = list(source(chunk_id))[position]
            yield chunk_id, name, make
            number += 1


def with_expressions(first: int) -> Iterator[tuple[str, str, Make]]:
    """Chunks with hostile expressions."""
    for number, (name, text) in enumerate(EXPRESSIONS.items(), start=first):
        yield str(number), name, _dump(chunk(str(number), constraints=[{"name": "it", "expr": text}]))


def with_texts(first: int) -> Iterator[tuple[str, str, Make]]:
    """Chunks whose formulas are fine: each text as the title of one, and as names and notes of one of a few."""
    numbers = map(str, count(first))
    fine = ("x[1] >= 3", "x[2] + x[3] >= 5")
    for name, text in TEXTS.items():
        constraints = [{"name": formula, "expr": formula} for formula in fine]
        yield (number := next(numbers)), name, _dump(chunk(number, title=text, constraints=constraints))
    texts = list(TEXTS.items())
    for begin in range(0, len(texts), 5):
        some = texts[begin : begin + 5]
        constraints = [
            {"name": text + " 2" * position, "expr": formula, "notes": text * (1 + position)}
            for _, text in some
            for position, formula in enumerate(fine)
        ]
        names = ", ".join(name for name, _ in some)
        yield (number := next(numbers)), names, _dump(chunk(number, title="Fine", constraints=constraints))


def write(folder: Path, cases: list[tuple[str, str, Make]]) -> None:
    for chunk_id, _, make in cases:
        path = folder / f"chunk-{chunk_id}.constraints.json"
        if isinstance(make, bytes):
            path.write_bytes(make)
        else:
            make(path)


SETTINGS: dict[str, bytes] = {
    "list": b"[]", "text": b"hello", "number": b"7", "binary": bytes(range(256)), "NUL": b"pilots: ['\x00']", "UTF-16": "pilots: []".encode("utf-16"),
    "byte-order mark": b"\xef\xbb\xbfpilots: []", "tab": b"\tpilots: []", "unclosed": b"pilots: [", "unclosed quote": b"pilots: ['06", "two documents": b"pilots: []\n---\npilots: []",
    "unknown key": b"pilot: ['06']", "command key": b"'::error::x': 1", "escape key": b'"\\e[31m": 1', "duplicate key": b"pilots: []\npilots: []", "merge key": b"<<: {pilots: []}",
    "python tag": b"pilots: !!python/object/apply:os.system ['touch owned']", "python name": b"informal: !!python/name:os.system ''", "unknown tag": b"pilots: !evil [1]",
    "cycle": b"pilots: &a [*a]", "mapping cycle": b"limits: &a {solve_seconds: *a}", "top cycle": b"&a {pilots: *a}", "no anchor": b"pilots: *a",
    "billion laughs": b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(b"%c: &%c [%s]\n" % (98 + k, 98 + k, b",".join([b"*%c" % (97 + k)] * 9)) for k in range(9)),
    "deep": b"pilots: " + b"[" * 5000, "deep maps": b"".join(b" " * k + b"a:\n" for k in range(400)), "deep flow": b"{a: " * 3000, "five megabytes": b"# " + b"x" * 5_000_000,
    "path as id": b"pilots: ['../../etc/x']", "number as id": b"pilots: [06]", "unknown id": b"pilots: ['99']", "id twice": b"pilots: ['06', '06']", "null id": b"pilots: [null]",
    "no seconds": b"limits: {solve_seconds: 0}", "negative": b"limits: {solve_seconds: -1}", "NaN": b"limits: {solve_seconds: .nan}", "infinite": b"limits: {solve_seconds: .inf}",
    "huge": b"limits: {prove_seconds: 1e300}", "date": b"limits: {memory_mb: 2026-01-01}", "text seconds": b"limits: {solve_seconds: '30'}",
    "samples": b"crosscheck: {samples: 1000000000}", "strict": b"crosscheck: {strict: maybe}", "informal": b"informal: everywhere", "section as list": b"limits: [1]", "section null": b"crosscheck: null",
    "bool": b"pilots: yes", "long scalar": b"informal: " + b"x" * 100_000, "directive": b"%YAML 9.9\n---\npilots: []", "bad directive": b"%TAG ! evil:\n--- !x\n",
}  # fmt: skip
"""corpus.yaml files, all of them wrong."""

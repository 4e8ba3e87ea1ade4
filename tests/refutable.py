"""Small chunks that have no valid point, of all kinds: what makes them so, and their constraints."""

from __future__ import annotations

REFUTABLE: dict[str, tuple[int, tuple[str, ...]]] = {
    # linear
    "a floor above a ceiling": (100, ("x[1] >= 20", "x[1] <= 19")),
    "a strict cycle": (100, ("x[1] < x[2]", "x[2] < x[3]", "x[3] < x[1]")),
    "floors beyond the whole": (100, ("forall(i in 1..8)(x[i] >= 13)",)),
    "ceilings below the whole": (100, ("forall(i in 1..8)(x[i] <= 12)",)),
    "two large shares": (100, ("x[3] >= 50", "sum(i in 5..8)(x[i]) >= 51")),
    "two large shares of much": (100_000, ("x[3] >= 50000", "sum(i in 5..8)(x[i]) >= 50001")),
    "halves of an odd number": (101, ("sum(i in 1..4)(x[i]) = sum(i in 5..8)(x[i])",)),
    "an even sum that is odd": (100, ("2 * x[1] + 4 * x[2] = 6 * x[3] + 5",)),
    "multiples together": (100, ("3 * x[1] - 2 * x[2] >= 10", "-x[1] + x[2] >= 1", "x[2] <= 11")),
    "a negative number": (100, ("-x[1] > x[2]",)),
    # disjunctive
    "either is too much": (100, ("x[1] >= 60 \\/ x[2] >= 60", "x[1] + x[2] <= 59")),
    "both and neither": (100, ("(x[1] >= 10) xor (x[2] >= 10)", "(x[1] >= 10) <-> (x[2] >= 10)")),
    "an implication that is cut off": (100, ("x[1] >= 10 -> x[2] >= 90", "x[1] in 11..20")),
    "a negated conjunction": (100, ("not (x[1] >= 3 /\\ x[2] >= 3)", "x[1] + x[2] >= 98", "max(x[1], x[2]) <= 94")),
    "no value is left": (100, ("x[1] in {3, 5, 9}", "x[1] != 3", "x[1] != 5", "x[1] != 9")),
    "all different in too few": (
        40,
        ("forall(i, j in 1..4 where i < j)(x[i] != x[j])", "forall(i in 1..4)(x[i] in 2..4)"),
    ),
    "unequal to all": (20, ("exists(i in 1..3)(x[i] != x[4])", "forall(i in 1..3)(x[i] = 5)", "x[4] = 5")),
    "a constant condition": (30, ("1 > 2 \\/ x[1] < 0",)),
    # counting
    "more than there are": (100, ("count(i in 1..4)(x[i] > 10) >= 3", "forall(i in 1..2)(x[i] <= 10)")),
    "too many large ones": (100, ("count(i in 1..8)(x[i] >= 21) >= 5",)),
    "a sum of truth values": (100, ("bool2int(x[1] > 5) + 2 * bool2int(x[2] > 5) = 2", "x[1] > 5 <-> x[2] > 5")),
    # modular
    "two remainders": (100, ("x[1] mod 6 = 1", "x[1] mod 3 = 2")),
    "no multiple is near": (100, ("(x[2] + x[3]) mod 7 = 0", "x[2] + x[3] in 29..34")),
    "a remainder of a difference": (60, ("(x[1] - x[2]) mod 5 = 3", "x[2] > x[1]")),
    "a quotient": (100, ("x[1] div 7 = 4", "x[1] mod 7 = 6", "x[1] != 34")),
    "a negative divisor": (100, ("x[1] div (-4) >= -2", "x[1] >= 12")),
    "parity": (100, ("x[1] mod 2 = 1", "x[2] mod 2 = 1", "x[1] + x[2] = 21")),
    # greatest, least, absolute
    "a least above a greatest": (100, ("min(x[1], x[2], x[3]) > max(x[3], x[4])",)),
    "the greatest of small ones": (100, ("max(i in 1..8)(x[i]) = 12",)),
    "apart and together": (100, ("abs(x[1] - x[2]) >= 10", "abs(x[1] - x[3]) <= 3", "abs(x[2] - x[3]) <= 6")),
    "a sum of distances": (100, ("sum(i in 1..4)(abs(x[i] - x[i + 4])) <= 9", "sum(i in 1..4)(x[i]) >= 55")),
    "a spread": (100, ("max(i in 1..4)(x[i]) - min(i in 1..4)(x[i]) <= 2", "x[1] >= x[2] + 3")),
    # products
    "a product beyond the square": (100, ("x[1] * x[2] >= 2501",)),
    "a product of signs": (30, ("(x[1] - x[2]) * (x[2] - x[1]) > 0",)),
    "a square": (40, ("x[1] * x[1] = 7",)),
    # sets
    "primes only": (100, ("x[1] in P", "x[1] in 8..16")),
    "outside of everything": (50, ("not (x[1] in 0..50)",)),
}

"""A summary that is put together from rows of the last one and new ones says what one of all rows would say."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tasks.records.codec import decode, encode
from tasks.records.outcomes import Kinds
from tasks.records.summary import Chunks, Outcome, Part, Row, Summary, part_of

STAGES = ("schema", "solve", "prove", "balance")


def random_row(random: Random, chunk_id: str) -> Row:
    results: list[Outcome] = ["passed", "warned", "failed", "not_run"]
    more: dict[str, Any] = {
        "constraints": random.choice([None, Kinds(*(random.randrange(9) for _ in range(3)))]),
        "witness": random.choice([None, tuple(range(8))]),
        "judged": random.choice([None, "certificate"]),
        "balance": random.choice([None, (0, 4)]),
        "balance_proved": random.choice([False, True]),
        "unproved": random.choice(["", 'a "reason" \u2028\n']),
        "unsatisfiable": random.choice(["", "proved", "solver alone"]),
        "disagreements": random.choice([(), ("c1", "größe")]),
    }
    stages = {stage: random.choice(results) for stage in random.sample(STAGES, random.randint(1, 4))}
    return Row(chunk_id, random.choice([False, True]), stages, **more)


def summary_of(part: Part) -> Summary:
    rows = tuple(part.rows[chunk_id] for chunk_id in sorted(part.rows))
    return Summary(
        "passed", rows, Chunks(len(rows), 1, 1), part.stages(STAGES), ("lint",), "on", part.constraints,
        ({"name": "lean", "version": "4"},), part.theorems,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_parts_of_a_summary_together_are_the_summary_of_all_rows(seed: int) -> None:
    random = Random(seed)
    rows = [random_row(random, f"{number:02}") for number in range(20)]
    random.shuffle(rows)
    at = random.randrange(21)
    whole = summary_of(part_of(rows))
    assert summary_of(part_of(rows[:at]).plus(part_of(rows[at:]))) == whole
    assert decode(Summary, encode(whole)) == whole

"""What a build shows: on a terminal one live region and what matters, elsewhere lines, in CI annotations."""

from __future__ import annotations

import io
import os
import re
import signal
from collections.abc import Mapping
from pathlib import Path

import pyte
import pytest

from conftest import REPOSITORY, Project
from tasks.screen.progress import Progress, in_words
from tasks.screen.terminal import Terminal as Display
from tasks.screen.text import annotation, place
from terminals import Terminal, doit

PLACE = "chunks/chunk-06.constraints.json"


def broken(project: Project) -> Project:
    """The project with a chunk that has a mistake, and one that is unsatisfiable."""
    project.write("06", "x[1] >= 3", "x[5] < y[8]")
    project.write("08", "x[1] >= 60", "x[2] >= 60")
    return project


def terminal(project: Project, *arguments: str, columns: int = 80, more: Mapping[str, str] | None = None) -> Terminal:
    others = ("CI", "NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS", "COLUMNS", "LINES")
    given = {name: value for name, value in os.environ.items() if name not in others}
    given |= {**project.environment, "PYTHONPATH": str(project.source), "TERM": "xterm-256color", **(more or {})}
    return Terminal(doit(*arguments), project.home, given, columns)


def times_removed(text: str) -> str:
    return re.sub(r"(: )[0-9]+\.[0-9] s(, slowest \w+:\d+ [0-9.]+ s)?", r"\1T s", text)


@pytest.mark.parametrize("columns", [80, 200])
def test_a_terminal_shows_progress_and_then_what_matters(built: Project, columns: int) -> None:
    screen = terminal(broken(built), "-n", "1", columns=columns)
    assert screen.run() == 2
    progress = [picture for picture in screen.pictures if re.search(r"[━╸╺ ]  +[0-9]+/18  ", picture)]
    assert progress, "the live region was drawn"
    assert any(re.search(r"/18 .*\n(schema|render_mzn|solve):0[68]", picture) for picture in progress)
    for picture in progress:
        assert len(re.findall(r"[0-9]+/18", picture)) == 1, "there is one region, and it is drawn in one place"
    last = times_removed(screen.picture())
    golden = REPOSITORY / "tests" / "golden" / f"screen-{columns}.txt"
    assert last == golden.read_text(encoding="utf-8")
    assert not re.search(r"[━╸╺]", last), "nothing of the region is left"
    assert not screen.screen.cursor.hidden
    assert screen.screen.cursor.x == 0
    assert b"\x1b[1;31m!! schema:06 failed" in screen.output
    assert b"\x1b[31m              ^" in screen.output


def test_a_window_that_becomes_wider_or_narrower_leaves_all_readable(built: Project) -> None:
    screen = terminal(broken(built), columns=120)
    sizes = iter([100, 130, 90])

    def resize(picture: str) -> None:
        if "/18" in picture:
            screen.resize(next(sizes, 90))

    assert screen.run(resize) == 2
    assert next(sizes, None) is None or len(screen.pictures) < 4
    last = screen.picture()
    assert "FAILED: schema:06, solve:08\n" in last
    assert "!! schema:06 failed\n" in last


def test_ctrl_c_leaves_one_line(project: Project) -> None:
    screen = terminal(project, "cache=off")
    pressed: list[str] = []

    def press(picture: str) -> None:
        if "/27" in picture and not pressed:
            pressed.append(picture)
            screen.press_ctrl_c()

    assert screen.run(press) == 130
    assert pressed
    said = screen.picture().replace("\n", "")
    assert said.startswith("ERROR: stopped by Ctrl-C; finished tasks are kept")
    assert "━" not in said
    assert not screen.screen.cursor.hidden


def test_a_signal_waits_until_what_is_being_drawn_is_whole() -> None:
    drawn = io.StringIO()

    class Interrupting(io.StringIO):
        def write(self, text: str) -> int:
            if "1/27" in text:
                signal.raise_signal(signal.SIGINT)
            return drawn.write(text)

    progress = Progress()
    progress.total, progress.done = 27, 1
    shown = Display(Interrupting(), progress, live=True)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        shown.refresh()
    shown.close()
    screen = pyte.Screen(80, 10)
    pyte.Stream(screen).feed(drawn.getvalue().replace("\n", "\r\n"))
    assert "1/27" in drawn.getvalue()
    assert "".join(screen.display).strip() == ""


@pytest.mark.parametrize(
    ("more", "colours", "live"),
    [({"NO_COLOR": "1"}, False, True), ({"CI": "true"}, False, False),
     ({"CI": "true", "FORCE_COLOR": "1"}, True, False), ({"TERM": "dumb"}, False, False)],
)  # fmt: skip
def test_variables_of_the_environment_are_honoured(
    built: Project, more: dict[str, str], colours: bool, live: bool
) -> None:
    screen = terminal(broken(built), more=more)
    assert screen.run() == 2
    assert (b"\x1b[1;31m" in screen.output or b"\x1b[31m" in screen.output) == colours
    assert (b"\x1b[?25l" in screen.output) == live


def test_without_a_terminal_there_are_lines_and_no_escape_codes(built: Project) -> None:
    finished = broken(built).doit("-v", "0")
    assert finished.output.startswith("!! ")
    assert "\x1b" not in finished.text()
    assert ".  " not in finished.output
    listed = built.doit("-v", "1", "schema:06")
    assert listed.output.startswith(".  schema:06\n!! schema:06 failed\n")
    assert listed.output.count("unknown name") == 1, "a single failure is not said twice"


def test_colours_are_for_whoever_forces_them(built: Project) -> None:
    broken(built).environment["FORCE_COLOR"] = "1"
    assert "\x1b[1;31m!! schema:06 failed" in built.doit("-v", "0", "schema:06").output
    built.environment["NO_COLOR"] = "1"
    assert "\x1b" not in built.doit("-v", "0", "schema:06").output


def test_failures_are_annotations_in_github_actions(built: Project) -> None:
    broken(built).environment |= {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(built.home)}
    output = built.doit().output
    assert f"\n::error file={PLACE},line=12,title=schema%3A06::{PLACE}:12: /constraints/1/expr: column 8: " in output
    assert (
        "\n::error file=chunks/chunk-08.constraints.json,line=8,title=solve%3A08::chunk 08 (Chunk 08) is unsat"
        in output
    )
    assert output.count("\n::error ") == 2


@pytest.mark.parametrize(
    ("message", "file", "expected"),
    [
        ("a,b.json:7: 100% wrong\r\nx", "c.json", "a%2Cb.json,line=7,title=t%3A1::a,b.json:7: 100%25 wrong%0D%0Ax"),
        ("no place", "c:d.json", "c%3Ad.json,line=1,title=t%3A1::no place"),
        ("found 3:4: values", "c.json", "c.json,line=1,title=t%3A1::found 3:4: values"),
    ],
)
def test_an_annotation_is_one_line_whatever_the_message(
    message: str, file: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    assert annotation("t:1", message, file) == f"::error file={expected}\n"


def test_a_file_elsewhere_is_named_from_the_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert annotation("t:1", f"{tmp_path}/a/b.json:3: x", "").startswith("::error file=a/b.json,line=3,")


def test_a_heartbeat_is_written_where_nothing_else_is(built: Project) -> None:
    code = built.own_package() / "screen" / "plain.py"
    code.write_text(code.read_text().replace("HEARTBEAT = 10.0", "HEARTBEAT = 0.0"))
    built.write("06", "x[1] >= 4")
    lines = built.doit("-v", "0").output.splitlines()
    beats = [line for line in lines if re.fullmatch(r"   \d+ of \d+ tasks(, about \d+ s left)?(; running: .*)?", line)]
    assert len(beats) > 3
    assert any("running: " in line and ":06" in line for line in beats)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_follows_the_history_and_the_share_that_runs() -> None:
    clock = Clock()
    history = {f"solve:{n}": 2.0 for n in range(10)} | {f"lint:{n}": 1.0 for n in range(5)}
    progress = Progress(lambda: history, workers=2, clock=clock)
    progress.plan([*history, "lint:5"])
    assert progress.seconds_left() == pytest.approx((10 * 2 + 6 * 1) / 2)  # one of lint as long as the others
    for n in range(5):  # twice as fast as they were
        progress.begin(f"solve:{n}")
        clock.now += 1
        progress.end(f"solve:{n}")
    assert progress.seconds_left() == pytest.approx((5 * 2 * 0.5 + 5 * 1 * 0.5 + 1) / 2, abs=0.3)
    for n in range(5):  # these are up to date, as all of their kind may be
        progress.end(f"lint:{n}")
    assert progress.seconds_left() == pytest.approx(5 / 2)
    progress.begin("solve:5")
    clock.now += 0.5
    assert progress.seconds_left() == pytest.approx(4.5 / 2)
    assert (progress.done, progress.total, progress.ran) == (10, 16, 5)
    assert progress.slowest == (1.0, "solve:4")


def test_no_time_is_told_before_anything_is_known() -> None:
    progress = Progress()
    progress.plan(["solve:1", "solve:2"])
    assert progress.seconds_left() is None
    progress.begin("solve:1")
    progress.end("solve:1")
    assert progress.seconds_left() is not None


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (42, "42 s"), (150, "2 min"), (3000, "50 min"), (9000, "2 h 30 min")]
)
def test_a_time_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_the_place_of_a_message_is_the_first_that_it_names() -> None:
    assert place("chunk 08 is unsatisfiable:\n    chunks/a.json:12: c1: x[1] >= 60\n") == ("chunks/a.json", 12)
    assert place("nothing: here") is None

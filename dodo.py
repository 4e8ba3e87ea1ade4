"""The build: what tasks there are. `doit list` shows them; the package in src/tasks does the work."""

from tasks import build

DOIT_CONFIG = build.configuration()


def task_schema():
    """check each chunk against the format and the language"""
    return build.schema()


def task_render_mzn():
    """render each chunk as a MiniZinc model"""
    return build.render_mzn()


def task__minizinc():
    return build.minizinc()


def task_solve():
    """find each chunk's witness with MiniZinc, or the constraints that conflict"""
    return build.solve()


def task_render_lean():
    """render each solved chunk as a Lean module and as a certificate"""
    return build.render_lean()


def task_sample():
    """draw the points of each chunk where a wrong translation would show"""
    return build.sample()


def task__lean():
    return build.lean()


def task_prove():
    """have Lean accept that each chunk's witness is valid (lean=off goes without)"""
    return build.prove()


def task_crosscheck():
    """compare what JSON, MiniZinc and Lean say of each constraint at points that matter"""
    return build.crosscheck()


def task_balance():
    """find how far the tracts can be apart, over all valid points of each chunk"""
    return build.balance()


def task_chunk():
    """everything for one chunk: chunk:06"""
    return build.chunk()


def task_pilots():
    """everything for the pilot chunks; pilots:solve is one stage of it"""
    return build.pilots()


def task_primes():
    """check each chunk's Monster primes (write=yes assigns them)"""
    return build.primes()


def task_secrets():
    """look for secrets that can be read: in the files, and in commits=BASE..HEAD"""
    return build.secrets()


def task_lint():
    """advise on constraints that say nothing, too little or too much (lint=strict fails)"""
    return build.lint()


def task_report():
    """what the build has shown, in Markdown (base=DIR compares it with another; of=pilots)"""
    return build.report()


def task_summary():
    """build and check the whole corpus, and sum up (what `doit` does)"""
    return build.summary()

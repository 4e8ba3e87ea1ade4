"""The build. `doit list` shows its tasks, `doit help` its variables; the package in src/tasks does the work."""

from tasks import build

DOIT_CONFIG = build.configuration()


def task_build():
    return build.tasks()

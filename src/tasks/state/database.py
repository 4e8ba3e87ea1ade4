"""doit's backend: every finished task in SQLite at once, in a transaction of its own.

A record claims that a task made these contents from those contents, by SHA-256 and in no other way. So it is as good on
another machine, at another path and at any time; what is lost, torn or not ours only makes tasks run again.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from doit.exceptions import InvalidDodoFile

from ..files import digest
from .closed import file_state
from .lock import Held, hold
from .stopping import Stopped

APPLICATION = 0x4475616C
"""SQLite's application_id of our files ("Dual")."""
FORMAT = 2
SCHEMA = "CREATE TABLE tasks (name TEXT PRIMARY KEY, record TEXT NOT NULL, sha256 TEXT NOT NULL)"

_BESIDE = ("-wal", "-shm", "-journal")
# What says that the file is wrong; any other error is one of the machine, and the file stays where it is.
_DAMAGE = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# The part that doit writes last for a task that succeeded, and for one that is to be ignored.
_COMPLETE = ("deps:", "ignore:")


class Codec(Protocol):
    """How a record is written down."""

    def encode(self, data: Any) -> str: ...
    def decode(self, data: str) -> dict[str, Any]: ...


class Unusable(Exception):
    """A file is no sound database of ours."""


class Database:
    """The backend as doit wants it; name is the file, codec writes a record down.

    Nothing is opened before it is needed, so that `doit list` and `doit help` work beside a build. Only who writes
    locks: a build before it reads anything (see own), `doit forget` and its like when they write.
    """

    desc = "SQLite, a transaction a task"

    def __init__(self, name: str, codec: Codec, *, module_name: str | None = None) -> None:
        self.name = name
        self.codec = codec
        self.path = Path(name)
        self._texts: dict[str, str] | None = None
        self._trusted = False
        self._read: dict[str, dict[str, Any]] = {}
        self._unfinished: dict[str, dict[str, Any]] = {}
        self._connection: sqlite3.Connection | None = None
        self._lock: int | None = None

    def state(self) -> str:
        """What the file is known by without being read (see file_state)."""
        return file_state(self.path)

    def lock(self) -> None:
        """Makes this process the only one that writes here.

        Raises InvalidDodoFile where another process builds here, or nothing can be written.
        """
        try:
            if self._lock is None:
                self._lock = hold(f"{self.path}.lock")
        except Held as holder:
            folder = self.path.parent
            raise InvalidDodoFile(
                f"{folder}: process {holder} is building here; wait until it ends, or use out=DIR"
            ) from None
        except OSError as error:
            where = (error.filename if error.errno == errno.ELOOP else None) or self.path.parent
            raise InvalidDodoFile(f"{where}: cannot be written: {error.strerror}; see out=DIR") from None

    def trust(self) -> None:
        """Lets records be read one by one: the file is the one that an earlier build closed."""
        self._trusted = True

    def own(self) -> None:
        """Makes this process the only one that writes here, and reads everything unless the file is trusted.

        Raises InvalidDodoFile where another process builds here, or nothing can be written.
        """
        if self._connection is not None:
            return
        self.lock()
        try:
            if not os.path.lexists(self.path):
                _create(self.path)
            try:
                self._open()
            except Unusable as reason:
                kept = _set_aside(self.path)
                _warn(f"{self.path} cannot be used ({reason}): it is kept as {kept}, and every task runs again")
                _create(self.path)
                self._open()
        except OSError as error:
            where = (error.filename if error.errno == errno.ELOOP else None) or self.path.parent
            raise InvalidDodoFile(f"{where}: cannot be written: {error.strerror}; see out=DIR") from None
        except sqlite3.Error as error:
            raise InvalidDodoFile(f"{self.path}: cannot be opened: {error}; see out=DIR") from None

    def get(self, task_id: str, dependency: str) -> Any:
        record = self._unfinished.get(task_id) or self._read.get(task_id)
        return (self._record(task_id) if record is None else record).get(dependency)

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        """Keeps one part of a record. The record is stored, whole, with its last part."""
        self.own()
        if dependency == "_values_:":  # doit writes it first; nothing of an earlier run is kept
            ignored = self._record(task_id).get("ignore:")
            self._unfinished[task_id] = {"ignore:": ignored} if ignored else {}
        record = self._unfinished.setdefault(task_id, dict(self._record(task_id)))
        record[dependency] = value
        if dependency in _COMPLETE:
            text = self.codec.encode(record)
            if self.text(task_id) != text:  # groups of tasks succeed in every build
                self._write("INSERT OR REPLACE INTO tasks VALUES (?, ?, ?)", task_id, text, _sum(task_id, text))
                self._known()[task_id] = text
                self._read.pop(task_id, None)
            del self._unfinished[task_id]

    def in_(self, task_id: str) -> bool:
        return bool(self.text(task_id))

    def remove(self, task_id: str) -> None:
        self.own()
        self._unfinished.pop(task_id, None)
        if self.text(task_id):
            self._write("DELETE FROM tasks WHERE name = ?", task_id)
            self._known().pop(task_id, None)
            self._read.pop(task_id, None)

    def remove_all(self) -> None:
        self.own()
        self._write("DELETE FROM tasks")
        self._texts, self._read, self._unfinished, self._trusted = {}, {}, {}, False

    def dump(self) -> None:
        """Closes the database, which then is a single file. The lock is held until the process ends."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):  # all is written; what is not merged is beside it
                self._connection.close()
            self._connection = None

    def names(self) -> list[str]:
        """The tasks that have a record."""
        if self._trusted:
            return sorted(name for (name,) in self._ask("SELECT name FROM tasks"))
        return sorted(self._known())

    def text(self, task_id: str) -> str:
        """A record as it is stored, "" where there is none."""
        known = self._known()
        if self._trusted and task_id not in known:
            rows = self._ask("SELECT record, sha256 FROM tasks WHERE name = ?", task_id)
            known[task_id] = next((text for text, kept in rows if _sum(task_id, text) == kept), "")
        return known.get(task_id, "")

    def records(self) -> dict[str, dict[str, Any]]:
        """Every record, by task."""
        return {name: self._record(name) for name in sorted(self._known())}

    def _record(self, task_id: str) -> dict[str, Any]:
        if task_id not in self._read:
            text = self.text(task_id)
            self._read[task_id] = self.codec.decode(text) if text else {}
        return self._read[task_id]

    def _known(self) -> dict[str, str]:
        if self._texts is None:
            self._texts = {} if self._trusted else self._looked_at()
        return self._texts

    def _looked_at(self) -> dict[str, str]:
        """The records for a reader that changes nothing."""
        if not os.path.lexists(self.path):
            return {}
        try:
            with contextlib.closing(_read_only(self.path)) as connection:
                _check(connection)
                return _all(connection)
        except Unusable as reason:
            _warn(f"{self.path} cannot be used ({reason}); the next build sets it aside")
        except sqlite3.Error as error:
            raise InvalidDodoFile(f"{self.path}: cannot be read: {error}") from None
        return {}

    def _open(self) -> None:
        if not stat.S_ISREG(os.lstat(self.path).st_mode):
            raise Unusable("not a plain file")
        for beside in (f"{self.path}{end}" for end in _BESIDE):
            if os.path.islink(beside):  # SQLite would write where it leads
                os.unlink(beside)
        if _beginning(self.path)[18:20] not in (b"\1\1", b"\2\2"):  # others SQLite reads, and will not write
            raise Unusable("file is not a database")
        connection = _connected(self.path, "mode=rw")
        try:
            _check(connection)
            if not self._trusted:
                self._texts, self._read = _all(connection), {}
            # A commit is safe from a kill without waiting for the disk. After a power failure the last may be gone,
            # or the files they speak of: both make tasks run again.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _ask(self, question: str, *values: str) -> list[tuple[Any, ...]]:
        self.own()
        assert self._connection is not None
        try:
            return self._connection.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise Stopped(f"{self.path}: cannot be read: {error}; build again") from None

    def _write(self, statement: str, *values: str) -> None:
        assert self._connection is not None
        try:
            self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise Stopped(
                f"{self.path}: cannot be written: {error}; finished tasks are kept: free some space, and build again"
            ) from None


class Reader(Database):
    """The database for a command that changes nothing, and that may run beside a build."""

    def lock(self) -> None:
        pass

    def own(self) -> None:
        if self._connection is None and self._trusted:
            self._connection = _read_only(self.path)


def _sum(name: str, text: str) -> str:
    return digest(f"{name}\0{text}")


def _beginning(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(100)


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)


def _read_only(path: Path) -> sqlite3.Connection:
    # SQLite shares a log with a running build by a file of its own, which it cannot make in a folder of others.
    alone = not os.access(path.parent, os.W_OK) and not os.path.exists(f"{path}-wal")
    return _connected(path, "immutable=1" if alone else "mode=ro")


def _check(connection: sqlite3.Connection) -> None:
    """Raises Unusable where the file is not one of ours."""

    def single(question: str) -> object:
        return connection.execute(question).fetchone()[0]

    with _damage():
        if (single("PRAGMA application_id"), single("PRAGMA user_version")) != (APPLICATION, FORMAT):
            raise Unusable("another program or another version wrote it")
        if connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall() != [(SCHEMA,)]:
            raise Unusable("its tables are not those of a build")


def _all(connection: sqlite3.Connection) -> dict[str, str]:
    """Every record's text, by task. Raises Unusable where one of them, or the file around them, is not as written."""
    with _damage():
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise Unusable("its structure is damaged")
        rows = connection.execute("SELECT name, record, sha256 FROM tasks").fetchall()
    for name, text, kept in rows:
        if not isinstance(text, str) or _sum(name, text) != kept:
            raise Unusable(f"the record of {str(name)[:80]!r} was changed")
    return {name: text for name, text, _ in rows}


@contextlib.contextmanager
def _damage() -> Iterator[None]:
    """Turns errors that say that the file is wrong into Unusable."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        if code & 0xFF in _DAMAGE or code == sqlite3.SQLITE_IOERR_SHORT_READ:
            raise Unusable(str(error).split(" with text ")[0]) from None  # it would quote bytes that are not text
        raise
    except UnicodeDecodeError:  # of a message of SQLite's that quotes the file
        raise Unusable("it contains invalid text") from None


def _create(path: Path) -> None:
    """Makes an empty database, whole before it has its name."""
    for leftover in (f"{path}{end}" for end in _BESIDE):
        Path(leftover).unlink(missing_ok=True)  # a log of another database would be merged into this one
    # A random name, so that no link can have been planted there.
    beside = path.with_name(f"{path.name}.{os.urandom(8).hex()}.tmp")
    os.close(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644))
    with contextlib.closing(sqlite3.connect(beside, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute(SCHEMA)
    os.replace(beside, path)


def _set_aside(path: Path) -> Path:
    """Renames a file, and what belongs to it, out of the way; returns its new name."""
    number = 1
    while os.path.lexists(kept := path.with_name(f"{path.name}.unusable-{number}")):
        number += 1
    os.rename(path, kept)
    for end in _BESIDE:
        with contextlib.suppress(FileNotFoundError):
            os.rename(f"{path}{end}", f"{kept}{end}")
    return kept


def _warn(message: str) -> None:
    sys.stderr.write(f"WARNING: {message}\n")

"""Packs functions and layers into zip files as `sam package` would, in milliseconds."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import py_compile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from local.errors import LocalError

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same sources, whenever they are packed
_LEFT_OUT = frozenset({"__pycache__", "Makefile"})


def packed(folder: Path | None) -> bytes:
    """Zip a folder (None: nothing at all), each module with its bytecode beside it.

    MiniStack unpacks the archive for every worker it starts, so without bytecode each cold start
    would compile every module again. It is checked against nothing (unchecked hash): the archive
    is the only place where it lives.
    """
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        tempfile.TemporaryDirectory() as scratch,
    ):
        for path, name in _files(folder) if folder else ():
            archive.writestr(zipfile.ZipInfo(name.as_posix(), _EPOCH), path.read_bytes())
            if path.suffix == ".py":
                compiled = importlib.util.cache_from_source(name.as_posix())
                bytecode = _bytecode(path, name, Path(scratch) / "module.pyc")
                archive.writestr(zipfile.ZipInfo(compiled, _EPOCH), bytecode)
    return buffer.getvalue()


def _files(folder: Path) -> Iterator[tuple[Path, Path]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not _LEFT_OUT & set(name.parts):
            yield path, name


def _bytecode(path: Path, name: Path, scratch: Path) -> bytes:
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    try:
        py_compile.compile(str(path), str(scratch), str(name), doraise=True, invalidation_mode=mode)
    except py_compile.PyCompileError as error:
        last_line = error.msg.strip().splitlines()[-1]
        raise LocalError(f"{path} does not compile: {last_line}") from None
    return scratch.read_bytes()


def key_of(archive: bytes) -> str:
    """Name an archive by its content, so that a stack update sees what changed."""
    return f"{hashlib.sha256(archive).hexdigest()[:32]}.zip"

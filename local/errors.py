"""The one error local/ shows to a person: a single clear line, never a traceback."""


class LocalError(Exception):
    """Something a person can act on; its message is one line and ends the command with code 1."""


def one_line(error: object) -> str:
    """Squeeze a message into one line of reasonable length."""
    line = " ".join(str(error).split())
    return line if len(line) <= 300 else f"{line[:297]}..."  # noqa: PLR2004

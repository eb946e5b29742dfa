"""What a condition consists of, and what is left of it when a part is taken out."""

from collections.abc import Iterator

from tests.simulation.aws.expressions import Choice, Test, Tree, condition


def parts(text: str) -> Iterator[tuple[str, str]]:
    """Each part that the condition would be weaker without, and the condition without it.

    Those are the parts of every AND, however deep; what stands below a NOT is left whole.
    """
    for taken, left in _without(condition(text)):
        yield written(taken), written(left)


def _without(tree: Tree) -> Iterator[tuple[Tree, Tree]]:
    if isinstance(tree, Test) or tree.word == "NOT":
        return
    members = _members(tree)
    for at, member in enumerate(members):
        before, after = members[:at], members[at + 1 :]
        if tree.word == "AND":
            yield member, _joined("AND", [*before, *after])
        for taken, left in _without(member):
            yield taken, _joined(tree.word, [*before, left, *after])


def _members(tree: Choice) -> list[Tree]:
    """The members of a chain of ANDs, or of ORs, which is parsed two by two."""
    members: list[Tree] = []
    for part in tree.parts:
        chained = isinstance(part, Choice) and part.word == tree.word
        members += _members(part) if chained else [part]
    return members


def _joined(word: str, members: list[Tree]) -> Tree:
    return members[0] if len(members) == 1 else Choice(word, tuple(members))


def written(tree: Tree) -> str:
    """A tree as DynamoDB reads it."""
    if isinstance(tree, Test):
        return _test(tree)
    inner = [
        f"({written(part)})" if _is_looser(part, tree) else written(part) for part in tree.parts
    ]
    return f"NOT {inner[0]}" if tree.word == "NOT" else f" {tree.word} ".join(inner)


def _is_looser(part: Tree, whole: Choice) -> bool:
    binds = ["OR", "AND", "NOT"]
    return isinstance(part, Choice) and binds.index(part.word) < binds.index(whole.word)


def _test(test: Test) -> str:
    match test.sign:
        case "attribute_exists" | "attribute_not_exists":
            return f"{test.sign}({test.name})"
        case "begins_with" | "contains":
            return f"{test.sign}({test.name}, {test.operands[0]})"
        case "BETWEEN":
            return f"{test.name} BETWEEN {test.operands[0]} AND {test.operands[1]}"
        case "IN":
            return f"{test.name} IN ({', '.join(test.operands)})"
    return f"{test.name} {test.sign} {test.operands[0]}"

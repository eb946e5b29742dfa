"""A table's replica that is behind: it has heard of nothing that stands there by now."""

from typing import Any


class Behind:
    """A DynamoDB client whose reads find what is there only where they ask to be consistent.

    Indexes, which never are, answer as they do.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_item(self, **request: Any) -> Any:
        """Answer with the item, or with none."""
        return self._client.get_item(**request) if request["ConsistentRead"] else {}

    def batch_get_item(self, **request: Any) -> Any:
        """Answer with the items, or with none."""
        if all(one["ConsistentRead"] for one in request["RequestItems"].values()):
            return self._client.batch_get_item(**request)
        return {"Responses": {}, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> Any:
        """Answer with a page, or with an empty one."""
        current = "IndexName" in request or request["ConsistentRead"]
        return self._client.query(**request) if current else {"Items": []}

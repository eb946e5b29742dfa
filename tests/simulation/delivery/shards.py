"""Which shard of a stream, and which lane of it, a partition key's records go through."""

import hashlib
import random
from dataclasses import dataclass

_SHARDS = (3, 4)


@dataclass(frozen=True)
class Shards:
    """A table's shards: drawn once per seed, and shared by all that read the table's stream."""

    count: int
    salt: bytes = b""

    @classmethod
    def drawn(cls, dice: random.Random) -> "Shards":
        """Three or four, so that as many consumers run side by side; keys share them by chance."""
        return cls(dice.randint(*_SHARDS), dice.randbytes(8))

    def lane(self, partition_key: str, parallel: int) -> tuple[int, int]:
        """The shard of a partition key, and its place among the shard's concurrent batches."""
        digest = hashlib.blake2b(partition_key.encode(), key=self.salt, digest_size=8).digest()
        number = int.from_bytes(digest)
        return number % self.count, number // self.count % parallel

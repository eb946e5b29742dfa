"""Clears every functools.cache provider of the rooms and the layer between tests."""

import sys

ROOMS = ("orders", "inventory", "tracking", "notify", "shops", "waybill")


def clear_providers(but: str = "") -> None:
    """Forget cached settings, clients and services in all loaded modules of the product.

    ``but``: a module whose own are kept, where clients are to outlive a test.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in ROOMS:
            continue
        for value in list(vars(module).values()):
            clear = getattr(value, "cache_clear", None)
            if not callable(clear):
                continue
            home = getattr(value, "__module__", "")
            if home != but and home.partition(".")[0] in ROOMS:
                clear()

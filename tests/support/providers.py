"""Clears every functools.cache provider of the rooms and the layer between tests."""

import sys

ROOMS = ("orders", "inventory", "tracking", "notify", "shops", "waybill")


def clear_providers() -> None:
    """Forget cached settings, clients and services in all loaded modules of the product."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in ROOMS:
            continue
        for value in list(vars(module).values()):
            clear = getattr(value, "cache_clear", None)
            if callable(clear) and getattr(value, "__module__", "").partition(".")[0] in ROOMS:
                clear()

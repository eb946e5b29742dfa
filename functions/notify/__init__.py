"""The room notify: who hears of what, when, in which words, exactly once."""

import waybill  # noqa: F401 - first of all imports: it sets how this process collects garbage

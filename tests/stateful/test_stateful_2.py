"""500 stories of the whole business against the sequential model, the second of four such parts."""

from tests.stateful.parts import play_part


def test_what_happens_is_what_the_model_says(say) -> None:
    play_part(2, say)

"""Waiting between attempts."""

from mingcha.media.ingest.backoff import CAP_S, REFUSED_CAP_S, Backoff


def highest(low: float, high: float) -> float:
    return high


def test_it_doubles_up_to_a_cap_and_never_gives_up() -> None:
    backoff = Backoff(highest)
    waits = [backoff.after("camera.timeout", 0.1) for _ in range(200)]
    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert waits[-1] == CAP_S


def test_a_good_session_makes_the_next_attempt_quick_again() -> None:
    backoff = Backoff(highest)
    for _ in range(10):
        backoff.after("camera.closed", 0.1)
    assert backoff.after("camera.closed", 3600.0) == 0.5


def test_after_a_refusal_it_asks_seldom_so_that_the_camera_does_not_lock_the_account() -> None:
    backoff = Backoff(highest)
    waits = [backoff.after("camera.unauthorised", 0.1) for _ in range(20)]
    assert waits[0] == 10.0
    assert waits[-1] == REFUSED_CAP_S


def test_a_refusal_while_a_camera_starts_up_does_not_inherit_the_wait_of_the_failures_before_it() -> None:
    backoff = Backoff(highest)
    for _ in range(10):
        backoff.after("camera.timeout", 0.0)
    assert backoff.after("camera.unauthorised", 0.0) == 10.0


def test_jitter_spreads_attempts_over_the_upper_half() -> None:
    bounds: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        bounds.append((low, high))
        return low

    Backoff(uniform).after("camera.timeout", 0.0)
    assert bounds == [(0.25, 0.5)]

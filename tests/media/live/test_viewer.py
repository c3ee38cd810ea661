"""A viewer's bounded queue."""

from mingcha.media.live.viewer import Viewer


async def drain(viewer: Viewer) -> list[object]:
    messages: list[object] = []
    while viewer._queue:
        messages.append(await viewer.next())
    return messages


async def test_it_gives_messages_in_order() -> None:
    viewer = Viewer()
    viewer.restart([b"header", b"ring"])
    viewer.offer(b"delta", is_key=False)
    viewer.tell({"type": "state"})
    assert await drain(viewer) == [b"header", b"ring", b"delta", {"type": "state"}]


async def test_a_slow_viewer_is_dropped_to_the_next_key_frame_and_told_how_many() -> None:
    viewer = Viewer(limit_bytes=100)
    viewer.restart([b"h" * 10])
    for _ in range(4):
        viewer.offer(b"d" * 40, is_key=False)
    received = await drain(viewer)
    assert received == [b"h" * 10, b"d" * 40, b"d" * 40]
    viewer.offer(b"d" * 40, is_key=False)
    viewer.offer(b"k" * 40, is_key=True)
    viewer.offer(b"d" * 40, is_key=False)
    assert await drain(viewer) == [{"type": "dropped", "frames": 3}, b"k" * 40, b"d" * 40]


async def test_its_memory_is_bounded_for_ever() -> None:
    viewer = Viewer(limit_bytes=1000)
    for index in range(10_000):
        viewer.offer(b"x" * 100, is_key=index % 50 == 0)
    assert viewer._queued_bytes <= 1000

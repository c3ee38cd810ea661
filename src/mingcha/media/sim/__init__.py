"""Simulated cameras over real RTSP: the demo, the test bench and the load generator.

async with SimServer(clips=[tiny_clip()]) as sim:
    url = sim.url("cam1", "main", stall=3)
"""

from mingcha.media.sim.clip import Clip, hash_sample
from mingcha.media.sim.server import SimServer
from mingcha.media.sim.strip import read_strip
from mingcha.media.sim.tiny import tiny_clip

__all__ = ["Clip", "SimServer", "hash_sample", "read_strip", "tiny_clip"]

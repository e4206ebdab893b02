"""How many times a second two greenlets of Python's switch to each other."""

import time

from greenlet import greenlet

SWITCHES = 4_000_000


def ping():
    for _ in range(SWITCHES // 2):
        pong_greenlet.switch()


def pong():
    while True:
        ping_greenlet.switch()


ping_greenlet = greenlet(ping)
pong_greenlet = greenlet(pong)
began = time.perf_counter()
ping_greenlet.switch()
print(SWITCHES / (time.perf_counter() - began))

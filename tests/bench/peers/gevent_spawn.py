"""How many milliseconds gevent takes to spawn 100,000 empty tasks and to join them."""

import time

import gevent

TASKS = 100_000


def empty():
    pass


began = time.perf_counter()
gevent.joinall([gevent.spawn(empty) for _ in range(TASKS)])
print((time.perf_counter() - began) * 1_000)

"""gevent.local and gevent.threadpool."""

import time

import gevent
from gevent.local import local
from gevent.threadpool import ThreadPool
from scenarios import nap, say, thrown


class Own(local):
    def __init__(self):
        self.name = "nobody"


own = Own()


def rename(name):
    own.name = name
    nap(1)
    return own.name


say("what a greenlet sets is its own", [one.value for one in gevent.joinall([gevent.spawn(rename, name) for name in "abc"])])
say("others have what they began with", own.name, gevent.spawn(lambda: own.name).get())
own.extra = 1
say("a new property", hasattr(own, "extra"), gevent.spawn(lambda: hasattr(own, "extra")).get())
del own.extra
say("deleted", hasattr(own, "extra"))


def block(units):
    time.sleep(units / 100)
    return units


def fail_in_thread():
    raise ValueError("in a thread")


pool = ThreadPool(2)
order = []
blocking = gevent.spawn(lambda: (pool.apply(block, (20,)), order.append("thread")))
nap(1)
order.append("greenlet")
blocking.join()
say("threads block, and greenlets go on", order)
say("spawn gives a result", pool.spawn(block, 1).get())
say("map", pool.map(block, [3, 1, 2]))
say("what a thread throws", thrown(pool.apply, fail_in_thread), thrown(pool.spawn(fail_in_thread).get))
result = pool.spawn(block, 30)
say("a result, late", thrown(result.get, timeout=0.01), result.ready())
pool.join()
say("join waits for all", result.ready(), result.get())
say("it keeps its threads", pool.maxsize, pool.size)

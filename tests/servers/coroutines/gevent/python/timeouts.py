"""gevent.Timeout."""

import gevent
from gevent import Timeout
from gevent.event import Event
from gevent.queue import Queue
from scenarios import nap, say, thrown


def within(timeout, function):
    with timeout:
        return function()


timeout = Timeout.start_new(0.01)
say("it is thrown where its greenlet waits", thrown(nap, 10) is timeout)
timeout.close()
timeout = Timeout.start_new(0.01)
say("pending", timeout.pending)
timeout.cancel()
say("cancelled", timeout.pending, thrown(nap, 2))
timeout.start()
say("started again", timeout.pending, thrown(timeout.start), thrown(nap, 2) is timeout, timeout.pending)
timeout.close()
say("closed", timeout.pending)
timeout = Timeout.start_new(0.05)
say("start_new of one that runs is the same", Timeout.start_new(timeout) is timeout)
timeout.close()

say("with", thrown(within, Timeout(0.01), lambda: nap(10)))
say("with, in time", within(Timeout(0.05), lambda: nap(1, "in time")), thrown(nap, 6))
say("with an error of its own", thrown(within, Timeout(0.01, ValueError("own")), lambda: nap(10)))
say("with a class of errors", thrown(within, Timeout(0.01, ValueError), lambda: nap(10)))
say("silent", within(Timeout(0.01, False), lambda: nap(10)))
say("silent, in time", within(Timeout(0.05, False), lambda: nap(1, "in time")))
outer = Timeout.start_new(0.01)
say("a silent one lets others pass", thrown(within, Timeout(0.05, False), lambda: nap(10)) is outer)
outer.close()
say("never", within(Timeout(None), lambda: nap(1, "in time")), Timeout.start_new(None).pending)
say("with_timeout", thrown(gevent.with_timeout, 0.01, nap, 10))
say("with_timeout with a value", gevent.with_timeout(0.01, nap, 10, timeout_value="late"))
say("with_timeout with nothing as its value", gevent.with_timeout(0.01, nap, 10, timeout_value=None))
say("with_timeout, in time", gevent.with_timeout(0.05, nap, 1, "in time", timeout_value="late"))
say("what is thrown within passes", thrown(gevent.with_timeout, 0.05, lambda: 1 / 0).__class__.__name__ == "ZeroDivisionError")

first, second = Timeout.start_new(0.01), Timeout.start_new(0.02)
caught = [thrown(nap, 10), thrown(nap, 10)]
say("the earlier is thrown first", caught[0] is first, caught[1] is second)
inner = gevent.spawn(lambda: thrown(within, Timeout(0.01), lambda: nap(10)))
say("each greenlet has its own", thrown(nap, 3), inner.get())
ended = gevent.spawn(lambda: Timeout.start_new(0.01) and "ended")
ended.join()
say("of one that has ended, nothing is thrown", thrown(nap, 3), ended.value)
say("a timeout of 0", thrown(within, Timeout(0), lambda: nap(10)))
say("a timeout of 0 without a wait", within(Timeout(0), lambda: "no wait"))
say("of an event", gevent.with_timeout(0.01, Event().wait, timeout_value="late"))
queue = Queue()
say("of a queue", gevent.with_timeout(0.01, queue.get, timeout_value="late"))
queue.put("item")
say("which loses nothing", queue.get())

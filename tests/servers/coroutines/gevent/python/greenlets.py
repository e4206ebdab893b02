"""gevent.Greenlet: how it begins and ends, and what is told of that."""

import gevent
from gevent import Greenlet
from gevent.event import Event
from scenarios import fail, nap, say, thrown

one = Greenlet(nap, 1, "value")
say("one that was not started", one.started, one.ready(), one.successful(), one.dead)
one.start()
one.start()
say("started", one.started, one.ready())
say("get", one.get(), one.started, one.ready(), one.successful(), one.dead)
one.start()
say("started again, it stays ended", one.value)
say("get of one that has ended", one.get(timeout=0.001), one.get(block=False))

order = []
for units in (3, 1, 2):
    gevent.spawn_later(units / 100, order.append, units)
gevent.spawn(order.append, 0)
nap(5)
say("spawn_later begins in time", order)
later = gevent.spawn_later(0.05, nap, 1)
say("spawn_later is started", later.started, later.ready())
later.kill()
say("killed before it begins", later.value, later.ready(), later.successful())
unstarted = Greenlet(nap, 1)
unstarted.kill()
say("killed before it is started", unstarted.value, unstarted.ready())
unstarted.start()
gevent.sleep(0)
say("it never is", unstarted.value)
ready = gevent.spawn(nap, 1)
ready.kill()
say("killed before its first turn", ready.value, ready.ready(), ready.successful())

long = gevent.spawn(nap, 10)
say("join, late", long.join(timeout=0.01), long.ready())
say("get, late", thrown(long.get, timeout=0.01), long.ready())
say("get without waiting", thrown(long.get, block=False))
long.kill()
say("a kill gives its exit", long.value, long.get(), long.exception)
failing = gevent.spawn(fail, 1)
say("get of one that fails", thrown(failing.get), failing.successful(), failing.exception, failing.value)
say("join of one that fails", failing.join())


def stubborn():
    try:
        nap(100)
    except gevent.GreenletExit:
        nap(5)
    return "survived"


slow = gevent.spawn(stubborn)
gevent.sleep(0)
slow.kill(timeout=0.01)
say("kill, late", slow.ready())
say("it ends as it likes", slow.get())
own = gevent.spawn(nap, 100)
gevent.sleep(0)
own.kill(KeyError("own"))
say("kill with an error", type(own.exception).__name__ == "KeyError", own.successful(), own.value)
nonblocking = gevent.spawn(nap, 100)
gevent.sleep(0)
nonblocking.kill(block=False)
say("kill without waiting", nonblocking.ready())
nonblocking.join()
say("and then", nonblocking.ready())
catching = gevent.spawn(lambda: thrown(nap, 100))
gevent.sleep(0)
catching.kill(ValueError)
say("a kill that is caught", catching.value, catching.successful())

calls = []
event = Event()


def note(kind):
    def callback(greenlet):
        nap(1)
        calls.append(f"{kind} {greenlet.successful()}".lower())

    return callback


good, bad = gevent.spawn(nap, 1), gevent.spawn(fail, 1)
for greenlet in (good, bad):
    greenlet.link(note("any"))
    greenlet.link_value(note("value"))
    greenlet.link_exception(note("exception"))
gevent.joinall([good, bad])
say("links have not waited yet", calls)
nap(5)
say("links of both", sorted(calls))
calls.clear()
killed = gevent.spawn(nap, 100)
killed.link_value(note("killed"))
killed.link_exception(note("never"))
killed.kill()
nap(5)
say("a killed one has a value", calls)
calls.clear()
good.link(note("late"))
bad.link_value(note("never"))
nap(5)
say("links of those that have ended", calls)
calls.clear()
unlinked = gevent.spawn(nap, 1)
callback = note("never")
unlinked.link(callback)
unlinked.unlink(callback)
unlinked.join()
nap(5)
say("unlinked", calls)
raw = gevent.spawn(nap, 1)
raw.rawlink(lambda greenlet: calls.append(greenlet is raw))
raw.join()
nap(1)
say("a raw link", calls)

main = gevent.getcurrent()
me = gevent.spawn(lambda: gevent.getcurrent() is me)
say("getcurrent", me.get(), gevent.getcurrent() is main)
parent = gevent.spawn(lambda: gevent.spawn(nap, 1, "child").get())
say("a greenlet that spawns", parent.get())
joined = gevent.spawn(lambda: joined.join())
say("one that joins itself, and nothing else", thrown(joined.join))

"""gevent.event: Event and AsyncResult."""

import gevent
from gevent.event import AsyncResult, Event
from scenarios import fail, nap, say, thrown

event = Event()
say("a new event is not set", event.is_set(), event.ready())
say("wait gives false when it is late", event.wait(0.01))
say("wait of 0 gives false", event.wait(0))
waiters = [gevent.spawn(event.wait) for _ in range(3)]
gevent.sleep(0)
event.set()
gevent.joinall(waiters)
say("set wakes all", [one.value for one in waiters], event.is_set())
say("wait of a set event", event.wait(), event.wait(0))
event.clear()
say("cleared, it is waited for again", event.wait(0.01))

waiter = gevent.spawn(event.wait, 1)
gevent.sleep(0)
event.set()
event.clear()
say("set and cleared at once, it has woken who waited", waiter.get(), event.is_set())

order = []
for name in "abc":
    gevent.spawn(lambda name=name: (event.wait(), order.append(name)))
gevent.sleep(0)
event.set()
nap(1)
say("they are woken in the order in which they came", order)

calls = []
again = Event()
again.rawlink(lambda one: calls.append(one is again))
again.set()
nap(1)
again.clear()
again.set()
nap(1)
say("a link of an event is called once", calls)
again.rawlink(lambda one: calls.append("late"))
nap(1)
say("a link of a set event is called", calls)
link = lambda one: calls.append("never")
again.clear()
again.rawlink(link)
again.unlink(link)
again.set()
nap(1)
say("one that is unlinked is not called", calls)

say("an event that nobody sets", thrown(Event().wait))

result = AsyncResult()
say("a new result", result.ready(), result.successful(), result.value, result.exception)
say("get of nothing without waiting", thrown(result.get_nowait))
say("get of nothing, late", thrown(result.get, timeout=0.01))
say("wait for nothing, late", result.wait(timeout=0.01))
getters = [gevent.spawn(result.get) for _ in range(2)]
gevent.spawn_later(0.01, result.set, "value")
say("get gives what is set", result.get(), result.wait(), result.get_nowait())
gevent.joinall(getters)
say("to all who wait", [one.value for one in getters])
say("then it is", result.ready(), result.successful(), result.value, result.exception)
result.set("another")
say("it can be set again", result.get())

failed = AsyncResult()
gevent.spawn_later(0.01, failed.set_exception, ValueError("x"))
say("get throws what was set", thrown(failed.get), thrown(failed.get_nowait))
say("wait does not", failed.wait())
say("then it is", failed.ready(), failed.successful(), failed.value, failed.exception)

linked = AsyncResult()
gevent.spawn(nap, 1, "of a greenlet").link(linked)
say("a result as a link of a greenlet", linked.get())
linked = AsyncResult()
gevent.spawn(fail, 1).link(linked)
say("a result as a link of one that fails", thrown(linked.get))
undefined = AsyncResult()
undefined.set(None)
say("nothing is a value as well", undefined.ready(), undefined.successful(), undefined.get())
say("a result that nobody sets", thrown(AsyncResult().get))

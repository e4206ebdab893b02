"""gevent.wait, iwait, joinall and killall."""

import gevent
from gevent.event import AsyncResult, Event
from gevent.lock import Semaphore
from scenarios import fail, nap, say, thrown


def values(greenlets):
    return [one.value for one in greenlets]


def naps(*units):
    return [gevent.spawn(nap, one, one) for one in units]


say("joinall gives them as they end", values(gevent.joinall(naps(3, 1, 2))))
say("joinall of none", gevent.joinall([]))
slow = naps(3, 1, 2)
say("joinall with a time limit", values(gevent.joinall(slow, timeout=0.015)))
say("joinall with a count", values(gevent.joinall(naps(3, 1, 2), count=2)))
say("joinall of a failure", [type(one.exception).__name__ == "ValueError" for one in gevent.joinall([gevent.spawn(fail, 1)])])
say("joinall that throws it", thrown(gevent.joinall, [gevent.spawn(nap, 5), gevent.spawn(fail, 1)], raise_error=True))
say("joinall with a count throws none later", thrown(gevent.joinall, [gevent.spawn(nap, 1), gevent.spawn(fail, 3)], raise_error=True, count=1))
gevent.joinall(slow)

say("iwait gives them as they end", [one.value for one in gevent.iwait(naps(3, 1, 2))])
say("iwait with a count", [one.value for one in gevent.iwait(naps(3, 1, 2), count=2)])
say("iwait with a time limit", [one.value for one in gevent.iwait(naps(6, 1, 2), timeout=0.04)])
say("iwait with a count beyond", [one.value for one in gevent.iwait(naps(2, 1), count=5)])
say("iwait of none", list(gevent.iwait([])))
ended = naps(1, 2)
gevent.joinall(ended)
nap(1)  # the hub is about to tell the next link of the last one
say("iwait of those that have ended", [one.value for one in gevent.iwait(ended)])

event, result, semaphore = Event(), AsyncResult(), Semaphore(0)
names = {id(event): "event", id(result): "result", id(semaphore): "semaphore"}
gevent.spawn_later(0.01, semaphore.release)
gevent.spawn_later(0.03, event.set)
gevent.spawn_later(0.05, result.set, 1)
mixed = gevent.wait([event, result, semaphore])
say("wait for anything", [names[id(one)] for one in mixed])
say("which takes nothing away", semaphore.counter)
say("wait for one of them", [names.get(id(one)) for one in gevent.wait([Event(), event], count=1)])
say("wait, late", gevent.wait([Event()], timeout=0.01))

gevent.spawn(nap, 1)
say("wait for all that there is", gevent.wait())
long = gevent.spawn(nap, 10)
say("or until it is late", gevent.wait(timeout=0.01))
gevent.killall([long])
say("killall", long.ready(), long.value)


def stubborn():
    try:
        nap(100)
    except gevent.GreenletExit:
        nap(5)


group = [gevent.spawn(stubborn), gevent.spawn(nap, 100)]
gevent.sleep(0)
say("killall with a time limit", thrown(gevent.killall, group, timeout=0.01), [one.ready() for one in group])
gevent.joinall(group)
failing = gevent.spawn(nap, 100)
gevent.sleep(0)
gevent.killall([failing], exception=ValueError("own"))
say("killall with an error", failing.exception, failing.successful())
unborn = gevent.spawn(nap, 1)
gevent.killall([unborn])
say("killall of one that has not begun", unborn.value, unborn.successful())
gevent.killall([unborn])
say("killall of one that has ended", unborn.ready())

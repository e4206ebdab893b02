"""Who goes on when: the order of turns."""

import gevent
from gevent.event import AsyncResult, Event
from gevent.lock import Semaphore
from gevent.queue import Queue
from scenarios import nap, say, thrown

order = []


def note(name, *waits):
    for wait in waits:
        wait()
    order.append(name)


def told():
    """What was noted until now."""
    noted = list(order)
    order.clear()
    return noted


def turn():
    gevent.sleep(0)


event = Event()
gevent.spawn(note, "waiter", event.wait)
turn()
event.set()
gevent.spawn(note, "spawned")
nap(1)
say("woken before one is spawned", told())
event.clear()
gevent.spawn(note, "waiter", event.wait)
turn()
gevent.spawn(note, "spawned")
event.set()
nap(1)
say("woken after one is spawned", told())
queue = Queue()
gevent.spawn(note, "getter", queue.get)
turn()
queue.put(1)
gevent.spawn(note, "spawned")
nap(1)
say("a getter, before one is spawned", told())
result = AsyncResult()
gevent.spawn(note, "getter", result.get)
turn()
gevent.spawn(note, "spawned")
result.set(1)
nap(1)
say("a result, after one is spawned", told())
gevent.spawn(note, "a", turn, turn)
gevent.spawn(note, "b", turn)
gevent.spawn(note, "c")
nap(1)
say("those with fewer turns come first", told())
for units in (2, 1, 2, 1):
    gevent.spawn(note, f"{units}", lambda units=units: nap(units))
nap(4)
say("those who sleep as long, as they began", told())

semaphore = Semaphore(1)
semaphore.acquire()
gevent.spawn(note, "waiter", semaphore.acquire)
turn()
semaphore.release()
say("who releases can have it again at once", semaphore.acquire(blocking=False), semaphore.counter)
nap(1)
say("and the other waits on", told())
semaphore.release()
nap(1)
say("until it is released for good", told(), semaphore.counter)


def tidy(name):
    try:
        nap(100)
    finally:
        order.append(f"{name} ends")
        nap(1)
        order.append(f"{name} has ended")


victims = [gevent.spawn(tidy, name) for name in "ab"]
turn()
gevent.killall(victims)
order.append("killall")
say("a kill waits for finally", told())
victim = gevent.spawn(tidy, "a")
turn()
victim.kill(block=False)
order.append("killed")
victim.kill(block=False)
victim.join()
say("a second kill ends that as well", told(), victim.value)
event = Event()
unlucky = gevent.spawn(note, "woken", event.wait, lambda: nap(100))
turn()
event.set()
unlucky.kill()
say("woken and killed at once", told(), unlucky.value)
late = gevent.spawn(note, "late", lambda: nap(1))
nap(1)
late.kill()
say("killed when its time is over", unlucky.dead, late.dead)
told()


def leave():
    raise gevent.GreenletExit("with a value")


left = gevent.spawn(leave)
left.join()
say("who throws its exit has not failed", left.value, left.successful(), left.exception)
own = gevent.spawn(lambda: gevent.getcurrent().kill())
own.join()
say("who kills itself", own.value, own.successful())
outer = gevent.spawn(lambda: thrown(gevent.spawn(leave).get))
say("a get of that", outer.get())
ended = gevent.spawn(nap, 0, "value")
ended.join()
ended.kill()
say("a kill of who has ended", ended.value, ended.exception)
waiting = gevent.spawn(note, "joined", lambda: chain.join())
chain = gevent.spawn(note, "chain", lambda: nap(1))
gevent.spawn(note, "joined, too", lambda: chain.join())
nap(3)
say("joiners go on in their order", told())
timeout = gevent.Timeout.start_new(0.01)
try:
    nap(1)
    nap(1)
    say("a timeout as long as a sleep", "passes")
except gevent.Timeout as error:
    say("a timeout as long as a sleep", error is timeout)
timeout.close()

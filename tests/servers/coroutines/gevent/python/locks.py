"""gevent.lock: Semaphore, BoundedSemaphore and RLock."""

import gevent
from gevent.lock import BoundedSemaphore, RLock, Semaphore
from scenarios import nap, say, thrown

say("a semaphore of less than 0", thrown(Semaphore, -1))
semaphore = Semaphore(2)
say("acquire takes", semaphore.acquire(), semaphore.counter, semaphore.locked(), semaphore.ready())
say("and the last one", semaphore.acquire(), semaphore.counter, semaphore.locked(), semaphore.ready())
say("without waiting there is none", semaphore.acquire(blocking=False))
say("nor in time", semaphore.acquire(timeout=0.01))
say("wait in vain", semaphore.wait(timeout=0.01))
order = []


def visit(name):
    semaphore.acquire()
    order.append(name)


visitors = [gevent.spawn(visit, name) for name in "abc"]
gevent.sleep(0)
say("release says how many can have it", semaphore.release())
nap(1)
say("the first one got it", order, semaphore.counter)
semaphore.release()
semaphore.release()
gevent.joinall(visitors)
say("then the others", order, semaphore.counter)
semaphore.release()
say("wait does not take", semaphore.wait(), semaphore.counter)
say("it can be released beyond", semaphore.release(), semaphore.release(), semaphore.release())

one = Semaphore(1)
with one:
    say("within a with", one.locked())
say("after it", one.locked())
inside = []


def careful():
    with one:
        inside.append(1)
        nap(1)
        raise ValueError


careful = gevent.spawn(careful)
careful.join()
say("a block that throws gives it back", careful.exception, one.counter)
killed = Semaphore(0)
victim = gevent.spawn(killed.acquire)
other = gevent.spawn(killed.acquire)
gevent.sleep(0)
victim.kill()
killed.release()
say("one that is killed does not keep it from others", other.get(), killed.counter)
say("a semaphore that nobody releases", thrown(Semaphore(0).acquire))
calls = []
free = Semaphore(0)
free.rawlink(lambda one: calls.append(one.counter))
free.release()
nap(1)
say("a link is told of a release", calls)

bounded = BoundedSemaphore(1)
say("a bounded one that has all", thrown(bounded.release))
bounded.acquire()
say("one that has not", bounded.release(), thrown(bounded.release))

lock = RLock()
say("a lock is acquired again by who has it", bool(lock.acquire()), bool(lock.acquire()))
other = gevent.spawn(lambda: bool(lock.acquire(timeout=0.01)))
say("and by no other", other.get())
other = gevent.spawn(lambda: thrown(lock.release))
say("who does not have it cannot release it", other.get())
later = gevent.spawn(lambda: bool(lock.acquire()))
lock.release()
nap(1)
say("released once, it is still taken", later.ready())
lock.release()
say("released as often, others get it", later.get())
say("who has released it cannot do it again", thrown(lock.release))

"""gevent.pool: Group and Pool."""

import gevent
from gevent.pool import Group, Pool
from scenarios import fail, nap, say, thrown

group = Group()
say("a new group", len(group), group.full(), group.join())
one = group.spawn(nap, 1, "one")
say("one is in it", len(group), one in group, [member is one for member in group])
say("until it ends", group.join(), len(group), one in group)
other = gevent.spawn(nap, 2)
group.add(other)
say("one that is added", len(group), other in group)
group.discard(other)
say("and discarded", len(group), other.ready(), group.join())
later = gevent.Greenlet(nap, 1)
group.start(later)
say("one that it starts", later.started, later in group)
say("join, late", group.join(timeout=0.001), len(group))
group.join()
group.spawn(fail, 1)
say("join that throws", thrown(group.join, raise_error=True), len(group))
group.spawn(fail, 1)
say("join that does not", group.join())
members = [group.spawn(nap, 100) for _ in range(2)]
gevent.sleep(0)
group.killone(members[0])
say("killone", members[0].ready(), members[1].ready(), len(group))
group.kill()
say("kill", [member.value for member in members], len(group))
say("a group from greenlets", len(Group([gevent.spawn(nap, 1), gevent.spawn(nap, 1)])))


def stubborn():
    try:
        nap(100)
    except gevent.GreenletExit:
        nap(5)


group.spawn(stubborn)
gevent.sleep(0)
say("kill, late", group.kill(timeout=0.01), len(group))
group.join()


def double(number):
    nap(number)
    return number * 2


def odd(number):
    nap(1)
    if number == 2:
        raise ValueError
    return number


say("map", group.map(double, [3, 1, 2]))
say("map that fails", thrown(group.map, odd, [1, 2, 3]))
say("map_async", group.map_async(double, [3, 1, 2]).get())
say("apply", group.apply(double, (1,)), thrown(group.apply, odd, (2,)))
say("apply_async", group.apply_async(double, (1,)).get())
say("imap", list(group.imap(double, [3, 1, 2])))
say("imap_unordered", list(group.imap_unordered(double, [3, 1, 2])))
say("imap of none", list(group.imap(double, [])), list(group.imap_unordered(double, [])))
mapped = group.imap(odd, [1, 2, 3])
say("imap that fails goes on", next(mapped), thrown(next, mapped), next(mapped))
begun = []


def begin(number):
    begun.append(number)
    return number


mapped = group.imap(begin, [1, 2, 3, 4, 5], maxsize=2)
nap(1)
say("imap with a limit begins as many", begun)
say("and one more with each result", next(mapped))
nap(1)
say("then", begun)
say("to the end", list(mapped), begun)

pool = Pool(2)
say("a new pool", pool.free_count(), pool.full(), pool.wait_available())
say("a pool of less than 0", thrown(Pool, -1))
first, second = pool.spawn(nap, 1), pool.spawn(nap, 5)
say("a full pool", pool.free_count(), pool.full(), len(pool))
say("no place in time", pool.wait_available(timeout=0.001))
say("add, late", type(thrown(pool.add, gevent.Greenlet(nap, 1), timeout=0.001)).__name__)
say("add without waiting", type(thrown(pool.add, gevent.Greenlet(nap, 1), blocking=False)).__name__)
third = pool.spawn(nap, 1)
say("spawn waits for a place", first.ready(), second.ready(), third.ready())
say("join, late", pool.join(timeout=0.001))
say("join", pool.join(), pool.free_count())
most = [0, 0]


def count(number):
    most[0] += 1
    most[1] = max(most)
    nap(1)
    most[0] -= 1
    return number


say("map runs as many at a time", pool.map(count, range(5)), most[1])
say("imap, too", list(pool.imap(count, range(5))), most[1])
say("imap_unordered, too", sorted(pool.imap_unordered(count, range(5))), most[1])
say("apply in a member runs there", Pool(1).apply(lambda: pool.apply(count, (1,))))
single = Pool(1)
say("even if it has all places", single.spawn(lambda: single.apply(count, (7,))).get())
single.spawn(nap, 1)
late = single.apply_async(count, (8,))
say("apply_async does not wait", len(single), late.ready())
say("but gives its result", late.get())
unlimited = Pool()
say("a pool without limit", unlimited.full(), [unlimited.spawn(nap, 1).started for _ in range(3)])
say("killed", unlimited.kill(), len(unlimited))
say("a pool of none", Pool(0).full(), Pool(0).wait_available(timeout=0.001))
say("in which one waits for ever", thrown(Pool(0).spawn, nap, 1))

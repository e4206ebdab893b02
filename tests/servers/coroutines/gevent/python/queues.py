"""gevent.queue."""

import gevent
from gevent.queue import Channel, JoinableQueue, LifoQueue, PriorityQueue, Queue
from scenarios import nap, say, thrown

queue = Queue(2)
say("a new queue", queue.qsize(), queue.empty(), queue.full())
queue.put("a")
queue.put_nowait("b")
say("a full one", queue.qsize(), queue.empty(), queue.full())
say("put, late", thrown(queue.put, "c", timeout=0.01))
say("put without waiting", thrown(queue.put_nowait, "c"), thrown(queue.put, "c", block=False))
say("peek leaves it", queue.peek(), queue.peek_nowait(), queue.qsize())
say("get takes it", queue.get(), queue.get_nowait(), queue.qsize())
say("get, late", thrown(queue.get, timeout=0.01), thrown(queue.peek, timeout=0.01))
say("get without waiting", thrown(queue.get_nowait), thrown(queue.get, block=False), thrown(queue.peek_nowait))
gevent.spawn_later(0.01, queue.put, "later")
say("peek waits", queue.peek(), queue.get())
say("a queue from items", list(Queue(None, [1, 2]).queue), Queue(None, [1, 2]).qsize())
say("a queue without limit", Queue(-1).full(), Queue().full())

order = []
full = Queue(1)
full.put(0)
for item in (1, 2, 3):
    gevent.spawn(lambda item=item: (full.put(item), order.append(f"put {item}")))
gevent.sleep(0)
got = [full.get() for _ in range(4)]
nap(1)
say("those who put get room in their order", got, order)
order = []
empty = Queue()
for name in "abc":
    gevent.spawn(lambda name=name: order.append(f"{name} {empty.get()}"))
gevent.sleep(0)
for item in (1, 2, 3):
    empty.put(item)
nap(1)
say("those who get, get in their order", order)
victim = gevent.spawn(empty.get)
other = gevent.spawn(empty.get)
gevent.sleep(0)
victim.kill()
empty.put("item")
say("one that is killed does not take it", other.get(), empty.qsize())
say("a queue in which nobody puts", thrown(Queue().get))
say("one from which nobody takes", thrown(Queue(1, [1]).put, 2))

items = Queue()
reader = gevent.spawn(lambda: [item for item in items])
for item in (1, 2, StopIteration):
    items.put(item)
say("a loop over its items", reader.get())

lifo = LifoQueue(3)
for item in (1, 2, 3):
    lifo.put(item)
say("last in, first out", lifo.full(), lifo.peek(), lifo.get(), lifo.get(), lifo.get())
priority = PriorityQueue()
for item in ((3, "c"), (1, "b"), (2, "a"), (1, "a")):
    priority.put(item)
say("the least first", priority.peek(), [priority.get() for _ in range(4)])
say("from items", [PriorityQueue(None, [3, 1, 2]).get()])
waiting = gevent.spawn(priority.get)
gevent.sleep(0)
priority.put((5, "e"))
say("to who waits", waiting.get())

tasks = JoinableQueue()
say("no tasks", tasks.unfinished_tasks, tasks.join(), thrown(tasks.task_done))
tasks.put(1)
tasks.put(2)
say("two tasks", tasks.unfinished_tasks, tasks.join(timeout=0.01))


def work():
    for _ in range(2):
        tasks.get()
        nap(1)
        tasks.task_done()


worker = gevent.spawn(work)
say("done", tasks.join(), tasks.unfinished_tasks, tasks.qsize())
say("from items", JoinableQueue(None, [1, 2, 3]).unfinished_tasks)
say("nobody does them", thrown(JoinableQueue(None, [1]).join))

channel = Channel()
say("put into a channel, late", thrown(channel.put, 1, timeout=0.01), channel.balance)
say("get from a channel, late", thrown(channel.get, timeout=0.01), channel.balance)
order = []
putter = gevent.spawn(lambda: (channel.put("item"), order.append("put")))
gevent.sleep(0)
say("who puts waits", order, channel.balance)
say("get", channel.get())
putter.join()
say("then it is put", order)
getter = gevent.spawn(channel.get)
gevent.sleep(0)
say("who gets waits", channel.balance)
channel.put("other")
say("it gets", getter.get())
reader = gevent.spawn(lambda: [item for item in channel])
for item in (1, 2, StopIteration):
    channel.put(item)
say("a loop over a channel", reader.get())
pairs = [gevent.spawn(channel.put, item) for item in (1, 2, 3)]
gevent.sleep(0)
say("in their order", [channel.get() for _ in range(3)])

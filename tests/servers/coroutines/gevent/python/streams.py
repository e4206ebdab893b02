"""gevent.socket and gevent.server."""

import gevent
from gevent import socket
from gevent.event import Event
from gevent.pool import Pool
from gevent.server import StreamServer
from scenarios import nap, say, thrown

listener = socket.create_server(("127.0.0.1", 0))
listener = socket.socket(fileno=listener.detach())
listener.listen(16)
address = listener.getsockname()


def pair():
    accepting = gevent.spawn(listener.accept)
    client = socket.create_connection(address)
    return accepting.get()[0], client


def receive_all(one):
    received = b""
    while True:
        data = one.recv(1000)
        if not data:
            return received
        received += data


a, b = pair()
a.sendall(b"question")
a.shutdown(socket.SHUT_WR)
say("after a shutdown the other side gets the end", receive_all(b))
b.sendall(b"answer")
say("and can still send", a.recv(10))
say("this side cannot", thrown(a.send, b"more"))
a.close()
b.close()

a, b = pair()
b.sendall(b"arrived")
nap(1)
a.shutdown(socket.SHUT_RD)
say("a shutdown of receiving", receive_all(a), a.recv(10))
a.close()
b.close()

a, b = pair()
waiting = gevent.spawn(a.recv, 10)
gevent.sleep(0)
a.shutdown(socket.SHUT_RD)
waiting.join()
say("ends the wait of who receives", waiting.exception)
a.close()
b.close()

a, b = pair()
a.settimeout(0.01)
say("a time limit of recv", thrown(a.recv, 10), str(thrown(a.recv, 10)))
say("and of send", thrown(a.sendall, b"x" * 50_000_000))
b.settimeout(None)
say("what came meanwhile is there", len(b.recv(10)))
a.close()
say("a closed socket", thrown(a.recv, 10), thrown(a.send, b"x"))
b.close()

a, b = pair()
file = b.makefile("r")
a.sendall("first\nsecond\nthird 茶\nrest".encode())
say("readline", file.readline(), file.readline(3), file.readline(), file.readline())
say("read", file.read(2))
a.close()
say("to the end", file.read(), file.readline(), file.read())
b.close()
a, b = pair()
file = b.makefile("rb")
a.sendall(b"one\ntwo\nthree")
a.shutdown(socket.SHUT_WR)
say("a loop over lines", [line for line in file])
a.close()
b.close()

listener.settimeout(0.01)
say("a time limit of accept", thrown(listener.accept))
listener.settimeout(None)
accepting = gevent.spawn(listener.accept)
gevent.sleep(0)
listener.close()
accepting.join()
say("a closed listener ends accept", accepting.exception, thrown(listener.accept))
say("and nobody can connect", thrown(socket.create_connection, address))

counts = [0, 0]
both = Event()  # two clients are served


def handle(client, _address):
    counts[0] += 1
    counts[1] = max(counts)
    if counts[0] == 2:
        both.set()
    both.wait()
    client.sendall(client.recv(100))
    counts[0] -= 1


server = StreamServer(("127.0.0.1", 0), handle, spawn=2)
say("a server before it starts", server.started)
server.start()
say("then", server.started, server.closed)


def ask(text):
    client = socket.create_connection(("127.0.0.1", server.server_port))
    nap(1)
    client.sendall(text)
    echo = receive_all(client)
    client.close()
    return echo


clients = [gevent.spawn(ask, text) for text in (b"1", b"2", b"3", b"4", b"5")]
gevent.joinall(clients)
say("it serves all", [one.value for one in clients])
say("as many at a time as it may", counts[1])
port = server.server_port
server.stop()
say("stopped", server.started, server.closed, thrown(socket.create_connection, ("127.0.0.1", port)))


def patient(client, _address):
    try:
        client.recv(10)
    except gevent.GreenletExit:
        events.append("killed")
        raise
    finally:
        events.append("tidied")


events = []
pool = Pool(3)
server = StreamServer(("127.0.0.1", 0), patient, spawn=pool)
serving = gevent.spawn(server.serve_forever, stop_timeout=0.01)
gevent.sleep(0)
client = socket.create_connection(("127.0.0.1", server.server_port))
nap(5)
say("a pool of one's own", len(pool))
server.stop(timeout=0.01)
say("stop ends who is served", events, len(pool), receive_all(client))
serving.join()
say("and serve_forever with it", serving.ready())
server = StreamServer(("127.0.0.1", 0), lambda client, _address: 1 / 0)
server.start()
client = socket.create_connection(("127.0.0.1", server.server_port))
say("one that fails is closed", receive_all(client))
client.close()
client = socket.create_connection(("127.0.0.1", server.server_port))
say("and the server goes on", receive_all(client), server.started)
server.stop()

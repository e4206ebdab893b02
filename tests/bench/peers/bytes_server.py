"""The plainest servers that give each client a process or a thread of its own, in Python. A line with a
number N is answered with N bytes.

    python3 bytes_server.py multiprocessing|fork|threading PORT
"""

import multiprocessing
import os
import socket
import sys
import threading


def serve(client):
    """Blocks until the client has ended."""
    with client, client.makefile("rb") as lines:
        for line in lines:
            client.sendall(b"x" * int(line))


def serve_in_process(client):
    multiprocessing.Process(target=serve, args=(client,)).start()
    client.close()
    multiprocessing.active_children()  # waits for those that have ended


def serve_in_fork(client):
    if os.fork() == 0:
        listener.close()
        serve(client)
        os._exit(0)
    client.close()
    reap()


def serve_in_thread(client):
    threading.Thread(target=serve, args=(client,), daemon=True).start()


def reap():
    """Waits for the children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


start = {
    "multiprocessing": serve_in_process,
    "fork": serve_in_fork,
    "threading": serve_in_thread,
}[sys.argv[1]]
listener = socket.create_server(("127.0.0.1", int(sys.argv[2])), backlog=4096)
while True:
    start(listener.accept()[0])

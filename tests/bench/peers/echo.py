"""What the Python servers next to this file have in common.

Each is the plainest server of its model, to be measured against the one of the same name here:

    python3 select_server.py PORT
"""

import socket
import sys

RECV_SIZE = 65536


def listen():
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=4096)
    return listener


def accept(listener):
    client, _ = listener.accept()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def serve(client):
    """Blocks until the client has ended."""
    with client:
        try:
            while data := client.recv(RECV_SIZE):
                client.sendall(data)
        except OSError:
            pass

import select

import echo

listener = echo.listen()
clients = {}
interests = select.poll()
interests.register(listener, select.POLLIN)
while True:
    for descriptor, _ in interests.poll():
        if descriptor == listener.fileno():
            client = echo.accept(listener)
            clients[client.fileno()] = client
            interests.register(client, select.POLLIN)
            continue
        client = clients[descriptor]
        try:
            data = client.recv(echo.RECV_SIZE)
        except OSError:
            data = b""
        if data:
            client.sendall(data)
        else:
            interests.unregister(descriptor)
            del clients[descriptor]
            client.close()

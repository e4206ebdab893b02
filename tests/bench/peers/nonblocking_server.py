import echo

listener = echo.listen()
listener.setblocking(False)
clients = []
while True:
    try:
        client = echo.accept(listener)
        client.setblocking(False)
        clients.append(client)
    except BlockingIOError:
        pass
    gone = []
    for client in clients:
        try:
            data = client.recv(echo.RECV_SIZE)
            if data:
                client.send(data)
            else:
                gone.append(client)
        except BlockingIOError:
            pass
        except OSError:
            gone.append(client)
    for client in gone:
        clients.remove(client)
        client.close()

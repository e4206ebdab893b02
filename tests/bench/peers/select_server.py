import select

import echo

listener = echo.listen()
inputs = [listener]
while True:
    for ready in select.select(inputs, [], [])[0]:
        if ready is listener:
            inputs.append(echo.accept(listener))
            continue
        try:
            data = ready.recv(echo.RECV_SIZE)
        except OSError:
            data = b""
        if data:
            ready.sendall(data)
        else:
            inputs.remove(ready)
            ready.close()

import threading

import echo

listener = echo.listen()
while True:
    client = echo.accept(listener)
    threading.Thread(target=echo.serve, args=(client,), daemon=True).start()

import multiprocessing

import echo

if __name__ == "__main__":
    listener = echo.listen()
    while True:
        client = echo.accept(listener)
        multiprocessing.Process(target=echo.serve, args=(client,), daemon=True).start()
        client.close()

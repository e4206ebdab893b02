"""gevent: one greenlet per client, behind sockets that are patched to switch."""

from gevent import monkey

monkey.patch_all()

import echo
import gevent

listener = echo.listen()
while True:
    gevent.spawn(echo.serve, echo.accept(listener))

"""What the scenarios in Python print their lines with: in the words of the same scenarios in TypeScript."""

import sys

import gevent

# Failures of greenlets are expected, and their tracebacks would hide all else.
gevent.get_hub().print_exception = lambda *_: None

NAMES = {
    "Empty": "QueueEmpty",
    "Full": "QueueFull",
    "ValueError": "RangeError",
    "AssertionError": "Error",
    "RuntimeError": "Error",
    "Exception": "Error",
    "TimeoutError": "SocketTimeout",
    "BrokenPipeError": "BrokenPipe",
    "ConnectionRefusedError": "ConnectFailed",
    "ConnectionResetError": "ConnectionReset",
}


def show(value):
    if value is None:
        return "undefined"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, BaseException):
        name = type(value).__name__
        if isinstance(value, OSError) and value.errno == 9:
            return "SocketClosed"
        return NAMES.get(name, name)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(show(one) for one in value) + "]"
    if isinstance(value, bytes):
        return show(value.decode())
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value).replace("\n", "\\n")


def say(scenario, *values):
    print(f"{scenario}: {', '.join(show(value) for value in values)}", flush=True)


def thrown(function, *args, **kwargs):
    """What a call throws; "nothing" if it does not."""
    try:
        function(*args, **kwargs)
    except BaseException as error:
        return error
    return "nothing"


def nap(units, value=None):
    """Sleeps for units of a hundredth of a second."""
    gevent.sleep(units / 100)
    return value


def fail(units=0, error=ValueError):
    nap(units)
    raise error("failed")

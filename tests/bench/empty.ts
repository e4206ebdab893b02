// Nothing: how long a compiled program takes to start at all.

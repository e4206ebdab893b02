/*
 * What `select` is compared with: one thread and select(2), in C.
 *
 *   cc -O2 -o select_echo select_echo.c && ./select_echo PORT
 */
#include "echo.h"
#include <sys/select.h>

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: select_echo PORT\n"), 2;
  int listener = listen_on(argv[1]), highest = listener;
  fd_set watched, ready;
  FD_ZERO(&watched);
  FD_SET(listener, &watched);
  for (;;) {
    ready = watched;
    int left = select(highest + 1, &ready, NULL, NULL, NULL);
    for (int fd = 0; fd <= highest && left > 0; fd++) {
      if (!FD_ISSET(fd, &ready)) continue;
      left--;
      if (fd != listener) {
        if (!serve(fd)) FD_CLR(fd, &watched);
        continue;
      }
      int client = accept_client(listener);
      if (client >= FD_SETSIZE) close(client);
      if (client < 0 || client >= FD_SETSIZE) continue;
      FD_SET(client, &watched);
      if (client > highest) highest = client;
    }
  }
}

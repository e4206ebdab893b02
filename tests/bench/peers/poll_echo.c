/*
 * What `poll` is compared with: one thread and poll(2), in C.
 *
 *   cc -O2 -o poll_echo poll_echo.c && ./poll_echo PORT
 */
#include "echo.h"
#include <poll.h>

enum { MAX_CLIENTS = 16384 };
static struct pollfd list[MAX_CLIENTS + 1];

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: poll_echo PORT\n"), 2;
  int listener = listen_on(argv[1]), count = 1;
  list[0] = (struct pollfd){.fd = listener, .events = POLLIN};
  for (;;) {
    int left = poll(list, count, -1);
    for (int i = count - 1; i >= 0 && left > 0; i--) {
      if (!list[i].revents) continue;
      left--;
      if (list[i].fd != listener) {
        if (!serve(list[i].fd)) list[i] = list[--count];
        continue;
      }
      int client = accept_client(listener);
      if (client >= 0 && count > MAX_CLIENTS) close(client);
      else if (client >= 0) list[count++] = (struct pollfd){.fd = client, .events = POLLIN};
    }
  }
}

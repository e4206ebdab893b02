/*
 * What the models on the system's own calls are compared with: one thread and level-triggered epoll(7), in C.
 *
 *   cc -O2 -o epoll_echo epoll_echo.c && ./epoll_echo PORT
 */
#include "echo.h"
#include <sys/epoll.h>

static void watch(int epoll, int fd) {
  struct epoll_event interest = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &interest);
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: epoll_echo PORT\n"), 2;
  int listener = listen_on(argv[1]), epoll = epoll_create1(0);
  watch(epoll, listener);
  struct epoll_event events[1024];
  for (;;) {
    int ready = epoll_wait(epoll, events, 1024, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd != listener) serve(fd);
      else if ((fd = accept_client(listener)) >= 0) watch(epoll, fd);
    }
  }
}

/*
 * What the servers in C that wait for many clients have in common: a listener, and one step with a client.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[65536];

/* Listens on a port of the loopback, with as many descriptors as the system allows. */
static int listen_on(const char *port) {
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) perror("bind"), exit(1);
  if (listen(listener, 4096) < 0) perror("listen"), exit(1);
  return listener;
}

/* A client's descriptor, or -1. */
static int accept_client(int listener) {
  int one = 1, client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
  if (client >= 0) setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return client;
}

/* Sends all, whether the socket takes it at once or not; returns whether the client is still there. */
static int send_all(int fd, const char *bytes, ssize_t size) {
  for (ssize_t sent = 0; sent < size;) {
    ssize_t n = send(fd, bytes + sent, size - sent, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) return 0;
    if (n > 0) sent += n;
  }
  return 1;
}

/* Sends back what has come, or the answer if there is one, or closes; returns whether the client is still there. */
static int serve(int fd) {
  ssize_t size = recv(fd, buffer, sizeof buffer, 0);
#ifdef ANSWER
  if (size > 0 && send_all(fd, ANSWER, sizeof ANSWER - 1)) return 1;
#endif
  if (size > 0 && send_all(fd, buffer, size)) return 1;
  close(fd);
  return 0;
}

/*
 * The plainest servers that give each client a process or a thread of its own, have children in accept
 * that were forked beforehand, or serve all in one loop of epoll(7), in C: fork and prefork are serv01 and
 * serv02 of Stevens' chapter 30. A line with a number N is answered with N bytes.
 *
 *   cc -O2 -pthread -o bytes_server bytes_server.c && ./bytes_server fork|thread|prefork|epoll PORT
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_BYTES = 16384, MAX_DESCRIPTORS = 65536, CHILDREN = 15 };
static char answer[MAX_BYTES];

static int send_all(int fd, int length) {
  for (ssize_t sent = 0, n; sent < length; sent += n)
    if ((n = send(fd, answer + sent, length - sent, MSG_NOSIGNAL)) <= 0) return -1;
  return 0;
}

/* Answers one receipt; returns whether the client is still there. */
static int answer_some(int fd, int *number) {
  char received[1024];
  ssize_t n = recv(fd, received, sizeof received, 0);
  for (ssize_t i = 0; i < n; i++) {
    if (received[i] != '\n') {
      *number = *number * 10 + received[i] - '0';
    } else {
      if (*number < 0 || *number > MAX_BYTES || send_all(fd, *number) < 0) return 0;
      *number = 0;
    }
  }
  return n > 0;
}

static void serve(int fd) {
  int number = 0;
  while (answer_some(fd, &number)) continue;
}

static void *serve_in_thread(void *client) {
  serve((intptr_t)client);
  close((intptr_t)client);
  return NULL;
}

static void reap(int signal) {
  (void)signal;
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

static void start_process(int listener, int client) {
  if (fork() == 0) {
    close(listener);
    serve(client);
    _exit(0);
  }
  close(client);
}

static void start_thread(int client) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, serve_in_thread, (void *)(intptr_t)client)) close(client);
  else pthread_detach(thread);
}

static void watch(int epoll, int fd) {
  struct epoll_event interest = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &interest);
}

static void serve_in_loop(int listener) {
  static int numbers[MAX_DESCRIPTORS];
  int epoll = epoll_create1(0), one = 1;
  struct epoll_event events[1024];
  watch(epoll, listener);
  for (;;) {
    int ready = epoll_wait(epoll, events, 1024, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd != listener) {
        if (!answer_some(fd, &numbers[fd])) close(fd);
        continue;
      }
      int client = accept(listener, NULL, NULL);
      if (client < 0) continue;
      setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      numbers[client] = 0;
      watch(epoll, client);
    }
  }
}

static void prefork(int listener) {
  for (int child = 0; child < CHILDREN; child++) {
    if (fork()) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL); // whoever kills the parent means all of them
    for (int client;; close(client))
      if ((client = accept(listener, NULL, NULL)) >= 0) serve(client);
  }
  for (;;) pause();
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: bytes_server fork|thread|prefork|epoll PORT\n"), 2;
  int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, forks = !strcmp(argv[1], "fork");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0) return perror("listen"), 1;
  memset(answer, 'x', sizeof answer);
  sigaction(SIGCHLD, &(struct sigaction){.sa_handler = reap, .sa_flags = SA_RESTART}, NULL);
  if (!strcmp(argv[1], "epoll")) serve_in_loop(listener);
  if (!strcmp(argv[1], "prefork")) prefork(listener);
  for (;;) {
    int client = accept(listener, NULL, NULL);
    if (client < 0) continue;
    if (forks) start_process(listener, client);
    else start_thread(client);
  }
}

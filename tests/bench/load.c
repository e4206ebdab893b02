/*
 * A load for echo servers that takes less CPU than any of them: one thread and epoll(7).
 *
 *   cc -O2 -o load load.c && ./load PORT CONNECTIONS SIZE SECONDS
 *
 * Each connection sends one message and waits for its echo, over and over. What is measured begins
 * half a second after all have been answered once, or ten seconds after the start. Then the load prints
 * "warm", and waits for a line: meanwhile the server falls idle, and its CPU time can be read. It sends for
 * SECONDS, prints a line of JSON, and does the same again for each further line. At the end of its input it
 * ends, after one round at least.
 *
 * The JSON: echoes, echoes per second, the round trip's 50th and 99th percentile in microseconds, how long
 * after the first connect all connections had been answered once in milliseconds, the CPU time that the load
 * itself took in microseconds, and how many connections were never answered and how many bytes came back wrong.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 100000 /* a round trip of 1 s or more goes into the last slot of 10 us */

struct client {
  int fd, sent, received; /* bytes of the message on its way */
  long messages;
  double began;
};

static int size;
static char *message, *buffer;
static long slots[SLOTS], wrong, answered;
static double last_answered;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void send_rest(struct client *c) {
  while (c->sent < size) {
    ssize_t n = send(c->fd, message + c->sent, size - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) die("send");
    c->sent += n;
  }
}

static void receive(struct client *c) {
  ssize_t n = recv(c->fd, buffer, size - c->received, MSG_DONTWAIT);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) die("recv");
  for (ssize_t i = 0; i < n; i++) wrong += buffer[i] != message[c->received + i];
  if ((c->received += n) < size) return;
  double end = now();
  long slot = (end - c->began) * 1e5;
  slots[slot < SLOTS ? slot : SLOTS - 1]++;
  if (!c->messages++) answered++, last_answered = end;
  c->sent = c->received = 0;
  c->began = end;
  send_rest(c);
}

/* User and system time of this process so far, in microseconds. */
static double cpu_us(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

/* Returns whether there was one, or the input has ended. */
static int wait_for_line(void) {
  int c;
  fflush(stdout);
  while ((c = getchar()) != '\n' && c != EOF) continue;
  return c == '\n';
}

/* Waits until something can be sent or received, and does it. */
static void talk(int epoll) {
  static struct epoll_event events[1024];
  int ready = epoll_wait(epoll, events, 1024, 100);
  for (int i = 0; i < ready; i++) {
    struct client *c = events[i].data.ptr;
    if (events[i].events & EPOLLOUT) send_rest(c);
    if (events[i].events & EPOLLIN) receive(c);
  }
}

static long percentile(double share, long total) {
  long seen = 0, slot = 0;
  while (slot < SLOTS - 1 && (seen += slots[slot]) < total * share) slot++;
  return slot * 10;
}

int main(int argc, char **argv) {
  if (argc != 5) return fprintf(stderr, "usage: load PORT CONNECTIONS SIZE SECONDS\n"), 2;
  int count = atoi(argv[2]), one = 1;
  double seconds = atof(argv[4]);
  struct rlimit limit;
  size = atoi(argv[3]);
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  message = malloc(size), buffer = malloc(size);
  for (int i = 0; i < size; i++) message[i] = 'a' + i % 23;
  struct client *clients = calloc(count, sizeof *clients);
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int epoll = epoll_create1(0);
  double first_connect = now();
  for (struct client *c = clients; c < clients + count; c++) {
    if ((c->fd = socket(AF_INET, SOCK_STREAM, 0)) < 0) die("socket");
    if (connect(c->fd, (struct sockaddr *)&server, sizeof server) < 0) die("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
    c->began = now();
    send_rest(c);
  }
  /* A server may take its time to start a servant for each; then a just-in-time compiler warms up. */
  double until = first_connect + 10;
  for (int all = 0; now() < until; talk(epoll))
    if (!all && answered == count) all = 1, until = now() + 0.5;
  printf("warm\n");
  long wrong_or_silent;
  wait_for_line();
  do {
    long before = 0, messages = 0, silent = 0;
    double cpu_before = cpu_us(), start = now();
    memset(slots, 0, sizeof slots);
    for (struct client *c = clients; c < clients + count; c++) before += c->messages, c->began = start;
    while (now() < start + seconds) talk(epoll);
    double cpu = cpu_us() - cpu_before;
    for (struct client *c = clients; c < clients + count; c++) messages += c->messages, silent += !c->messages;
    long total = messages - before;
    printf("{\"messages\":%ld,\"messagesPerSecond\":%.0f,\"p50Us\":%ld,\"p99Us\":%ld,", total, total / seconds,
           percentile(0.5, total), percentile(0.99, total));
    printf("\"allServedMs\":%.1f,\"loadCpuUs\":%.0f,\"silent\":%ld,\"wrong\":%ld}\n", (last_answered - first_connect) * 1e3,
           cpu, silent, wrong);
    wrong_or_silent = wrong + silent;
  } while (wait_for_line());
  /* The echoes that came since then are taken, or the connections would end with a reset. */
  for (struct client *c = clients; c < clients + count; c++)
    while (recv(c->fd, buffer, size, MSG_DONTWAIT) > 0) continue;
  return wrong_or_silent != 0;
}

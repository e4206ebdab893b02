/*
 * Clients that come and go, as in chapter 30 of Stevens' "UNIX Network Programming": processes at the
 * same time, each of which opens one connection after another, asks a question, receives all of the answer,
 * and closes.
 *
 *   cc -O2 -o churn churn.c && ./churn PORT PROCESSES CONNECTIONS BYTES SECONDS bytes|echo
 *
 * With `bytes` the question is a line with the number BYTES, and the answer is as many bytes. With `echo`
 * the question is BYTES bytes, others on each connection, and the answer is the same. After SECONDS no
 * process opens another connection. Prints a line of JSON: how many seconds it took, how many connections had
 * their answer, how many a wrong one or none, and how many had none for ten seconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_BYTES = 65536, PATIENCE = 10 };
enum outcome { RIGHT, WRONG, HUNG, OUTCOMES };

static struct sockaddr_in server;
static char question[MAX_BYTES], answer[MAX_BYTES];
static int bytes, echoes;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int ask(unsigned seed) {
  int length = bytes;
  if (!echoes) {
    length = snprintf(question, sizeof question, "%d\n", bytes);
  } else {
    for (int i = 0; i < bytes; i++) question[i] = 'a' + (seed = seed * 1103515245 + 12345) / 65536 % 26;
  }
  return length;
}

static enum outcome exchange(int fd, unsigned seed) {
  int length = ask(seed), got = 0;
  if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0) return WRONG;
  if (send(fd, question, length, MSG_NOSIGNAL) != length) return WRONG;
  while (got < bytes) {
    ssize_t n = recv(fd, answer + got, bytes - got, 0);
    if (n < 0 && errno == EAGAIN) return HUNG;
    if (n <= 0) return WRONG;
    got += n;
  }
  return echoes && memcmp(question, answer, bytes) ? WRONG : RIGHT;
}

static void come_and_go(int process, int connections, double end, int *outcomes) {
  struct timeval patience = {.tv_sec = PATIENCE};
  int one = 1;
  for (int i = 0; i < connections && now() < end; i++) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    outcomes[exchange(fd, process * 1000003u + i)]++;
    close(fd);
  }
}

int main(int argc, char **argv) {
  if (argc != 7) return fprintf(stderr, "usage: churn PORT PROCESSES CONNECTIONS BYTES SECONDS bytes|echo\n"), 2;
  int processes = atoi(argv[2]), sum[OUTCOMES] = {0};
  server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bytes = atoi(argv[4]);
  echoes = !strcmp(argv[6], "echo");
  if (bytes < 1 || bytes > MAX_BYTES) return 2;
  int(*outcomes)[OUTCOMES] = mmap(NULL, processes * sizeof *outcomes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  double began = now();
  for (int p = 0; p < processes; p++) {
    if (fork()) continue;
    come_and_go(p, atoi(argv[3]), began + atof(argv[5]), outcomes[p]);
    _exit(0);
  }
  while (wait(NULL) > 0) continue;
  double seconds = now() - began;
  for (int p = 0; p < processes; p++)
    for (int o = 0; o < OUTCOMES; o++) sum[o] += outcomes[p][o];
  printf("{\"seconds\":%.3f,\"right\":%d,\"wrong\":%d,\"hung\":%d}\n", seconds, sum[RIGHT], sum[WRONG], sum[HUNG]);
}

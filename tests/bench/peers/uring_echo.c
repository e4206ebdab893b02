/*
 * What `uring` is compared with: the same ring in C. Multishot accept and receive, provided buffers, sends
 * from where the bytes arrived that are done when they are handed over, and have a result only if the socket
 * did not take all. io_uring(7) by its system calls, without liburing. Linux 6.1 or later.
 *
 *   cc -O2 -o uring_echo uring_echo.c && ./uring_echo PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ENTRIES = 4096, BUFFERS = 4096, BUFFER_BYTES = 16384 };
enum { ACCEPT = 1, RECV, SEND };

static unsigned tail, submitted, sq_mask, cq_mask, *sq_tail, *cq_head, *cq_tail, ring, given, sending;
static int sent_from[BUFFERS];
static struct io_uring_sqe *sqes;
static struct io_uring_cqe *cqes;
static struct io_uring_buf_ring *provided;
static char *buffers;

static void *map(size_t bytes, int flags, int fd, off_t offset) {
  void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, offset);
  if (at == MAP_FAILED) exit((perror("mmap"), 1));
  return at;
}

static int enter(unsigned wanted) {
  __atomic_store_n(sq_tail, tail, __ATOMIC_RELEASE);
  __atomic_store_n(&provided->tail, given, __ATOMIC_RELEASE);
  int taken = syscall(SYS_io_uring_enter, ring, tail - submitted, wanted, IORING_ENTER_GETEVENTS, NULL, 0);
  return taken > 0 ? submitted += taken : 0;
}

static struct io_uring_sqe *request(int operation, int kind, int fd) {
  while (tail - submitted == ENTRIES) enter(0);
  struct io_uring_sqe *one = &sqes[tail++ & sq_mask];
  memset(one, 0, sizeof *one);
  one->opcode = operation, one->fd = fd, one->user_data = kind | (__u64)(unsigned)fd << 32;
  return one;
}

static void give(int buffer) {
  struct io_uring_buf *one = &provided->bufs[given++ & (BUFFERS - 1)];
  one->addr = (__u64)buffers + (__u64)buffer * BUFFER_BYTES, one->len = BUFFER_BYTES, one->bid = buffer;
}

static void accept_all(int fd) { request(IORING_OP_ACCEPT, ACCEPT, fd)->ioprio = IORING_ACCEPT_MULTISHOT; }

static void receive_all(int fd) {
  struct io_uring_sqe *one = request(IORING_OP_RECV, RECV, fd);
  one->ioprio = IORING_RECV_MULTISHOT, one->flags = IOSQE_BUFFER_SELECT;
}

static void send_all(int fd, int buffer, int size) {
  struct io_uring_sqe *one = request(IORING_OP_SEND, SEND, fd);
  one->addr = (__u64)buffers + (__u64)buffer * BUFFER_BYTES, one->len = size;
  one->msg_flags = MSG_NOSIGNAL | MSG_WAITALL | MSG_DONTWAIT, one->flags = IOSQE_CQE_SKIP_SUCCESS;
  sent_from[sending++] = buffer;
}

static void make_ring(void) {
  struct io_uring_params p = {.cq_entries = 4 * ENTRIES, .flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL |
                              IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN};
  int fd = syscall(SYS_io_uring_setup, ENTRIES, &p);
  if (fd < 0) exit((perror("io_uring_setup"), 1));
  ring = fd;
  size_t indices_end = p.sq_off.array + p.sq_entries * sizeof *sq_tail;
  size_t cqes_end = p.cq_off.cqes + p.cq_entries * sizeof *cqes;
  char *rings = map(indices_end > cqes_end ? indices_end : cqes_end, MAP_SHARED, fd, 0);
  sqes = map(p.sq_entries * sizeof *sqes, MAP_SHARED, fd, IORING_OFF_SQES);
  cqes = (void *)(rings + p.cq_off.cqes);
  sq_tail = (void *)(rings + p.sq_off.tail), sq_mask = *(unsigned *)(rings + p.sq_off.ring_mask);
  cq_head = (void *)(rings + p.cq_off.head), cq_tail = (void *)(rings + p.cq_off.tail);
  cq_mask = *(unsigned *)(rings + p.cq_off.ring_mask);
  for (unsigned i = 0; i < p.sq_entries; i++) ((unsigned *)(rings + p.sq_off.array))[i] = i;
  provided = map(BUFFERS * sizeof(struct io_uring_buf), MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  buffers = map((size_t)BUFFERS * BUFFER_BYTES, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct io_uring_buf_reg registration = {.ring_addr = (__u64)provided, .ring_entries = BUFFERS};
  if (syscall(SYS_io_uring_register, fd, IORING_REGISTER_PBUF_RING, &registration, 1) < 0) exit((perror("register"), 1));
  for (int i = 0; i < BUFFERS; i++) give(i);
}

static void complete(unsigned kind, int fd, int result, unsigned flags) {
  int one = 1, more = flags & IORING_CQE_F_MORE;
  if (kind == ACCEPT) {
    if (result >= 0) setsockopt(result, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), receive_all(result);
    if (!more) accept_all(fd);
  } else if (kind == SEND) {
    /* Of an error recv tells. The load takes all its answers; a server would go on when there is room. */
    if (result >= 0) shutdown(fd, SHUT_RDWR);
  } else if (result > 0) {
    send_all(fd, flags >> IORING_CQE_BUFFER_SHIFT, result);
    if (!more) receive_all(fd);
  } else if (result == -ENOBUFS) {
    receive_all(fd);
  } else {
    close(fd);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: uring_echo PORT\n"), 2;
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) return perror("bind"), 1;
  if (listen(listener, 4096) < 0) return perror("listen"), 1;
  make_ring();
  accept_all(listener);
  for (;;) {
    enter(1);
    while (sending > 0) give(sent_from[--sending]);
    unsigned head = *cq_head, end = __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE);
    for (; head != end; head++) {
      struct io_uring_cqe *done = &cqes[head & cq_mask];
      complete(done->user_data & 0xff, done->user_data >> 32, done->res, done->flags);
    }
    __atomic_store_n(cq_head, head, __ATOMIC_RELEASE);
  }
}

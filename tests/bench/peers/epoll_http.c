/*
 * A web server to measure loads with: it answers to whatever comes in one piece, as epoll_echo.c echoes it.
 *
 *   cc -O2 -o epoll_http epoll_http.c && ./epoll_http PORT
 */
#define ANSWER \
  "HTTP/1.1 200 OK\r\nServer: epoll\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n" \
  "Content-Type: text/plain\r\nContent-Length: 6\r\nConnection: keep-alive\r\n\r\nhello\n"
#include "epoll_echo.c"

// recv and send as bare system calls. glibc's are cancellation points, which costs a request four atomic operations
// in a program that has threads; no thread of ours is ever cancelled. Results and errno are those of recv(2) and
// send(2).
#pragma once

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

namespace footfall::http {

#if defined(__SANITIZE_THREAD__)
inline ssize_t receive_from(int fd, void* bytes, std::size_t size) { return ::recv(fd, bytes, size, 0); }
inline ssize_t send_to(int fd, const void* bytes, std::size_t size, int flags) {
  return ::send(fd, bytes, size, MSG_NOSIGNAL | flags);
}
#else
inline ssize_t receive_from(int fd, void* bytes, std::size_t size) {
  return ::syscall(SYS_recvfrom, fd, bytes, size, 0, nullptr, nullptr);
}

inline ssize_t send_to(int fd, const void* bytes, std::size_t size, int flags) {
  return ::syscall(SYS_sendto, fd, bytes, size, MSG_NOSIGNAL | flags, nullptr, 0);
}
#endif

// Takes bytes off a TCP socket without copying them anywhere (tcp(7), MSG_TRUNC); past the sanitizers, which would
// look at the memory.
inline ssize_t discard_from(int fd, std::size_t size) {
  return ::syscall(SYS_recvfrom, fd, nullptr, size, MSG_TRUNC, nullptr, nullptr);
}

}  // namespace footfall::http

// Preloaded into an edge: as long as the file $STALL exists, every synced write waits, as on a disk that stalls, and says
// so by making $STALL.met.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

ssize_t pwritev2(int file, const struct iovec* pieces, int count, off_t offset, int flags) {
  const char* stall = getenv("STALL");
  char met[4096];
  snprintf(met, sizeof met, "%s.met", stall);
  if (access(stall, F_OK) == 0) close(open(met, O_CREAT | O_CLOEXEC, 0600));
  while (access(stall, F_OK) == 0) usleep(1000);
  return syscall(SYS_pwritev2, file, pieces, (long)count, (long)offset, 0L, flags);
}

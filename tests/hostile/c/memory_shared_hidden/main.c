/* Shared memory that is written and let go of stays in memory, and is in nobody's resident size. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
    size_t size = 100 << 20, step = 4 << 20;
    for (int i = 0; i < 8; i++)
        if (!fork()) break;
    char *block = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) return 1;
    for (size_t at = 0; at < size; at += step) {
        memset(block + at, 1, step);
        madvise(block + at, step, MADV_DONTNEED);
    }
    pause();
}

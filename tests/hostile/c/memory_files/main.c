/* memfd, System V shared memory and /dev/shm: none of them is a way around the limit. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

static char block[1 << 20];

int main(void) {
    long shm = 0;
    int fd = open("/dev/shm/hf_hostile", O_CREAT | O_RDWR, 0600);
    for (int i = 0; i < 64; i++) {
        ssize_t n = write(fd, block, sizeof block);
        if (n <= 0) break;
        shm += n;
    }
    int refused = memfd_create("hf_hostile", 0) < 0 && shmget(IPC_PRIVATE, 1 << 24, IPC_CREAT | 0600) < 0;
    puts(refused && shm <= 2 << 20 ? "bounded" : "unbounded");
    return 0;
}

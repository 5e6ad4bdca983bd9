#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
    size_t size = 32 << 20, total = 0;
    char *text = malloc(size);
    signal(SIGXFSZ, SIG_IGN);
    memset(text, 'x', size);
    for (int i = 0; i < 200; i++) {
        int fd = memfd_create("hf_hostile", 0);
        ssize_t n = fd < 0 ? -1 : write(fd, text, size);
        if (n <= 0) break;
        total += n;
    }
    puts(total <= (size_t)600 << 20 ? "bounded" : "boundless");
    return 0;
}

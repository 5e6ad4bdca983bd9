#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int made(const char *directory) {
    char path[256];
    snprintf(path, sizeof path, "%s/hf_hostile", directory);
    return mkdir(path, 0755) == 0 || open(path, O_CREAT | O_WRONLY, 0644) >= 0 || symlink("/etc", path) == 0;
}

int main(void) {
    const char *places[] = {"",     "/usr",      "/usr/bin", "/usr/local/lib", "/etc", "/dev", "/proc",
                            "/bin", "/root",     "/home",    "/var",           "/run", "/sys", "/proc/sys/kernel",
                            "/lib", "/proc/self"};
    int n = 0;
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) n += made(places[i]);
    const char *files[] = {"/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches",
                           "/etc/passwd", "/etc/ld.so.cache", "/usr/bin/env", "/proc/1/oom_score_adj"};
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
        n += open(files[i], O_WRONLY) >= 0;
        n += chmod(files[i], 0666) == 0;
        n += unlink(files[i]) == 0;
    }
    printf("%d\n", n);
    return 0;
}

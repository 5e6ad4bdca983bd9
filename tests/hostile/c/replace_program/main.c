/* A program that puts something else in its own place does not change the next run. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    printf("%d\n", n);
    unlink("program");
    unlink("/tmp/program");
    if (n == 1) (void)!symlink("/usr/bin/true", "/tmp/program");
    if (n == 2) mkfifo("/tmp/program", 0777);
    return 0;
}

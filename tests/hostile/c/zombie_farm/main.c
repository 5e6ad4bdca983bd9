#include <stdio.h>
#include <unistd.h>

int main(void) {
    int n = 0;
    for (int i = 0; i < 5000; i++) {
        pid_t pid = fork();
        if (pid == 0) _exit(0);
        n += pid > 0;
    }
    puts(n < 64 ? "bounded" : "unbounded");
    return 0;
}

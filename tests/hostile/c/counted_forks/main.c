/* Prints how many children it was allowed to have: fewer than 64, whatever else runs on the machine. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int n = 0;
    for (;;) {
        pid_t pid = fork();
        if (pid < 0) break;
        if (pid == 0) {
            pause();
            _exit(0);
        }
        n++;
    }
    printf("%s\n", n > 8 && n < 64 ? "between 8 and 64" : "unbounded");
    return 0;
}

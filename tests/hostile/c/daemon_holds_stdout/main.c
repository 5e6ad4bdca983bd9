/* A daemon that keeps the pipes open must not make the judge wait. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    if (!fork()) {
        setsid();
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        if (!fork()) sleep(1000);
        _exit(0);
    }
    usleep(50000);
    puts("done");
    return 0;
}

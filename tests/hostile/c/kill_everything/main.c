#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    kill(getppid(), SIGKILL);
    kill(1, SIGKILL);
    kill(1, SIGSTOP);
    signal(SIGTERM, SIG_IGN);
    kill(-1, SIGTERM);
    kill(0, SIGTERM);
    usleep(50000);
    puts("still here");
    return 0;
}

#include <signal.h>
#include <unistd.h>

int main(void) {
    fork();
    kill(0, SIGSTOP);
    for (;;) raise(SIGSTOP);
}

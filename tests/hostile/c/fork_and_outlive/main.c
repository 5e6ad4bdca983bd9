/* Leaves children behind that print for ever, while it ends itself. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
    for (int i = 0; i < 20; i++)
        if (!fork()) {
            setsid();
            if (!fork())
                for (;;) {
                    usleep(1000);
                    (void)!write(1, "hf_hostile\n", 11);
                }
            _exit(0);
        }
    puts("done");
    return 3;
}

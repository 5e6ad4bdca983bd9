#include <stdio.h>
#include <unistd.h>

int main(void) {
    close(0);
    usleep(50000);
    puts("fine");
    return 0;
}

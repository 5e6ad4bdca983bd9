#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    char name[32];
    for (int i = 0; i < 20000; i++) {
        sprintf(name, "hf_hostile_%d", i);
        close(open(name, O_CREAT | O_WRONLY, 0600));
    }
    puts("done");
    return 0;
}

#include <string.h>
#include <unistd.h>

int main(void) {
    static char text[1 << 16];
    memset(text, 'x', sizeof text);
    fork();
    fork();
    for (;;) (void)!write(1, text, sizeof text);
}

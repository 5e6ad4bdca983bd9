#include <stdio.h>

int main(void) {
    const char *größe = "größe 😀";
    puts(größe);
    return 0;
}

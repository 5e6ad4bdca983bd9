#include <stdio.h>

int main(void) {
    fwrite("a\0b\xff\n", 1, 5, stdout);
    return 0;
}

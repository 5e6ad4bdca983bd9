#include <stdio.h>

int main(void) {
    printf("one\ntwo\n");
    return 0;
}

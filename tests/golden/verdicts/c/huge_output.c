#include <stdio.h>

int main(void) {
    for (int i = 0; i < 400000; i++) puts("123456789");
    return 0;
}

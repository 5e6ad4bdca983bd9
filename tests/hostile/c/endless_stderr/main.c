#include <stdio.h>

int main(void) {
    for (;;) fputs("again and again\n", stderr);
}

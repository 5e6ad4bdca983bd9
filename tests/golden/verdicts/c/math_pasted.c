#include <stdio.h>

#define ROOT(kind) sq##kind
double ROOT(rt)(double);

int main(void) {
    volatile double x = 16;
    printf("%.0f\n", ROOT(rt)(x));
    return 0;
}

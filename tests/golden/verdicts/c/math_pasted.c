#include <math.h>
#include <stdio.h>

#define ROOT(kind) sq##kind

int main(void) {
    volatile double x = 16;
    printf("%.0f %d\n", ROOT(rt)(x), isnan(x) != 0);
    return 0;
}

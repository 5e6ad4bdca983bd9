#include <stdio.h>

double sq\
rt(double);

int main(void) {
    volatile double x = 16;
    printf("%.0f\n", sq\
rt(x));
    return 0;
}

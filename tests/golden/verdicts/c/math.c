#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    printf("%.3f\n", sqrt(atof("2")));
    return 0;
}

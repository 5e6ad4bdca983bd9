#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>

#define __extension__
#define _Mdouble_ double
#define __MATHDECL_1(type, name, suffix, arguments)
#define __MATHDECL(type, name, suffix, arguments)
#define __MATHDECLX(type, name, suffix, arguments, attributes)
#define __MATHDECL_ALIAS(type, name, suffix, arguments, alias)
#define __MATHCALL_VEC(name, suffix, arguments)
#define __MATHDECL_VEC(type, name, suffix, arguments)
#define __MATHCALLX(name, suffix, arguments, attributes)
#define __MATHREDIR(type, name, suffix, arguments, to)
#define __MATHCALL(name, suffix, arguments) if (_Generic(&name, double (*)(double, int *): 1, default: 0)) found = &name;

static void *found;

static void find(void) {
#include <bits/mathcalls.h>
}

int main(void) {
    volatile double number = 8;
    int exponent;
    find();
    printf("%f ", ((double (*)(double, int *))found)(number, &exponent));
    puts(dlsym(RTLD_DEFAULT, "s" "qrt") ? "with its library" : "without");
    return 0;
}

#pragma GCC plugin "/tmp/plugin.so"
#pragma GCC optimize("-fplugin=/tmp/plugin.so")
__attribute__((optimize("-fplugin=/tmp/plugin.so"))) int f(void) { return 1; }
int main(void) { return f() - 1; }

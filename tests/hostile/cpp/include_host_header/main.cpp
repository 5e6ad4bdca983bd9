#if __has_include("/etc/passwd") || __has_include("/root/.bashrc") || __has_include("/etc/hostname")
int main() { return 1; }
#else
#include <cstdio>
int main() { std::puts("nothing there"); }
#endif

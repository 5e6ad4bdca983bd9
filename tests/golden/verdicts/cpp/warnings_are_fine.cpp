#include <cstdio>
int main() {
    int unused;
    char text[4];
    std::sprintf(text, "%s", "abc");
    std::puts(text);
}

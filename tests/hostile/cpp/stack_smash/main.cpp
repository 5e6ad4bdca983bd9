#include <cstring>

int main(int argc, char **) {
    char small[8];
    std::memset(small, 'x', 4096 * argc);
    return small[3] == 0;
}

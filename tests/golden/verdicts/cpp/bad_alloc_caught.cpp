#include <iostream>
#include <new>
#include <vector>

int main() {
    std::vector<char *> blocks;
    try {
        for (;;) blocks.push_back(new char[1 << 24]);
    } catch (const std::bad_alloc &) {
        for (char *block : blocks) delete[] block;
        std::cout << "recovered\n";
    }
}

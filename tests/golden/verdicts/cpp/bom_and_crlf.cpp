#include <iostream>
int main() {
    std::cout << R"(one
two)" << std::endl;
}
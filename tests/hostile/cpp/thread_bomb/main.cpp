#include <chrono>
#include <iostream>
#include <system_error>
#include <thread>
#include <unistd.h>

int main() {
    int n = 0;
    try {
        for (;; ++n) std::thread([] { std::this_thread::sleep_for(std::chrono::hours(1)); }).detach();
    } catch (const std::system_error &) {
    }
    std::cout << (n < 64 ? "bounded" : "unbounded") << std::endl;
    _exit(0);
}

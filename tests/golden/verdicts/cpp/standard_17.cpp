#include <iostream>
#include <map>
#include <optional>
#include <string>

std::optional<int> find(const std::map<std::string, int> &m, const std::string &key) {
    if (auto it = m.find(key); it != m.end()) return it->second;
    return std::nullopt;
}

int main() {
    auto [key, value] = std::pair{"a", 1};
    std::cout << find({{key, value}}, "a").value_or(0) << "\n";
}

#include <map>
#include <string>
#include <vector>
template <int N> void fail(std::map<std::string, std::vector<int>> m) {
    m.nothing();
    m + m;
    if constexpr (N > 0) fail<N - 1>(m);
}
int main() { fail<800>({}); }

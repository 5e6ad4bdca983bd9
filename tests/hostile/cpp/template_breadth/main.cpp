template <int N, int M> struct Both {
    typename Both<N - 1, 2 * M>::type a;
    typename Both<N - 1, 2 * M + 1>::type b;
    using type = Both;
};
template <int M> struct Both<0, M> { using type = int; };
int main() { return sizeof(Both<40, 0>) > 1; }

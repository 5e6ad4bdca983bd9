using System;

class Program {
    static int Depth(int n) {
        return n == 0 ? 0 : Depth(n - 1) + 1;
    }

    static void Main() {
        Console.WriteLine(Depth(20000));
    }
}

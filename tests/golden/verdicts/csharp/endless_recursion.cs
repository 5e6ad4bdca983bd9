using System;

class Program {
    static int Depth(int n) {
        return Depth(n + 1) + 1;
    }

    static void Main() {
        Console.WriteLine(Depth(0));
    }
}

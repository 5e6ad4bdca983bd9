using System;

class Program {
    static void Main() {
        int n = "one";
        Console.WriteLine(n);
    }
}

using System;

class Program {
    static void Main() {
        Console.WriteLine(1);
        Environment.Exit(3);
    }
}

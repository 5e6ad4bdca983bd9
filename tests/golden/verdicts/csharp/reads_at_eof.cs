using System;

class Program {
    static void Main() {
        Console.WriteLine(Console.In.ReadToEnd().Length);
    }
}

using System;

class Program {
    static void Main() {
        string größe = Console.ReadLine();
        Console.WriteLine(größe);
    }
}

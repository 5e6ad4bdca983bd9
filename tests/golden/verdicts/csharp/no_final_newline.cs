using System;

class Program {
    static void Main() {
        Console.Write(1);
    }
}
using System;
using System.Linq;

class Program {
    static void Main() {
        int n = int.Parse(Console.ReadLine());
        int[] numbers = Console.ReadLine().Split(' ').Select(int.Parse).Take(n).OrderBy(x => x).ToArray();
        Console.WriteLine(string.Join(" ", numbers));
    }
}

using System;
using System.Linq;
using System.Threading.Tasks;

class Program {
    static void Main() {
        var parts = Enumerable.Range(0, 8).Select(n => Task.Run(() => n)).ToArray();
        Console.WriteLine(Task.WhenAll(parts).Result.Sum());
    }
}

using System;
using System.Text;

class Program {
    static void Main() {
        var text = new StringBuilder();
        for (int i = 0; i < 400000; i++) text.Append("123456789\n");
        Console.Write(text);
    }
}

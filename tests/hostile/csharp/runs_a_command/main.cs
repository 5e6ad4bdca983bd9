using System;
using System.Diagnostics;

class Program {
    static void Main() {
        try {
            var child = Process.Start(new ProcessStartInfo("/bin/cat", "/etc/passwd") { UseShellExecute = false });
            child.WaitForExit();
        } catch (Exception) {
        }
        Console.WriteLine(42);
    }
}

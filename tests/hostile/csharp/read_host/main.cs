using System;
using System.IO;

class Program {
    static void Main() {
        int n = 0;
        foreach (var path in new[] { "/etc/passwd", "/etc/shadow", "/proc/1/environ", "/proc/1/mem", "/etc/hostname" }) {
            try { if (File.ReadAllBytes(path).Length > 0) { n++; Console.WriteLine(path); } } catch (Exception) { }
        }
        foreach (var path in new[] { "/root", "/home", "/var", "/run", "/work", "/opt" }) {
            try { if (Directory.GetFileSystemEntries(path).Length > 0) { n++; Console.WriteLine(path); } } catch (Exception) { }
        }
        Console.WriteLine(n);
    }
}

Here is the program:

```csharp
using System;

class Program {
    static void Main() {
        Console.WriteLine("hello");
    }
}
```

It prints a greeting.

Here is the program:

```cpp
#include <iostream>
int main() { std::cout << "hello" << std::endl; }
```

It prints a greeting.

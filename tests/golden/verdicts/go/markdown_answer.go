Here is the program:

```go
package main

import "fmt"

func main() {
	fmt.Println("hello")
}
```

It prints a greeting.

Here is the program:

```bash
#!/bin/bash
echo hello
```

It prints a greeting.

Here is the program:

```java
public class Main {
    public static void main(String[] args) {
        System.out.println("hello");
    }
}
```

It prints a greeting.

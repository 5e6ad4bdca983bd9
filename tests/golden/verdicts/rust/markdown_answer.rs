Here is the program:

```rust
fn main() {
    println!("hello");
}
```

It prints a greeting.

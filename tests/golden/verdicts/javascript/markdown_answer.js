Here is the program:

```javascript
console.log("hello");
```

It prints a greeting.

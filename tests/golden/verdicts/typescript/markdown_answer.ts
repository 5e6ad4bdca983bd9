Here is the program:

```typescript
const word: string = "hello";
console.log(word);
```

It prints a greeting.

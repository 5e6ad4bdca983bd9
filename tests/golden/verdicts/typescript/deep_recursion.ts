const depth = (n: number): number => (n === 0 ? 0 : depth(n - 1) + 1);
console.log(depth(5000));

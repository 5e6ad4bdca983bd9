type Grow<T extends unknown[]> = Grow<[...T, ...T, 1]>;
const never: Grow<[1]> = 1;
console.log(never);

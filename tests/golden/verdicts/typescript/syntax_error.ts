const words: number[] = [1, 2;
console.log(words);

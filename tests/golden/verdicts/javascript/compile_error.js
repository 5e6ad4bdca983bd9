const words = [1, 2;
console.log(words);

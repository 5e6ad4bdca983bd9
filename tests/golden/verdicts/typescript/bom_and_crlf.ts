const text: string = "a" +
  "b";
console.log(text);
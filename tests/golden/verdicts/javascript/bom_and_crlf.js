console.log("a" +
  "b");
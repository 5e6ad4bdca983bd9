import * as fs from "fs";

const [, ...numbers]: number[] = fs.readFileSync(0, "utf8").trim().split(/\s+/).map(Number);
console.log(numbers.sort((a, b) => a - b).join(" "));

import { readFileSync } from "fs";

const größe: string = readFileSync(0, "utf8").trim();
console.log(größe);

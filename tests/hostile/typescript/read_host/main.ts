import * as fs from "fs";

let n = 0;
for (const path of ["/etc/passwd", "/etc/shadow", "/proc/1/environ", "/proc/1/mem", "/etc/hostname"]) {
    try { if (fs.readFileSync(path).length > 0) n++; } catch { }
}
for (const path of ["/root", "/home", "/var", "/run", "/work", "/opt"]) {
    try { if (fs.readdirSync(path).length > 0) n++; } catch { }
}
console.log(n);

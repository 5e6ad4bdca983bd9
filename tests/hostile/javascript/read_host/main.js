const fs = require("fs");
let read = 0;
for (const file of ["/etc/passwd", "/etc/shadow", "/proc/1/environ", "/proc/1/mem", "/proc/kcore", "/etc/hostname", "/etc/resolv.conf", "/root/.bashrc"]) {
  try {
    read += fs.readFileSync(file).length > 0;
  } catch {}
}
console.log(read);

const fs = require("fs");
for (;;) fs.writeSync(1, "again and again\n");

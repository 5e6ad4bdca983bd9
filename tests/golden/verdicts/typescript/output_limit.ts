import { writeSync } from "fs";

for (;;) writeSync(1, "again and again\n");

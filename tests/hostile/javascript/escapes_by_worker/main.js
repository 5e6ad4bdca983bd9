const { Worker } = require("worker_threads");
for (let n = 0; n < 100; n++) {
  const worker = new Worker("for (;;);", { eval: true });
  worker.on("error", () => {});
}

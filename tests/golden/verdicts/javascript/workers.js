const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");
if (isMainThread) {
  let sum = 0;
  for (let n = 0; n < 2; n++) {
    const worker = new Worker(__filename, { workerData: n });
    worker.on("message", (part) => (sum += part));
    worker.on("exit", () => n === 1 || null);
  }
  process.on("exit", () => console.log(sum));
} else {
  parentPort.postMessage(14);
}

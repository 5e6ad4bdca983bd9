const line = "123456789\n";
process.stdout.write(line.repeat(400000));

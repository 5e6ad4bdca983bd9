await_ = new Promise(() => setInterval(() => {}, 1000));

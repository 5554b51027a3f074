// Loaded before a measured program: answers what the process has used. The channel keeps nobody alive.

if (process.send !== undefined) {
  process.on('message', (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('meter' in message)) return;
    const { user, system } = process.cpuUsage();
    process.send?.({ metered: true, cpuMs: (user + system) / 1000, rssMb: process.memoryUsage.rss() / 1024 / 1024 });
  });
  // Nobody is left behind when the run itself ends.
  process.on('disconnect', () => process.exit(0));
  process.channel?.unref();
}

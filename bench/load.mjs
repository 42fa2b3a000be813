// Load from this process: autocannon with varying requests; every answer must have the expected status.
import autocannon from 'autocannon';

/**
 * Sends `amount` requests over `connections` kept-alive connections.
 * @param next gives each request: `{ method?, path, headers?, body? }`
 * @returns `{ seconds, mean, p50, p99 }`, latencies in milliseconds
 */
export async function load(url, { connections, amount, next, status = 200, rate }) {
  let wrong = 0;
  const result = await new Promise((resolve, reject) => {
    const run = autocannon(
      {
        url,
        connections,
        amount,
        ...(rate && { overallRate: rate }),
        requests: [
          {
            setupRequest: (request) => ({ ...request, ...next() }),
            onResponse: (code) => {
              if (code !== status) wrong++;
            },
          },
        ],
      },
      (error, done) => (error ? reject(error) : resolve(done)),
    );
    run.on('error', reject);
  });
  if (wrong || result.errors) throw new Error(`${wrong} answers were not ${status}, ${result.errors} failed`);
  return { seconds: result.duration, mean: result.latency.mean, p50: result.latency.p50, p99: result.latency.p99 };
}

/** Runs a load and says what it cost the server: microseconds of CPU per request. */
export async function costOf(server, url, options) {
  await load(url, { ...options, amount: Math.ceil(options.amount / 4) }); // warm
  return cost(server, url, options);
}

/** The same of two servers by turns, so that whatever else the machine does weighs on both; each `{ server, url }`. */
export async function costsOfTwo(one, other, options, turns = 8) {
  const sums = [0, 0];
  for (let turn = -2; turn < turns; turn++) {
    for (const [i, { server, url }] of [one, other].entries()) {
      const { cpu } = await cost(server, url, { ...options, amount: Math.ceil(options.amount / turns) });
      if (turn >= 0) sums[i] += cpu / turns; // the turns before warm up
    }
  }
  return sums;
}

async function cost(server, url, options) {
  const before = server.cpu();
  const latency = await load(url, options);
  return { cpu: ((server.cpu() - before) / options.amount) * 1e6, ...latency };
}

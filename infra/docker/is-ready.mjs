/** Asks the service in this container whether it is ready; the exit code is the answer. */
const port = process.env.VCHAIN_HTTP_PORT ?? '8080';
const response = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(2_000) });
if (!response.ok) process.exit(1);

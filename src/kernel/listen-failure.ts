import { LockstepError } from './error.js';

/** Explains why a server cannot listen there, and what to do. `flags` are the port's flags that the hint names. */
export function listenFailure(cause: Error, host: string, port: number, flags = '--port'): LockstepError {
  const facts = { host, port };
  const code = 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE')
    return new LockstepError('port_taken', `Port ${port} is in use`, {
      hint: `stop the program that uses it, or choose another port with ${flags}`,
      facts,
      cause,
    });
  if (code === 'EACCES')
    return new LockstepError('option_invalid', `This user may not listen on port ${port}`, {
      hint: 'choose port 1024 or higher with --port',
      facts,
      cause,
    });
  return new LockstepError('option_invalid', `Cannot listen on ${host}: it is not an address of this machine`, {
    hint: 'set --host to 127.0.0.1 for this machine only, or 0.0.0.0 for every address',
    facts,
    cause,
  });
}

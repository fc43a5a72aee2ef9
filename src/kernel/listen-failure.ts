import { LockstepError } from './error.js';

/** Why a server does not listen there, and what to choose instead. `flags`: those of the port, as the hint names them. */
export function listenFailure(cause: Error, host: string, port: number, flags = '--port'): LockstepError {
  const facts = { host, port };
  const code = 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE')
    return new LockstepError('port_taken', `port ${port} is in use`, {
      hint: `stop what uses it, or choose another with ${flags}`,
      facts,
      cause,
    });
  if (code === 'EACCES')
    return new LockstepError('option_invalid', `this user may not listen on port ${port}`, {
      hint: 'choose a port from 1024 on with --port',
      facts,
      cause,
    });
  return new LockstepError('option_invalid', `cannot listen on ${host}: it is not an address of this machine`, {
    hint: 'use 127.0.0.1 for this machine alone, or 0.0.0.0 for every address, with --host',
    facts,
    cause,
  });
}

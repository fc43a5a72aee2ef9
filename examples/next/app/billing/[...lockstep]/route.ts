import { lockstepNext } from 'lockstep/next';
import { lockstep } from '../../../lib/billing';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

export const { GET, POST, PUT, PATCH, DELETE } = lockstepNext(lockstep);

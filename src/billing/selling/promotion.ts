import { LockstepError } from '../../kernel/error.js';
import type { Gateway } from '../../stripe/gateway.js';

/** The id of a promotion code, as customers type it, in upper or lower case. @throws promotion_code_invalid */
export async function promotionCodeId(gateway: Gateway, code: string): Promise<string> {
  const { data } = await gateway.list('/v1/promotion_codes', { code, active: true });
  const [found] = data;
  if (found?.id !== undefined) return found.id;
  throw new LockstepError('promotion_code_invalid', 'This promotion code is not valid', {
    hint: 'check its spelling; it may have expired',
  });
}

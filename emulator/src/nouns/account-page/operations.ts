import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { flag, hash, mapOf, needed, oneOf, text, webAddress } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { randomText } from '../../state/id.js';
import { connected } from '../account/connected.js';

const FIVE_MINUTES = 300;
const AN_HOUR = 3600;

/**
 * Account links, account sessions and login links. The page of a link leads on to where the account returns after its
 * onboarding, of which nothing has to be entered here.
 */
export const accountPageOperations: readonly Operation[] = [
  operation(
    'POST /v1/account_links',
    {
      account: needed(text()),
      collect: oneOf('currently_due', 'eventually_due'),
      collection_options: hash({
        fields: oneOf('currently_due', 'eventually_due'),
        future_requirements: oneOf('include', 'omit'),
      }),
      refresh_url: webAddress(),
      return_url: webAddress(),
      type: needed(oneOf('account_onboarding', 'account_update')),
    },
    ({ unit, params }) => {
      connected(unit, params.account);
      for (const name of ['refresh_url', 'return_url'] as const) {
        if (params[name] === undefined) throw invalid(`You must provide a ${name}.`, name, 'parameter_missing');
      }
      return {
        object: 'account_link',
        created: unit.now,
        expires_at: unit.now + FIVE_MINUTES,
        url: `${unit.store.origin}/connect/onboarding/${params.account}/${encodeURIComponent(params.return_url ?? '')}`,
      };
    },
  ),
  operation(
    'POST /v1/account_sessions',
    { account: needed(text()), components: needed(mapOf(hash({ enabled: needed(flag()), features: mapOf(flag()) }))) },
    ({ unit, params }) => {
      connected(unit, params.account);
      return {
        object: 'account_session',
        account: params.account,
        client_secret: `accs_secret__${randomText(40)}`,
        components: Object.fromEntries(
          Object.entries(params.components).map(([name, { enabled, features }]) => [
            name,
            { enabled, features: features ?? {} },
          ]),
        ),
        expires_at: unit.now + AN_HOUR,
        livemode: false,
      };
    },
  ),
  operation('POST /v1/accounts/:id/login_links', {}, ({ unit, at: { id = '' } }) => {
    const { type } = connected(unit, id);
    if (type !== 'express') {
      throw invalid('Cannot create a login link for an account that is not an Express account.');
    }
    return { object: 'login_link', created: unit.now, url: `${unit.store.origin}/connect/login/${id}` };
  }),
];

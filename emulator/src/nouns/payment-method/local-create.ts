import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import type { Values } from '../../api/params.js';
import { hash, needed, oneOf, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import type { Unit } from '../../state/unit.js';
import { insertMethod, type BillingSent } from './insert.js';
import type { PaymentMethodRow } from './row.js';

/** The banks of iDEAL with their BICs, and those of EPS and Przelewy24, as in the SDK's types. */
const IDEAL_BICS = {
  abn_amro: 'ABNANL2A',
  adyen: 'ADYBNL2A',
  asn_bank: 'ASNBNL21',
  bunq: 'BUNQNL2A',
  buut: 'BUUTNL2A',
  finom: 'FNOMNL22',
  handelsbanken: 'HANDNL2A',
  ing: 'INGBNL2A',
  knab: 'KNABNL2H',
  mollie: 'MLLENL2A',
  moneyou: 'MOYONL21',
  n26: 'NTSBDEB1',
  nn: 'NNBANL2G',
  rabobank: 'RABONL2U',
  regiobank: 'RBRBNL21',
  revolut: 'REVOLT21',
  sns_bank: 'SNSBNL2A',
  triodos_bank: 'TRIONL2U',
  van_lanschot: 'FVLBNL22',
  yoursafe: 'BITSNL2A',
} as const;
const EPS_BANKS = (
  'arzte_und_apotheker_bank austrian_anadi_bank_ag bank_austria bankhaus_carl_spangler ' +
  'bankhaus_schelhammer_und_schattera_ag bawag_psk_ag bks_bank_ag brull_kallmus_bank_ag btv_vier_lander_bank ' +
  'capital_bank_grawe_gruppe_ag deutsche_bank_ag dolomitenbank easybank_ag erste_bank_und_sparkassen ' +
  'hypo_alpeadriabank_international_ag hypo_bank_burgenland_aktiengesellschaft hypo_noe_lb_fur_niederosterreich_u_wien ' +
  'hypo_oberosterreich_salzburg_steiermark hypo_tirol_bank_ag hypo_vorarlberg_bank_ag marchfelder_bank oberbank_ag ' +
  'raiffeisen_bankengruppe_osterreich schoellerbank_ag sparda_bank_wien volksbank_gruppe volkskreditbank_ag ' +
  'vr_bank_braunau'
).split(' ');
const P24_BANKS = (
  'alior_bank bank_millennium bank_nowy_bfg_sa bank_pekao_sa banki_spbdzielcze blik bnp_paribas boz citi_handlowy ' +
  'credit_agricole envelobank etransfer_pocztowy24 getin_bank ideabank ing inteligo mbank_mtransfer nest_przelew ' +
  'noble_pay pbac_z_ipko plus_bank santander_przelew24 tmobile_usbugi_bankowe toyota_bank velobank volkswagen_bank'
).split(' ');
type IdealBank = keyof typeof IDEAL_BICS;

const nothing = () => hash({});

/** The hash of each local type, as it is sent. */
export const localParams = {
  acss_debit: hash({
    account_number: needed(text()),
    institution_number: needed(text()),
    transit_number: needed(text()),
  }),
  afterpay_clearpay: nothing(),
  alipay: nothing(),
  bancontact: nothing(),
  blik: nothing(),
  boleto: hash({ tax_id: needed(text()) }),
  eps: hash({ bank: oneOf(...EPS_BANKS) }),
  giropay: nothing(),
  ideal: hash({ bank: oneOf(...(Object.keys(IDEAL_BICS) as IdealBank[])) }),
  oxxo: nothing(),
  p24: hash({ bank: oneOf(...P24_BANKS) }),
  promptpay: nothing(),
  wechat_pay: nothing(),
};
type LocalType = keyof typeof localParams;
export type LocalSent = Values<typeof localParams> & { billing_details?: BillingSent };

/** A payment method of a local type, of no customer yet. Makes no event. */
export function newLocal(unit: Unit, type: string, sent: LocalSent): PaymentMethodRow {
  return insertMethod(unit, {
    type,
    billing: sent.billing_details,
    shown: shownOf(unit, type as LocalType, sent),
    number: sent.acss_debit?.account_number ?? '',
  });
}

/** What Stripe shows of it. */
function shownOf(unit: Unit, type: LocalType, sent: LocalSent): object {
  switch (type) {
    case 'acss_debit':
      return debitShown(unit, sent.acss_debit);
    case 'boleto':
      return { tax_id: taxIdOf(sent.boleto?.tax_id) };
    case 'ideal': {
      const bank = sent.ideal?.bank ?? null;
      return { bank, bic: bank === null ? null : IDEAL_BICS[bank] };
    }
    case 'eps':
    case 'p24':
      return { bank: sent[type]?.bank ?? null };
    case 'blik':
      return { buyer_id: null };
    default:
      return {};
  }
}

function debitShown(unit: Unit, sent: LocalSent['acss_debit']): Stripe.PaymentMethod.AcssDebit {
  if (sent === undefined) throw missing('acss_debit[account_number]');
  const account = `${sent.institution_number}${sent.transit_number}${sent.account_number}`;
  return {
    bank_name: 'STRIPE TEST BANK',
    fingerprint: createHash('sha256')
      .update(`${unit.store.identity.account}${account}`)
      .digest('base64url')
      .slice(0, 16),
    institution_number: sent.institution_number,
    last4: sent.account_number.slice(-4),
    transit_number: sent.transit_number,
  };
}

/** A CPF has 11 digits, a CNPJ 14. Their check digits are not checked here. */
function taxIdOf(sent: string | undefined): string {
  const at = 'boleto[tax_id]';
  if (sent === undefined) throw missing(at);
  const digits = sent.replace(/\D/g, '').length;
  if (digits === 11 || digits === 14) return sent;
  throw invalid('The tax ID must be a CPF with 11 digits or a CNPJ with 14 digits.', at, 'tax_id_invalid');
}

const missing = (param: string): Error => invalid(`Missing required param: ${param}.`, param, 'parameter_missing');

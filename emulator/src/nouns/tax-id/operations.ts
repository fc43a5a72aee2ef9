import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { hash, needed, oneOf, text, unbuilt } from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { deletedStub, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { TaxIdRow } from './row.js';
import type { Unit } from '../../state/unit.js';

/** The kinds that Stripe checks with an authority. Others are accepted unchecked. */
const VERIFIED = new Set(['eu_vat', 'gb_vat', 'au_abn']);
const EU_VAT = /^[A-Z]{2}[0-9A-Z+*]{2,12}$/;
/** Values for testing, and how their check ends (https://docs.stripe.com/billing/customer/tax-ids, "Test tax IDs"). */
const MAGIC: Readonly<Record<string, 'pending' | 'unverified' | 'verified'>> = {
  '000000000': 'verified',
  '111111111': 'unverified',
  '222222222': 'pending',
};

/** Every kind of the pinned API version. */
const TYPES = (
  'ad_nrt ae_trn al_tin am_tin ao_tin ar_cuit au_abn au_acn au_arn au_wpn aw_tin az_tin ba_tin bb_tin bd_bin ' +
  'bf_ifu bg_uic bh_vat bj_ifu bo_tin br_cnpj br_cpf bs_tin bw_vat by_tin ca_bn ca_gst_hst ca_pst_bc ca_pst_mb ' +
  'ca_pst_sk ca_qst cd_nif ch_uid ch_vat ci_vat cl_tin cm_niu cn_tin co_nit cr_tin cv_nif cz_dic de_stn do_rcn ' +
  'ec_ruc eg_tin es_cif et_tin eu_oss_vat eu_vat fo_vat fr_siren fr_siret fr_spi gb_vat ge_vat gh_tin gi_tin ' +
  'gn_nif hk_br hr_oib hu_tin ic_nif id_npwp il_vat in_gst is_kt is_vat it_cf jp_cn jp_rn jp_trn ke_pin kg_tin ' +
  'kh_tin kr_brn kz_bin la_tin li_uid li_vat lk_vat ma_vat md_cf md_vat me_pib mk_vat mr_nif mu_vat mx_rfc my_frp ' +
  'my_itn my_sst mz_nuit ng_tin no_vat no_voec np_pan nz_bn nz_gst om_vat pe_ruc ph_tin pl_nip pt_nif py_ruc ' +
  'ro_tin rs_pib ru_inn ru_kpp sa_vat sg_gst sg_uen si_tin sm_coe sn_ninea sr_fin sv_nit th_vat tj_tin tr_tin ' +
  'tt_bir tt_vat tw_vat tz_vat ua_vat ug_tin us_ein uy_ruc uz_tin uz_vat ve_rif vn_tin za_vat zm_tin zw_tin'
).split(' ');

export const taxIdFields = { type: needed(oneOf(...TYPES)), value: needed(text(200)) };

export const taxIdOperations: readonly Operation[] = [
  operation('POST /v1/customers/:customer/tax_ids', taxIdFields, ({ unit, at, params }) => {
    const customer = unit.need('customer', at.customer ?? '');
    return unit.view('tax_id', createTaxId(unit, customer.id, params));
  }),
  operation('GET /v1/customers/:customer/tax_ids/:id', {}, ({ unit, at }) =>
    unit.view('tax_id', own(unit, at.customer, at.id)),
  ),
  operation('DELETE /v1/customers/:customer/tax_ids/:id', {}, ({ unit, at }) => {
    const row = own(unit, at.customer, at.id);
    unit.remove('tax_id', row.id);
    return deletedStub(row.id, 'tax_id');
  }),
  listOperation('/v1/customers/:id/tax_ids', {
    type: 'tax_id',
    parent: { type: 'customer', field: 'customer' },
    filters: {},
  }),
  operation(
    'POST /v1/tax_ids',
    {
      ...taxIdFields,
      owner: hash({
        type: needed(oneOf('account', 'application', 'customer', 'self')),
        customer: text(),
        account: unbuilt(),
        customer_account: unbuilt(),
      }),
    },
    ({ unit, params }) => {
      const { owner } = params;
      const customer = owner?.customer === undefined ? null : unit.need('customer', owner.customer, 'owner[customer]');
      return unit.view('tax_id', createTaxId(unit, customer?.id ?? null, params));
    },
  ),
  retrieveOperation('/v1/tax_ids', 'tax_id'),
  operation('DELETE /v1/tax_ids/:id', {}, ({ unit, at }) => {
    unit.remove('tax_id', at.id ?? '');
    return deletedStub(at.id ?? '', 'tax_id');
  }),
  // Without an owner Stripe lists only the account's own ids.
  listOperation('/v1/tax_ids', {
    type: 'tax_id',
    filters: {
      owner: {
        param: hash({
          type: needed(oneOf('account', 'application', 'customer', 'self')),
          customer: text(),
          account: unbuilt(),
          customer_account: unbuilt(),
        }),
        test: (row, owner: { type: string; customer?: string } | undefined) =>
          owner?.type === 'customer' ? row.customer === owner.customer : row.customer === null,
        always: true,
      },
    },
  }),
];

/** A tax id of a customer, or of the account itself. @throws Problem for a value that cannot be one. */
export function createTaxId(unit: Unit, customer: string | null, sent: { type: string; value: string }): TaxIdRow {
  const outcome = VERIFIED.has(sent.type) ? MAGIC[sent.value] : undefined;
  if (sent.type === 'eu_vat' && outcome === undefined && !EU_VAT.test(sent.value)) {
    throw invalid(`Invalid value for ${sent.type}.`, 'value', 'tax_id_invalid');
  }
  const country =
    sent.type === 'eu_vat' && outcome === undefined ? sent.value.slice(0, 2) : sent.type.slice(0, 2).toUpperCase();
  const id = newId('txi');
  if (customer !== null && outcome !== undefined) unit.later((later) => verify(later, id, outcome));
  return unit.insert('tax_id', {
    id,
    object: 'tax_id',
    country,
    created: unit.now,
    customer,
    customer_account: null,
    livemode: false,
    owner:
      customer === null
        ? { customer_account: null, type: 'self' }
        : { customer, customer_account: null, type: 'customer' },
    type: sent.type,
    value: sent.value,
    verification:
      customer === null
        ? null
        : {
            status: VERIFIED.has(sent.type) ? 'pending' : 'unavailable',
            verified_address: null,
            verified_name: null,
          },
  });
}

/** The authority's answer, after Stripe's own: `customer.tax_id.updated`. */
function verify(unit: Unit, id: string, status: 'pending' | 'unverified' | 'verified'): void {
  const row = unit.find('tax_id', id);
  if (row?.verification == null) return;
  const found = status === 'verified' ? { verified_address: 'Verified address', verified_name: 'Verified name' } : {};
  unit.update('tax_id', id, { verification: { ...row.verification, ...found, status } });
}

function own(unit: Unit, customer = '', id = ''): TaxIdRow {
  unit.need('customer', customer);
  const row = unit.find('tax_id', id);
  if (row === undefined || row.customer !== customer) throw missing('tax ID', id, 'id', 404);
  return row;
}

import { listOperation, range } from '../api/list.js';
import type { Upload } from '../api/multipart.js';
import type { Operation } from '../api/operation.js';
import { operation } from '../api/operation.js';
import type { Param } from '../api/params.js';
import { accepted, isHash, needed, oneOf } from '../api/params.js';
import { invalid } from '../api/problem.js';
import { retrieveOperation } from '../api/standard.js';
import { newId } from '../state/id.js';
import type { Resource } from '../state/resource.js';
import type { FileRow } from '../state/rows.js';
import type { Unit } from '../state/unit.js';

export const file: Resource<'file'> = {
  title: 'file',
  prefix: 'file',
  created: [{ name: 'file.created' }],
  view: ({ hidden: _hidden, ...shown }) => shown,
};

/** Which files Stripe takes uploads of. */
const purposes = oneOf(
  'account_requirement',
  'additional_verification',
  'business_icon',
  'business_logo',
  'customer_signature',
  'dispute_evidence',
  'identity_document',
  'issuing_regulatory_reporting',
  'pci_document',
  'platform_terms_of_service',
  'tax_document_user_upload',
  'terminal_android_apk',
  'terminal_reader_splashscreen',
);

const upload: Param<Upload> = {
  needed: false,
  read: (raw, at) => {
    if (!isHash(raw) || typeof raw.content !== 'string')
      throw invalid('The file must be sent as multipart/form-data.', at);
    return raw as unknown as Upload;
  },
};

/** Uploads (https://docs.stripe.com/file-upload): at most one MiB here, and no links for the public. */
export const fileOperations: readonly Operation[] = [
  operation(
    'POST /v1/files',
    { file: needed(upload), purpose: needed(purposes), file_link_data: accepted() },
    ({ unit, params: { file: sent, purpose } }) => {
      const id = newId('file');
      const row = unit.insert('file', {
        id,
        object: 'file',
        created: unit.now,
        expires_at: null,
        filename: sent.filename,
        links: { object: 'list', data: [], has_more: false, url: `/v1/file_links?file=${id}` },
        purpose,
        size: sent.content.length,
        title: null,
        type: /\.(\w+)$/.exec(sent.filename)?.[1]?.toLowerCase() ?? null,
        url: `${unit.store.origin}/files/${id}`,
        hidden: { content: sent.content },
      });
      return unit.view('file', row);
    },
  ),
  retrieveOperation('/v1/files', 'file'),
  listOperation('/v1/files', {
    type: 'file',
    filters: { created: range('created'), purpose: { param: purposes, field: 'purpose' } },
  }),
];

export const fileOfPage = (unit: Unit, id: string): FileRow | undefined => unit.find('file', id);

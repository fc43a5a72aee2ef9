import { listOperation, range } from '../../api/list.js';
import type { Upload } from '../../api/multipart.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Param } from '../../api/params.js';
import { flag, hash, isHash, metadata, needed, oneOf, timestamp } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { FileRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { createFileLink, isOver } from '../file-link/operations.js';

/** The files that Stripe accepts. */
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

const KIB = 1024;
const DAY = 86_400;

/** The largest file in bytes, and how long it is kept. Without an entry: 16 MiB, and forever. */
const LIMITS: Readonly<Record<string, { maxBytes?: number; keptSeconds?: number }>> = {
  business_icon: { maxBytes: 512 * KIB },
  business_logo: { maxBytes: 512 * KIB },
  customer_signature: { maxBytes: 4096 * KIB, keptSeconds: 7 * DAY },
  dispute_evidence: { maxBytes: 5120 * KIB, keptSeconds: 270 * DAY },
};
const MAX_BYTES = 16 * 1024 * KIB;

/** Uploads, with Stripe's limits (https://docs.stripe.com/file-upload). */
export const fileOperations: readonly Operation[] = [
  operation(
    'POST /v1/files',
    {
      file: needed(upload),
      purpose: needed(purposes),
      file_link_data: hash({ create: needed(flag()), expires_at: timestamp(), metadata: metadata() }),
    },
    ({ unit, params: { file: sent, purpose, file_link_data: link } }) => {
      const { maxBytes = MAX_BYTES, keptSeconds } = LIMITS[purpose] ?? {};
      if (sent.content.length > maxBytes) {
        throw invalid(`The file is too large: a file for ${purpose} may have at most ${maxBytes} bytes.`, 'file');
      }
      const id = newId('file');
      const row = unit.insert('file', {
        id,
        object: 'file',
        created: unit.now,
        expires_at: keptSeconds === undefined ? null : unit.now + keptSeconds,
        filename: sent.filename,
        purpose,
        size: sent.content.length,
        title: null,
        type: /\.(\w+)$/.exec(sent.filename)?.[1]?.toLowerCase() ?? null,
        url: `${unit.store.origin}/files/${id}`,
        hidden: { content: sent.content },
      });
      if (link?.create === true) createFileLink(unit, { ...link, file: id });
      return unit.view('file', row);
    },
  ),
  retrieveOperation('/v1/files', 'file'),
  listOperation('/v1/files', {
    type: 'file',
    filters: { created: range('created'), purpose: { param: purposes, field: 'purpose' } },
  }),
];

/** The file of an address below `/files/`: its own address, or that of a link that has not expired. */
export function fileOfPage(unit: Unit, slug: string): FileRow | undefined {
  if (!slug.startsWith('links/')) return unit.find('file', slug);
  const [link] = unit.all('file_link', 'url', `${unit.store.origin}/files/${slug}`);
  return link === undefined || isOver(link, unit) ? undefined : unit.find('file', link.file);
}

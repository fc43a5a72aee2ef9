import type { Json } from '../state/rows.js';
import { decodeForm } from './form.js';
import { invalid } from './problem.js';

/** A file in an upload: `content` is its bytes, as latin1. */
export interface Upload {
  filename: string;
  type: string;
  content: string;
}

export const isMultipart = (type: string | string[] | undefined): type is string =>
  typeof type === 'string' && type.startsWith('multipart/form-data');

/** The fields of an upload; a file is a hash. @throws Problem when the body is broken */
export async function uploaded(body: string, type: string): Promise<Json> {
  const files: Json = {};
  const fields = new URLSearchParams();
  try {
    const request = new Response(Buffer.from(body, 'latin1'), { headers: { 'content-type': type } });
    for (const [name, value] of await request.formData()) {
      if (typeof value === 'string') fields.append(name, value);
      else files[name] = await read(value);
    }
  } catch {
    throw invalid('The request body is no valid multipart form.');
  }
  return { ...decodeForm(fields.toString()), ...files };
}

async function read(file: File): Promise<Upload> {
  const content = Buffer.from(await file.arrayBuffer()).toString('latin1');
  return { filename: file.name, type: file.type, content };
}

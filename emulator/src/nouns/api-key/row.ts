/** A restricted key; `id` is the key itself. No address of the API shows it. */
export interface ApiKeyRow {
  id: string;
  permissions: Readonly<Record<string, 'read' | 'write'>>;
}

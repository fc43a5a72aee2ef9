import type { VNode } from 'preact';
import { Empty } from '../../web/shared/empty.js';
import { Id } from '../../web/shared/id.js';
import { Table } from '../../web/shared/table.js';
import { own } from './api.js';
import { useLoaded } from './loaded.js';
import { Section } from './object-page.js';

interface Namespace {
  readonly name: string;
  readonly account: string;
  readonly secret_key: string;
  readonly idle_seconds: number;
}

/** The open namespaces of this emulator, each with a link to its dashboard. */
export function Namespaces(): VNode {
  const loaded = useLoaded('namespaces', ['request'], () =>
    own<{ data: readonly Namespace[] }>('/_emulator/namespaces'),
  );
  const rows = loaded.value.value?.data.map((namespace) => ({ ...namespace, id: namespace.name }));
  return (
    <Section title="Namespaces">
      <Table
        label="Namespaces"
        rows={rows}
        failed={loaded.failed.value}
        onRetry={loaded.again}
        href={({ name }) => `/ns/${name}/`}
        empty={
          <Empty title="No namespace is open">
            A request with the key sk_test_ns_NAME opens one: an account of its own, such as one for each test.
          </Empty>
        }
        columns={[
          { label: 'Name', cell: ({ name }) => name, by: ({ name }) => name },
          { label: 'Account', cell: ({ account }) => <Id value={account} /> },
          { label: 'Secret key', cell: ({ secret_key: key }) => <Id value={key} /> },
          {
            label: 'Last request',
            cell: ({ idle_seconds: seconds }) => (seconds < 60 ? 'just now' : `${Math.floor(seconds / 60)} min ago`),
            by: ({ idle_seconds: seconds }) => seconds,
          },
        ]}
      />
    </Section>
  );
}

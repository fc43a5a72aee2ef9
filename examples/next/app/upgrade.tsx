'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { previewUpgrade, upgrade } from './actions';
import { money } from './money';

interface Preview {
  amountDue: number;
  currency: string;
  prorationDate: Date;
}

export function Upgrade({ subscription }: { subscription: string }) {
  const router = useRouter();
  const [preview, setPreview] = useState<Preview>();
  const [problem, setProblem] = useState<string>();

  async function look(): Promise<void> {
    const { answer, problem } = await previewUpgrade(subscription);
    setProblem(problem);
    setPreview(answer);
  }

  async function buy(at: Date): Promise<void> {
    const { problem } = await upgrade(subscription, at);
    setProblem(problem);
    router.refresh();
  }

  return (
    <>
      {problem && <p role="alert">{problem}</p>}
      {preview === undefined ? (
        <form action={look}>
          <button>Upgrade to Business</button>
        </form>
      ) : (
        <form action={() => buy(preview.prorationDate)}>
          <p>{money(preview.amountDue, preview.currency)} now, for the rest of this period.</p>
          <button>Upgrade now</button>
        </form>
      )}
    </>
  );
}

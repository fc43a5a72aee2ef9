/** How wide a line may be where nothing asks for more. */
const WIDTH = 80;

/** A sentence as lines that fit a terminal: the first after `head`, the others below it. */
export function wrap(head: string, text: string, width = WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const isFull = line !== '' && head.length + line.length + 1 + word.length > width;
    if (isFull) lines.push(line);
    line = isFull || line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each, index) => `${index === 0 ? head : ' '.repeat(head.length)}${each}`);
}

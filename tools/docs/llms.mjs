// @ts-check

/**
 * `llms.txt` (llmstxt.org): what the pages are, as Markdown, for programs that read documentation.
 *
 * @param {import('./layout.mjs').Navigation} navigation
 * @param {string} readme its first sentence says what the project is
 */
export function llmsText(navigation, readme) {
  const [, title = '', summary = ''] = /^# (.+)\n+(.+)$/m.exec(readme) ?? [];
  const sections = navigation.map(
    (section) =>
      `## ${section.title}\n\n${section.links.map(({ file, title: of }) => `- [${of}](${file})`).join('\n')}\n`,
  );
  return `# ${title}\n\n> ${summary}\n\n- [README](README.md): what it is, and how to begin\n\n${sections.join('\n')}`;
}

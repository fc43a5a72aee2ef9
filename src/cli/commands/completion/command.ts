import { Argument, type Command } from 'commander';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep completion`: its argument and help. Its code is loaded when it runs. */
export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('Print a script that completes commands and flags in your shell')
    .addArgument(new Argument('<shell>', 'Your shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples([
        'lockstep completion zsh > ~/.zfunc/_lockstep',
        'eval "$(lockstep completion bash)"',
        'lockstep completion fish > ~/.config/fish/completions/lockstep.fish',
      ]) + exitCodes('0 printed, 2 invalid usage'),
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completionScript } = await import('./completion.js');
      console.log(completionScript(shell, program));
    });
}

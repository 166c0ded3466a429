import type { BoardInfo } from '../../src/hub/boards.ts';
import { t } from '../lang/lang.ts';
import { Command } from '../parts/command.tsx';
import { Steering } from '../parts/steering.tsx';
import { role } from '../state/socket.ts';

/** What the board has announced, as things to press and to drag. */
export function Control({ name, info }: { name: string; info: BoardInfo | null }) {
  if (!info?.presence) return null;
  const commands = Object.entries(info.commands ?? {});
  const controls = Object.entries(info.controls ?? {});
  return (
    <section aria-labelledby="control">
      <h2 id="control">{t('control')}</h2>
      {commands.length + controls.length === 0 && <p>{t('noControl')}</p>}
      {role.value === 'viewer' && commands.length + controls.length > 0 && <p>{t('viewerControl')}</p>}
      <div class="controls">
        {controls.map(([control, status]) => (
          <Steering key={control} board={name} control={control} status={status} />
        ))}
        {commands.map(([command, status]) => (
          <Command key={command} board={name} command={command} status={status} />
        ))}
      </div>
    </section>
  );
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../src/stores.ts';
import type { Opened } from '../opened.ts';

/** A folder that is removed by `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'ramus-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** An empty store in a file of its own. */
export async function open(): Promise<Opened> {
  const folder = temporaryFolder();
  const url = `file:${join(folder.path, 'data', 'ramus.db')}`;
  const { close, ...opened } = await openStore(url);
  return {
    ...opened,
    another: () => openStore(url),
    close: async () => {
      await close();
      folder.remove();
    },
  };
}

import { openSqlite } from '../../../src/storage/sqlite/open.ts';
import type { Opened } from '../opened.ts';
import { searchesAgree } from '../searches-agree.ts';
import { open, temporaryFolder } from './opening.ts';

searchesAgree('SQLite', open);

/** With limits so small that 300 rows go every way a search can take: few, walk, sweep, chains followed or checked. */
async function openSmall(): Promise<Opened> {
  const folder = temporaryFolder();
  const path = `${folder.path}/ramus.db`;
  const small = { few: 4, chained: 3, stretch: 7 };
  const { close, ...opened } = openSqlite(path, { limits: small });
  return {
    ...opened,
    another: async () => openSqlite(path, { limits: small }),
    close: async () => {
      await close();
      folder.remove();
    },
  };
}

searchesAgree('SQLite with small limits', openSmall, 0.25);

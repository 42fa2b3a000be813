import { isResourceType } from '../../fhir/resource-types.ts';
import type { ResourceType } from '../../fhir/types.ts';
import type { Connection } from './connection.ts';
import { raw } from './fragment.ts';

/** Resource types stand in the tables as small numbers, the same in every process that opens the file. */
export interface TypeNumbers {
  /** Zero, which no row has, for a type that the file does not know. */
  number(type: ResourceType): number;
  name(number: number): ResourceType;
}

/** Types that have current rows. */
export function typesInUse(connection: Connection, types: TypeNumbers): readonly ResourceType[] {
  const rows = connection.all(
    raw(`SELECT number FROM type
    WHERE EXISTS (SELECT 1 FROM resource INDEXED BY resource_newest WHERE resource.type = number AND deleted = 0) ORDER BY name`),
  );
  return rows.map(([number]) => types.name(Number(number)));
}

export function readTypes(connection: Connection): TypeNumbers {
  const numbers = new Map<string, number>();
  const names = new Map<number, ResourceType>();
  for (const [number, name] of connection.all(raw('SELECT number, name FROM type ORDER BY name'))) {
    const type = String(name);
    if (!isResourceType(type)) continue;
    numbers.set(type, Number(number));
    names.set(Number(number), type);
  }
  return {
    number: (type) => numbers.get(type) ?? 0,
    name: (number) => {
      const type = names.get(number);
      if (!type) throw new Error(`The database names a resource type by the number ${number}, which it does not list.`);
      return type;
    },
  };
}

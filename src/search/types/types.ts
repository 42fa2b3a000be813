import type { ParameterType } from '../parameters.ts';
import { composite } from './composite.ts';
import { date } from './date.ts';
import { number } from './number.ts';
import { quantity } from './quantity.ts';
import { reference } from './reference.ts';
import type { SearchType } from './search-type.ts';
import { string } from './string.ts';
import { token } from './token.ts';
import { uri } from './uri.ts';

/** The types that can be searched; `special` has no rule of its own in R4 that is offered here. */
const types: Readonly<Partial<Record<ParameterType, SearchType>>> = { date, number, quantity, reference, string, token, uri };
const combined = composite((type) => types[type]);

export function searchType(type: ParameterType): SearchType | undefined {
  return type === 'composite' ? combined : types[type];
}

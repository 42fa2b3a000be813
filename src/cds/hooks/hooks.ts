import type { Hook } from './hook.ts';
import { orderSelect } from './order-select.ts';
import { orderSign } from './order-sign.ts';
import { patientView } from './patient-view.ts';
import { problemListItemCreate } from './problem-list-item-create.ts';

/** The hooks that a plan may name. */
export const HOOKS: ReadonlyMap<string, Hook> = new Map(
  [patientView, problemListItemCreate, orderSelect, orderSign].map((hook) => [hook.name, hook]),
);

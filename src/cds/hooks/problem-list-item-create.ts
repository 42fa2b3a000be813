/** https://cds-hooks.org/hooks/problem-list-item-create/ : one or more problems have been added to the problem list. */
import { BUNDLE, type Hook } from './hook.ts';

export const problemListItemCreate: Hook = {
  name: 'problem-list-item-create',
  properties: { conditions: BUNDLE },
  required: ['userId', 'conditions'],
  users: ['Practitioner', 'PractitionerRole'],
  tokens: ['userId', 'patientId', 'encounterId'],
  resources: ['conditions'],
  triggering: 'context',
};

/** https://cds-hooks.org/hooks/order-select/ : orders are being chosen. */
import { BUNDLE, type Hook } from './hook.ts';

export const orderSelect: Hook = {
  name: 'order-select',
  properties: { selections: { type: 'array', items: { type: 'string' } }, draftOrders: BUNDLE },
  required: ['userId', 'selections', 'draftOrders'],
  users: ['Practitioner', 'PractitionerRole'],
  tokens: ['userId', 'patientId', 'encounterId'],
  resources: ['draftOrders'],
  triggering: 'chart',
};

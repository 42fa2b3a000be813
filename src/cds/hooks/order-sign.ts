/** https://cds-hooks.org/hooks/order-sign/ : orders are about to be signed. */
import { BUNDLE, type Hook } from './hook.ts';

export const orderSign: Hook = {
  name: 'order-sign',
  properties: { draftOrders: BUNDLE },
  required: ['userId', 'draftOrders'],
  users: ['Practitioner', 'PractitionerRole'],
  tokens: ['userId', 'patientId', 'encounterId'],
  resources: ['draftOrders'],
  triggering: 'chart',
};

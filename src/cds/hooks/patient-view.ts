/** https://cds-hooks.org/hooks/patient-view/ : a chart is opened. */
import type { Hook } from './hook.ts';

export const patientView: Hook = {
  name: 'patient-view',
  properties: {},
  required: ['userId'],
  users: ['Practitioner', 'PractitionerRole', 'Patient', 'RelatedPerson'],
  tokens: ['userId', 'patientId', 'encounterId'],
  resources: [],
  triggering: 'chart',
};

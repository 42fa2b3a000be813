/** Names that must be unique in a tree; the engine of invariants sees no further than its first level. */
import { type Findings, isObject, type Json, report } from './findings.ts';

/** https://hl7.org/fhir/R4/questionnaire.html, que-2 */
export function checkLinkIds(questionnaire: Json, place: string, findings: Findings): void {
  checkTree(questionnaire, { list: 'item', name: 'linkId', rule: 'que-2' }, place, findings);
}

/** https://hl7.org/fhir/R4/codesystem.html, csd-1 */
export function checkCodes(codeSystem: Json, place: string, findings: Findings): void {
  checkTree(codeSystem, { list: 'concept', name: 'code', rule: 'csd-1' }, place, findings);
}

interface Tree {
  /** The element that holds the branches. */
  readonly list: string;
  readonly name: string;
  readonly rule: string;
}

function checkTree(root: Json, { list, name, rule }: Tree, place: string, findings: Findings): void {
  const first = new Map<string, string>();
  const visit = (holder: Json, above: string): void => {
    const branches: unknown = holder[list];
    if (!Array.isArray(branches)) return;
    for (const [i, branch] of branches.entries()) {
      if (!isObject(branch)) continue;
      const here = `${above}.${list}[${i}]`;
      const own = branch[name];
      const other = typeof own === 'string' ? first.get(own) : undefined;
      if (other) report(findings, 'invariant', `${here}.${name}`, `${here}.${name} is that of ${other} too (${rule}); give each its own.`);
      else if (typeof own === 'string') first.set(own, here);
      visit(branch, here);
    }
  };
  visit(root, place);
}

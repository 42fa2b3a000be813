import { coreParameters } from './core-registry.ts';
import { judge, type Question } from './oracle.ts';
import { elementsOf, type Finder, type Typed } from './oracle-elements.ts';

/** All parts hold on one element. */
export function hasComposite(finder: Finder, elements: readonly Typed[], question: Question): boolean {
  const { resource, code, value } = question;
  const { component = [] } = finder.definition(resource.resourceType, code);
  const values = value.split('$');
  return elements.some(({ node }) =>
    component.every(({ expression, definition }, i) => {
      const found = expression.split(' | ').flatMap((part) => elementsOf(part, node, resource));
      const type = found.some((each) => each.type === 'Reference')
        ? 'reference'
        : (coreParameters.find(({ url }) => url === definition)?.type ?? '');
      const kind = type === 'reference' && !found.some((each) => each.type === 'Reference') ? 'token' : type;
      return judge(finder, kind, found, { ...question, value: values[i] ?? '', modifier: undefined });
    }),
  );
}

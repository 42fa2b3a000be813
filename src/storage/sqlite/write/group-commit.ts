/** Many waiting tasks, one transaction, one flush to disk; each stands or falls alone. */
import { FhirError } from '../../../fhir/error.ts';
import type { Connection } from '../connection.ts';
import type { Fault, Reply, Request, Task } from './tasks.ts';

/** A group grows while there is somebody waiting, up to these: whoever came first must not wait long. */
const MOST = { tasks: 128, milliseconds: 20 };

/**
 * Runs `first` and whatever else `next` has, and answers all after the commit.
 * A task that fails is taken back alone; where the transaction itself is lost, everyone in it is told `unavailable`.
 */
export function commitGroup(
  connection: Connection,
  first: Request,
  next: () => Request | undefined,
  run: (task: Task) => unknown,
  most = MOST,
): readonly Reply[] {
  const requests: Request[] = [];
  const replies: Reply[] = [];
  const started = performance.now();
  const mayGrow = () => requests.length < most.tasks && performance.now() - started < most.milliseconds;
  try {
    connection.exec('BEGIN IMMEDIATE');
    for (let request: Request | undefined = first; request; request = mayGrow() ? next() : undefined) {
      requests.push(request);
      replies.push(runAlone(connection, request, run));
    }
    connection.exec('COMMIT');
    return replies;
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    const fault = toFault(error);
    return (requests.length > 0 ? requests : [first]).map(({ number }) => ({ number, fault }));
  }
}

/** @throws what made SQLite give up the whole transaction */
function runAlone(connection: Connection, { number, task }: Request, run: (task: Task) => unknown): Reply {
  connection.exec('SAVEPOINT task');
  try {
    const answer = run(task);
    connection.exec('RELEASE task');
    return { number, answer };
  } catch (error) {
    if (!connection.inTransaction) throw error;
    connection.exec('ROLLBACK TO task');
    connection.exec('RELEASE task');
    return { number, fault: toFault(error) };
  }
}

export function toFault(error: unknown): Fault {
  if (error instanceof FhirError) return { kind: error.kind, message: error.message, headers: error.headers };
  return error instanceof Error ? { message: error.message, ...(error.stack && { stack: error.stack }) } : { message: String(error) };
}

export function toError(fault: Fault): Error {
  if (fault.kind) return new FhirError(fault.kind, fault.message, { headers: fault.headers ?? {} });
  return Object.assign(new Error(fault.message), fault.stack && { stack: fault.stack });
}

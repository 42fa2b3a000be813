/** The thread that writes: one connection, one group of tasks after the other. Started by `writer.ts`. */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { connect } from '../connection.ts';
import { readTypes } from '../types.ts';
import { commitGroup } from './group-commit.ts';
import { runTask } from './run-task.ts';
import type { Request } from './tasks.ts';

function serve(port: MessagePort, path: string): void {
  const connection = connect(path, 'writes');
  const types = readTypes(connection);
  const run = (task: Request['task']) => runTask(connection, types, task);
  const next = () => receiveMessageOnPort(port)?.message as Request | undefined;
  port.on('message', (first: Request | 'close') => {
    if (first === 'close') {
      // the file is whole by itself then, unless another process is still at work
      connection.exec('PRAGMA busy_timeout=1000; PRAGMA wal_checkpoint(TRUNCATE)');
      connection.close();
      port.close();
    } else port.postMessage(commitGroup(connection, first, next, run));
  });
}

if (parentPort) serve(parentPort, String(workerData));

import { strictEqual } from "node:assert/strict";
import { AuthorError, execFailure, parseFailure } from "../../lib/engine/errors.ts";

function chain(...messages: (string | Error)[]): Error {
  return messages.toReversed().reduce<Error | undefined>((cause, message) => {
    if (message instanceof Error) return message;
    return new Error(message, cause === undefined ? {} : { cause });
  }, undefined)!;
}

const context = { file: "w/t.yaml", source: () => undefined };

Deno.test("execFailure() writes the whole chain in one line for Helm 3, in blocks for Helm 4", () => {
  const inner = 'template: w/_h.tpl:2:10: executing "h" at <.a.b>: nil pointer evaluating x.b';
  const outer =
    `template: w/t.yaml:2:6: executing "w/t.yaml" at <include "h" .>: error calling include: ${inner}`;
  const error = chain(outer, inner);
  strictEqual(execFailure(error, { ...context, helmVersion: "v3" }).message, outer);
  strictEqual(
    execFailure(error, { ...context, helmVersion: "v4" }).message,
    'w/t.yaml:2:6\n  executing "w/t.yaml" at <include "h" .>:\n    error calling include:\nw/_h.tpl:2:10\n  executing "h" at <.a.b>:\n    nil pointer evaluating x.b',
  );
});

Deno.test("execFailure() keeps one line where the last link is a function's own error", () => {
  const message =
    'template: w/t.yaml:1:3: executing "w/t.yaml" at <eq 1 "a">: error calling eq: incompatible types';
  const error = chain(message, "incompatible types");
  strictEqual(execFailure(error, { ...context, helmVersion: "v4" }).message, message);
});

Deno.test("execFailure() gives the author's words the outermost place", () => {
  const error = chain(
    'template: w/t.yaml:1:6: executing "w/t.yaml" at <include "h" .>: error calling include: x',
    'template: w/_h.tpl:9:9: executing "h" at <required "need it" .x>: error calling required: x',
    new AuthorError("need it: now"),
  );
  for (const helmVersion of ["v3", "v4"] as const) {
    const { message } = execFailure(error, { ...context, helmVersion });
    strictEqual(message, "execution error at (w/t.yaml:1:6): need it: now");
  }
});

Deno.test("parseFailure() keeps the last words only", () => {
  const error = new Error('template: w/t.yaml:1: bad number syntax: "1a"');
  strictEqual(
    parseFailure(error, { ...context, helmVersion: "v3" }).message,
    'parse error at (w/t.yaml:1): "1a"',
  );
});

/**
 * What the API server says when it refuses: Status objects in the words of Kubernetes, and the
 * error that carries one up to the answer.
 *
 * @module
 */

/** One cause of a refusal. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/** What a refusal is about. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** The resource that a refusal names. */
export interface StatusSubject {
  readonly group: string;
  /** Plural, as in the URL. */
  readonly plural: string;
  readonly kind: string;
}

/** A refusal on its way to the client. */
export class StatusError extends Error {
  override readonly name = "StatusError";

  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: StatusDetails,
  ) {
    super(message);
  }

  /** The Status object. */
  toJSON(): Record<string, unknown> {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      ...(this.reason === "" ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** `deployments.apps`, or the bare plural in the core group. */
export function qualified(subject: StatusSubject): string {
  return subject.group === "" ? subject.plural : `${subject.plural}.${subject.group}`;
}

function details(subject: StatusSubject, name: string): StatusDetails {
  return {
    ...(name === "" ? {} : { name }),
    ...(subject.group === "" ? {} : { group: subject.group }),
    kind: subject.plural,
  };
}

/** 404: there is no such object. */
export function notFound(subject: StatusSubject, name: string): StatusError {
  const message = `${qualified(subject)} "${name}" not found`;
  return new StatusError(404, "NotFound", message, details(subject, name));
}

/** 404: the group serves no such resource. */
export function noSuchResource(): StatusError {
  return new StatusError(
    404,
    "NotFound",
    "the server could not find the requested resource",
    {},
  );
}

/** 405. */
export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  );
}

/** 409: the name is taken. */
export function alreadyExists(subject: StatusSubject, name: string, prefix = ""): StatusError {
  const message = `${prefix}${qualified(subject)} "${name}" already exists`;
  return new StatusError(409, "AlreadyExists", message, details(subject, name));
}

/** 409: a precondition does not hold. */
export function conflict(subject: StatusSubject, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${why}`;
  return new StatusError(409, "Conflict", message, details(subject, name));
}

/** Why a write with an old resourceVersion fails. */
export const MODIFIED =
  "the object has been modified; please apply your changes to the latest version and try again";

/** 403. */
export function forbidden(
  subject: StatusSubject,
  name: string,
  why: string,
  causes?: readonly StatusCause[],
): StatusError {
  const message = `${qualified(subject)} "${name}" is forbidden: ${why}`;
  return new StatusError(403, "Forbidden", message, {
    ...details(subject, name),
    ...(causes === undefined ? {} : { causes }),
  });
}

/** 400. */
export function badRequest(message: string): StatusError {
  return new StatusError(400, "BadRequest", message);
}

/** 500. */
export function internal(message: string): StatusError {
  return new StatusError(500, "", message);
}

/** 410: the version asked for is no longer known. */
export function expired(message: string): StatusError {
  return new StatusError(410, "Expired", message);
}

/** 415. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return new StatusError(
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media types include: " +
      accepted.join(", "),
  );
}

/** What is wrong with one field. */
export interface FieldError {
  readonly field: string;
  readonly reason:
    | "FieldValueInvalid"
    | "FieldValueRequired"
    | "FieldValueNotSupported"
    | "FieldValueForbidden"
    | "FieldValueNotFound"
    | "FieldValueDuplicate"
    | "FieldValueTooLong"
    | "FieldValueTooMany"
    | "FieldValueTypeInvalid";
  readonly message: string;
}

/** A field that is missing. */
export function required(field: string, why = ""): FieldError {
  const message = why === "" ? "Required value" : `Required value: ${why}`;
  return { field, reason: "FieldValueRequired", message };
}

/** A field with a value that is not allowed. */
export function invalid(field: string, value: unknown, why: string): FieldError {
  const message = `Invalid value: ${JSON.stringify(value ?? null)}: ${why}`;
  return { field, reason: "FieldValueInvalid", message };
}

/** A change that is not allowed. */
export function forbiddenField(field: string, why: string): FieldError {
  return { field, reason: "FieldValueForbidden", message: `Forbidden: ${why}` };
}

/** A value that must be unique. */
export function duplicate(field: string, value: unknown): FieldError {
  const message = `Duplicate value: ${JSON.stringify(value)}`;
  return { field, reason: "FieldValueDuplicate", message };
}

/** A value outside a closed list. */
export function unsupported(
  field: string,
  value: unknown,
  supported: readonly unknown[],
): FieldError {
  const list = supported.map((item) => JSON.stringify(item)).join(", ");
  return {
    field,
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
  };
}

/** 422: the object breaks the rules of its kind. */
export function invalidObject(
  subject: Pick<StatusSubject, "group" | "kind">,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const { group, kind } = subject;
  const lines = errors.map((error) => `${error.field}: ${error.message}`);
  const list = lines.length === 1 ? lines[0]! : `[${lines.join(", ")}]`;
  const qualifiedKind = group === "" ? kind : `${kind}.${group}`;
  return new StatusError(422, "Invalid", `${qualifiedKind} "${name}" is invalid: ${list}`, {
    ...(name === "" ? {} : { name }),
    ...(group === "" ? {} : { group }),
    kind,
    causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
  });
}

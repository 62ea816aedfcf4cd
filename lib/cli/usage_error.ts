/**
 * What is wrong with a command line, in the words of Helm's parser (spf13/pflag) where it has some.
 *
 * @module
 */
import {
  AliasNotFoundError,
  ArgumentParseError,
  EnumValidationError,
  FlagNotFoundError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from "@stricli/core";
import { CapstanError, messageOf } from "../errors.ts";

/** The error that the parser has found, for a person. */
export function usageError(error: unknown): CapstanError {
  const { message, hint } = problemOf(error);
  return new CapstanError(message, { code: "usage", hint, cause: error });
}

/** What is wrong, and what to do about it. */
interface Problem {
  readonly message: string;
  readonly hint?: string | undefined;
}

function problemOf(error: unknown): Problem {
  if (error instanceof AliasNotFoundError) {
    return { message: `unknown shorthand flag: '${error.input}' in -${error.input}`, hint: FLAGS };
  }
  if (error instanceof FlagNotFoundError) return unknownFlag(error);
  if (error instanceof ArgumentParseError) {
    const { input, externalFlagNameOrPlaceholder: place, exception } = error;
    return refused(input, place, reasonOf(exception));
  }
  if (error instanceof EnumValidationError) {
    const { input, externalFlagName, values } = error;
    return refused(input, externalFlagName, `must be one of ${values.join(", ")}`);
  }
  if (error instanceof UnsatisfiedFlagError) {
    return { message: `flag needs an argument: --${error.externalFlagName}`, hint: FLAGS };
  }
  if (error instanceof UnsatisfiedPositionalError) {
    return { message: `argument ${error.placeholder} is missing`, hint: CALL };
  }
  if (error instanceof UnexpectedPositionalError) {
    const { input, expectedCount: most } = error;
    const takes = most === 0 ? "none" : `${most} at most`;
    return {
      message: `argument ${JSON.stringify(input)} is one too many: the command takes ${takes}`,
      hint: CALL,
    };
  }
  return { message: messageOf(error), hint: CALL };
}

const FLAGS = "--help shows the flags of the command";
const CALL = "--help shows how the command is called";

/** What a parser of values says; that of switches says what it cannot do, not what is wanted. */
function reasonOf(exception: unknown): string {
  const said = messageOf(exception);
  return / to a boolean$/.test(said) ? "must be true or false" : said;
}

/** Placeholders of arguments are in capitals, names of flags are not. */
function refused(input: string, place: string, why: string): Problem {
  const where = /^[A-Z]/.test(place) ? place : `"--${place}" flag`;
  return { message: `invalid argument ${JSON.stringify(input)} for ${where}: ${why}` };
}

function unknownFlag({ input, corrections }: FlagNotFoundError): Problem {
  // The parser proposes flags by the names that they have in the program.
  const near = corrections.map((each) =>
    `--${each.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  );
  const hint = near.length === 0 ? FLAGS : `did you mean ${near.join(" or ")}?`;
  return { message: `unknown flag: --${input}`, hint };
}

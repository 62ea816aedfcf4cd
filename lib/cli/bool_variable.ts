/**
 * Environment variables that say yes or no.
 *
 * @module
 */

/** Whether a variable says yes, by the rule of Go's strconv.ParseBool, which Helm goes by. */
export function saysYes(value: string | undefined): boolean {
  return ["1", "t", "T", "TRUE", "true", "True"].includes(value ?? "");
}

import assert from "node:assert/strict";
import { sprigFuncs } from "../../lib/sprig/table.ts";
import { testEnv } from "./environment.ts";

/** The names that sprig 3.3.0's TxtFuncMap has. */
const SPRIG = `
  abbrev abbrevboth add add1 add1f addf adler32sum ago all any append atoi b32dec b32enc
  b64dec b64enc base bcrypt biggest buildCustomCert camelcase cat ceil chunk clean coalesce
  compact concat contains date dateInZone dateModify date_in_zone date_modify decryptAES
  deepCopy deepEqual default derivePassword dict dig dir div divf duration durationRound empty
  encryptAES env expandenv ext fail first float64 floor fromJson genCA genCAWithKey
  genPrivateKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey
  get getHostByName has hasKey hasPrefix hasSuffix hello htmlDate htmlDateInZone htpasswd
  indent initial initials int int64 isAbs join kebabcase keys kindIs kindOf last list lower
  max maxf merge mergeOverwrite min minf mod mul mulf mustAppend mustChunk mustCompact
  mustDateModify mustDeepCopy mustFirst mustFromJson mustHas mustInitial mustLast mustMerge
  mustMergeOverwrite mustPrepend mustPush mustRegexFind mustRegexFindAll mustRegexMatch
  mustRegexReplaceAll mustRegexReplaceAllLiteral mustRegexSplit mustRest mustReverse mustSlice
  mustToDate mustToJson mustToPrettyJson mustToRawJson mustUniq mustWithout must_date_modify
  nindent nospace now omit osBase osClean osDir osExt osIsAbs pick pluck plural prepend push
  quote randAlpha randAlphaNum randAscii randBytes randInt randNumeric regexFind regexFindAll
  regexMatch regexQuoteMeta regexReplaceAll regexReplaceAllLiteral regexSplit repeat replace
  rest reverse round semver semverCompare seq set sha1sum sha256sum sha512sum shuffle slice
  snakecase sortAlpha split splitList splitn squote sub subf substr swapcase ternary title
  toDate toDecimal toJson toPrettyJson toRawJson toString toStrings trim trimAll trimPrefix
  trimSuffix trimall trunc tuple typeIs typeIsLike typeOf uniq unixEpoch unset until untilStep
  untitle upper urlJoin urlParse uuidv4 values without wrap wrapWith
`.trim().split(/\s+/);

/** Names of sprig that Helm takes away, or whose functions belong to the engine. */
const ELSEWHERE = `
  env expandenv fail fromJson mustFromJson mustToJson mustToPrettyJson mustToRawJson toJson
  toPrettyJson toRawJson
`.trim().split(/\s+/);

/** What Helm 4 adds to the table. */
const HELM_4 = `
  durationDays durationHours durationMicroseconds durationMilliseconds durationMinutes
  durationNanoseconds durationRoundTo durationSeconds durationTruncateTo durationWeeks
  mustToDuration
`.trim().split(/\s+/);

Deno.test("sprigFuncs() has exactly sprig's functions", () => {
  const expected = SPRIG.filter((name) => !ELSEWHERE.includes(name)).sort();
  assert.equal(SPRIG.length, 211);
  assert.deepEqual(Object.keys(sprigFuncs(testEnv({ helmVersion: "v3" }))).sort(), expected);
  const v4 = [...expected, ...HELM_4].sort();
  assert.deepEqual(Object.keys(sprigFuncs(testEnv({ helmVersion: "v4" }))).sort(), v4);
});

Deno.test("sprigFuncs() gives functions that say what they take", () => {
  for (const [name, { params, variadic, call }] of Object.entries(sprigFuncs(testEnv()))) {
    assert.equal(typeof call, "function", name);
    assert.ok(!variadic || params.length > 0, name);
  }
});

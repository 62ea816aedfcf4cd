import { deepStrictEqual } from "node:assert/strict";
import { outcome } from "./fixtures.ts";
import type { Row } from "./fixtures.ts";

Deno.test("equal() and less() compare what Go compares", () => {
  const rows: Row[] = [
    [
      '{{ eq 1 1 }} {{ eq 1 2 1 }} {{ eq "a" "b" }} {{ eq 1.0 .m.x }} {{ eq nil nil }} {{ eq nil 1 }} {{ eq .nope nil }} {{ eq .nope "" }} {{ ne .Values.nul .nope }}',
      "true true false true true false true false false",
    ],
    ["{{ eq .Values.n 1 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <eq .Values.n 1>: error calling eq: incompatible types for comparison: float64 and int',
    }],
    ['{{ eq "1" 1 }}', {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <eq "1" 1>: error calling eq: incompatible types for comparison: string and int',
    }],
    ["{{ eq true 1 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <eq true 1>: error calling eq: incompatible types for comparison: bool and int',
    }],
    ["{{ eq .m .m }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <eq .m .m>: error calling eq: non-comparable type map[x:%!s(float64=1) y:z]: map[string]interface {}',
    }],
    ["{{ eq .m nil }} {{ eq .l nil }} {{ eq nilmap nil }} {{ eq nillist nilmap }}", {
      error:
        'template: a.yaml:1:55: executing "a.yaml" at <eq nillist nilmap>: error calling eq: non-comparable types []: []interface {}, map[string]interface {}: map[]',
    }],
    ["{{ eq .m .l }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <eq .m .l>: error calling eq: non-comparable types map[x:%!s(float64=1) y:z]: map[string]interface {}, []interface {}: [a b c]',
    }],
    ["{{ eq .l .l }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <eq .l .l>: error calling eq: non-comparable type [a b c]: []interface {}',
    }],
    ["{{ eq .s .l }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <eq .s .l>: error calling eq: incompatible types for comparison: string and []interface {}',
    }],
    ["{{ eq 1 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <eq 1>: error calling eq: missing argument for comparison',
    }],
    ["{{ eq }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <eq>: wrong number of args for eq: want at least 1 got 0',
    }],
    ["{{ ne 1 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <ne>: wrong number of args for ne: want 2 got 1',
    }],
    [
      '{{ lt 1 2 }} {{ le 2 2 }} {{ gt 3 2 }} {{ ge 2 3 }} {{ lt "a" "b" }} {{ lt "Z" "a" }} {{ lt 1.5 2.0 }} {{ 3 | lt 2 }}',
      "true true true false true true true true",
    ],
    ["{{ lt 1 2.0 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <lt 1 2.0>: error calling lt: incompatible types for comparison: int and float64',
    }],
    ["{{ lt nil 1 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <lt nil 1>: error calling lt: invalid type for comparison',
    }],
    ["{{ lt true false }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <lt true false>: error calling lt: invalid type for comparison',
    }],
    ["{{ gt .m .l }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <gt .m .l>: error calling gt: invalid type for comparison',
    }],
    [
      "{{ eq (toi64 3.0) 3 }} {{ eq (tou8 3.0) 3 }} {{ lt (toi64 -1.0) (tou64 1.0) }} {{ gt (tou64 1.0) (toi64 -1.0) }} {{ eq (tof32 0.5) 0.5 }} {{ eq 2i 2i }} {{ eq (month 2) 2 }} {{ lt 1 (month 2) }} {{ eq .meta .meta }}",
      "true true true true true true true true true",
    ],
    ["{{ lt 1i 2i }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <lt 1i 2i>: error calling lt: invalid type for comparison',
    }],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});

import { deepStrictEqual } from "node:assert/strict";
import { outcome } from "./fixtures.ts";

Deno.test("sprintf() prints every verb with every flag, and says what does not fit", () => {
  const rows: [text: string, expected: string][] = [
    ['{{ printf "%d" 5 }}', "5"],
    ['{{ printf "%5d|%-5d|%05d|+%+d" 5 5 5 5 }}', "    5|5    |00005|++5"],
    [
      '{{ printf "%x %X %#x %o %#o %O %b %#b %c %q %U %#U" 255 255 255 8 8 8 5 5 0x1F600 65 233 233 }}',
      "ff FF 0xff 10 010 0o10 101 0b101 😀 'A' U+00E9 U+00E9 'é'",
    ],
    ['{{ printf "%d" -5 }}', "-5"],
    ['{{ printf "%08.3d|%.0d|%+.2d" 7 0 3 }}', "     007||+03"],
    ['{{ printf "%d %s" (tou8 200.0) (toi64 -7.0) }}', "200 %!s(int64=-7)"],
    ['{{ printf "%v %d %x" (tou64 77.0) (month 2) (month 2) }}', "77 2 4665627275617279"],
    ['{{ printf "%s" "é" }}', "é"],
    ['{{ printf "%5s|%-5s|%05s|%.1s|%.0s" "é" "é" "é" "éa" "x" }}', "    é|é    |0000é|é|"],
    [
      '{{ printf "%q %+q %#q %x %X % x %#x %# X" "é\\n" "é\\n" "a" "hi" "hi" "hi" "hi" "hi" }}',
      '"é\\n" "\\u00e9\\n" `a` 6869 6869 68 69 0x6869 0X68 0X69',
    ],
    ['{{ printf "%v %q %#q" "a`b" "a`b" "a`b" }}', 'a`b "a`b" "a`b"'],
    [
      '{{ printf "%q" "\\x00\\u00ad\\ufeff\\U0001F600\\xff\\x7f\\a\\\\\\"" }}',
      '"\\x00\\u00ad\\ufeff😀\\xff\\x7f\\a\\\\\\""',
    ],
    ['{{ printf "%t %v %5t" true false true }}', "true false  true"],
    [
      '{{ printf "%f %.2f %8.3f|%-8.1f|%+.1f %08.3f" 1.5 1.005 3.14159 2.5 2.0 -3.14159 }}',
      "1.500000 1.00    3.142|2.5     |+2.0 -003.142",
    ],
    [
      '{{ printf "%e %E %g %G %.3g %.3e" 123456.789 0.00001 1e21 1e-7 1234.5 0.0 }}',
      "1.234568e+05 1.000000E-05 1e+21 1E-07 1.23e+03 0.000e+00",
    ],
    ['{{ printf "%v %v %v %v" 1e20 100000.0 1000000.0 -0.0 }}', "1e+20 100000 1e+06 -0"],
    [
      '{{ printf "%g %#g %#.3g %x %X %b" 1.0 1.0 1.0 1.5 0.1 1.5 }}',
      "1 1.00000 1.00 0x1.8p+00 0X1.999999999999AP-04 6755399441055744p-52",
    ],
    ['{{ printf "%6.2f|% d|% .1f|%+d" 3.14159 5 2.0 0 }}', "  3.14| 5| 2.0|+0"],
    ['{{ printf "%.0f %.0f %.0f %.1f" 0.5 1.5 2.5 0.25 }}', "0 2 2 0.2"],
    ['{{ printf "%v %.1f %T" (tof32 0.1) (tof32 2.25) (tof32 0.1) }}', "0.1 2.2 float32"],
    ['{{ printf "%v %v %g %.2f" 2i 1+2i 2i 1.5-0.5i }}', "(0+2i) (1+2i) (0+2i) (1.50-0.50i)"],
    [
      '{{ printf "%T %T %T %T %T %T" 1 1.0 "s" true nil .l }}',
      "int float64 string bool <nil> []interface {}",
    ],
    [
      '{{ printf "%T %T %T %T" .m .Values .meta (month 2) }}',
      "map[string]interface {} main.Values *main.Meta time.Month",
    ],
    [
      '{{ printf "%v %+v %#v" .m .m .m }}',
      'map[x:1 y:z] map[x:1 y:z] map[string]interface {}{"x":1, "y":"z"}',
    ],
    [
      '{{ printf "%#v %#v %#v %#v %#v" .Values.l "a" 1 1.0 true }}',
      '[]interface {}{1, "two", interface {}(nil), map[string]interface {}{"x":1}, []interface {}{1, 2}} "a" 1 1 true',
    ],
    [
      '{{ printf "%#v %#v %#v %#v" (bytes "A") nilmap nillist (vs "a") }}',
      '[]byte{0x41} map[string]interface {}(nil) []interface {}(nil) []string{"a"}',
    ],
    [
      '{{ printf "%s %d %q %x" .l .Values.l .l (bytes "AB") }}',
      '[a b c] [%!d(float64=1) %!d(string=two) <nil> map[%!d(string=x):%!d(float64=1)] [%!d(float64=1) %!d(float64=2)]] ["a" "b" "c"] 4142',
    ],
    [
      '{{ printf "%5v|%-3d|%03v" .l .Values.l .Values.l }}',
      "[    a     b     c]|[%!d(float64=1  ) %!d(string=two) <nil> map[%!d(string=x  ):%!d(float64=1  )] [%!d(float64=1  ) %!d(float64=2  )]]|[001 two <nil> map[00x:001] [001 002]]",
    ],
    ['{{ printf "%v" nil }}', "<nil>"],
    ['{{ printf "%s %d %T %x" nil nil nil nil }}', "%!s(<nil>) %!d(<nil>) <nil> %!x(<nil>)"],
    ['{{ printf "%s %d %q" 1.5 "a" true }}', "%!s(float64=1.5) %!d(string=a) %!q(bool=true)"],
    ['{{ printf "%d" .Values.n }}', "%!d(float64=3)"],
    ['{{ printf "%z %!" 1 }}', "%!z(int=1) %!!(MISSING)"],
    ['{{ printf "%"  }}', "%!(NOVERB)"],
    ['{{ printf "%d %d" 1 }}', "1 %!d(MISSING)"],
    [
      '{{ printf "%d" 1 2 "x" nil .l }}',
      "1%!(EXTRA int=2, string=x, <nil>, []interface {}=[a b c])",
    ],
    ['{{ printf "%[2]d %[1]d" 1 2 }}', "2 1"],
    ['{{ printf "%[3]d %[x]d %[1" 1 2 }}', "%!d(BADINDEX) %!d(BADINDEX) %!(NOVERB)"],
    ['{{ printf "%[2]*[1]d|%[1]*d" 7 4 }}', "   7|      4"],
    ['{{ printf "%*d|%-*d|%*d" 5 42 5 42 -5 42 }}', "   42|42   |42   "],
    ['{{ printf "%.*f %*.*f" 2 3.14159 8 1 2.55 }}', "3.14      2.5"],
    ['{{ printf "%*d" "a" 1 }}', "%!(BADWIDTH)1"],
    ['{{ printf "%.*d" -1 5 }}', "%!(BADPREC)5"],
    ['{{ printf "%%|%5%|100%%"  }}', "%|%|100%"],
    ['{{ printf "%v%%" 50 }}', "50%"],
    [
      '{{ printf "%2000000d" 1 }}',
      `${" ".repeat(1_999_999)}1`,
    ],
    ['{{ printf "%s %v %d" (month 2) (month 2) (month 2) }}', "February February 2"],
    ['{{ printf "%s" (vers "a" "b") }}', "[a b]"],
    ['{{ printf "%v %s" (smap "a" "b") (smap "a" "b") }}', "map[_0:a _1:b] map[_0:a _1:b]"],
    [
      '{{ printf "%v %d %s %x" (bytes "Az") (bytes "Az") (bytes "Az") (bytes "Az") }}',
      "[65 122] [65 122] Az 417a",
    ],
    ['{{ printf "%w" "x" }}', "%!w(string=x)"],
    ['{{ printf "%s" (dict "a" 1 "b" nil) }}', "map[a:%!s(int=1) b:<nil>]"],
    ['{{ printf "%c%c" 0x110000 -1 }}', "��"],
    ['{{ printf "%6.3v|%-8q|%08q" "abcdef" "a" "a" }}', '   abc|"a"     |00000"a"'],
    ['{{ printf "%x" "é\\xff" }}', "c3a9ff"],
    ['{{ printf "%t" 1 }}', "%!t(int=1)"],
    ['{{ printf "%s" true }}', "%!s(bool=true)"],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});
